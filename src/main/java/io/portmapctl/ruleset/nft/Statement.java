package io.portmapctl.ruleset.nft;

import java.util.List;
import java.util.Optional;

/**
 * A part of a rule; the kernel goes through them in order until one stops. It is closed: whoever
 * reasons about statements answers for every kind.
 */
public sealed interface Statement {

  /** Asks a question that every kind answers. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A question about a statement.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Condition}. */
    R condition(Condition condition);

    /** See {@link Decide}. */
    R decide(Decide decide);

    /** See {@link Dispatch}. */
    R dispatch(Dispatch dispatch);

    /** See {@link Assign}. */
    R assign(Assign assign);

    /** See {@link Translate}. */
    R translate(Translate translate);

    /** See {@link Reject}. */
    R reject(Reject reject);

    /** See {@link Enqueue}. */
    R enqueue(Enqueue enqueue);

    /** See {@link Untrack}. */
    R untrack(Untrack untrack);

    /** See {@link AddToSet}. */
    R addToSet(AddToSet add);

    /** See {@link GoesOn}. */
    R goesOn(GoesOn goesOn);

    /** See {@link Chance}. */
    R chance(Chance chance);

    /** See {@link Unknown}. */
    R unknown(Unknown unknown);
  }

  /**
   * The rule goes on for packets of which it holds.
   *
   * @param operator {@code ==}, {@code !=}, {@code <}, {@code >}, {@code <=}, {@code >=}; {@code
   *     in}, {@code !}: some of these bits are set, none of them
   * @param left what of the packet
   * @param right compared with what
   */
  record Condition(String operator, Expression left, Expression right) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.condition(this);
    }
  }

  /**
   * A verdict.
   *
   * @param verdict which
   */
  record Decide(Verdict verdict) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.decide(this);
    }
  }

  /**
   * {@code vmap}: the verdict that a map has for a key; the rule stops where it has none.
   *
   * @param key the key
   * @param data {@link Expression.Elements} or {@link Expression.SetName}
   */
  record Dispatch(Expression key, Expression data) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dispatch(this);
    }
  }

  /**
   * {@code set}.
   *
   * @param key what is given another value
   * @param value which
   */
  record Assign(Expression key, Expression value) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.assign(this);
    }
  }

  /**
   * A translation of an address.
   *
   * @param kind which
   * @param family {@code ip} or {@code ip6}, where a rule of family inet says it
   * @param address the new address: a constant, a range, a prefix, a map
   * @param port the new port
   * @param flags {@code random}, {@code fully-random}, {@code persistent}
   * @param netmap whether an address keeps its place in the network ({@code prefix to})
   */
  record Translate(
      Kind kind,
      Optional<String> family,
      Optional<Expression> address,
      Optional<Expression> port,
      List<String> flags,
      boolean netmap)
      implements Statement {
    /** Copies the list. */
    public Translate {
      flags = List.copyOf(flags);
    }

    /** Which translation. */
    public enum Kind {
      /** Of the source. */
      SNAT("snat"),
      /** Of the destination. */
      DNAT("dnat"),
      /** Of the source, to an address of the interface that the packet leaves through. */
      MASQUERADE("masquerade"),
      /** Of the destination, to this host. */
      REDIRECT("redirect");

      private final String word;

      Kind(String word) {
        this.word = word;
      }

      /** The word in nft and in its JSON. */
      public String word() {
        return word;
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.translate(this);
    }
  }

  /**
   * The packet goes no further, and its sender is told.
   *
   * @param type {@code tcp reset}, {@code icmp}, {@code icmpv6}, {@code icmpx}; empty for nft's
   *     default
   * @param reason what it is told; empty for nft's default
   */
  record Reject(String type, String reason) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.reject(this);
    }
  }

  /**
   * A program decides ({@code queue}).
   *
   * @param words the whole
   */
  record Enqueue(String words) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.enqueue(this);
    }
  }

  /** {@code notrack}. */
  record Untrack() implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.untrack(this);
    }
  }

  /**
   * An element comes to a set, or goes; the rule stops where the set is full.
   *
   * @param set the set's name, octets
   * @param key what comes to it
   * @param steady whether nothing beside that can stop the rule
   * @param words the whole
   */
  record AddToSet(String set, Expression key, boolean steady, String words) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addToSet(this);
    }
  }

  /**
   * What changes nothing of where the packet goes: a counter, a line in the log.
   *
   * @param words the whole
   */
  record GoesOn(String words) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.goesOn(this);
    }
  }

  /**
   * The rule goes on for some packets and stops for others alike: a limit, a quota.
   *
   * @param words the whole
   */
  record Chance(String words) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.chance(this);
    }
  }

  /**
   * What is not modelled: what becomes of the packet is not known.
   *
   * @param kind nft's word for its kind
   * @param words the whole, as nft writes it where that is known, else its JSON
   */
  record Unknown(String kind, String words) implements Statement {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknown(this);
    }
  }
}
