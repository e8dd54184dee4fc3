package io.portmapctl.ruleset.nft;

import java.util.List;
import java.util.Optional;

/**
 * What a statement asks of a packet, or compares with. It is closed: whoever reasons about
 * expressions answers for every kind. Words and names are nft's own (libnftables-json(5)).
 */
public sealed interface Expression {

  /** Asks a question that every kind answers. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A question about an expression.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Constant}. */
    R constant(Constant constant);

    /** See {@link Range}. */
    R range(Range range);

    /** See {@link Prefix}. */
    R prefix(Prefix prefix);

    /** See {@link Concatenation}. */
    R concatenation(Concatenation concatenation);

    /** See {@link Flags}. */
    R flags(Flags flags);

    /** See {@link Elements}. */
    R elements(Elements elements);

    /** See {@link SetName}. */
    R setName(SetName name);

    /** See {@link Decision}. */
    R decision(Decision decision);

    /** See {@link Payload}. */
    R payload(Payload payload);

    /** See {@link Meta}. */
    R meta(Meta meta);

    /** See {@link Connection}. */
    R connection(Connection connection);

    /** See {@link Fib}. */
    R fib(Fib fib);

    /** See {@link Mapped}. */
    R mapped(Mapped mapped);

    /** See {@link Bitwise}. */
    R bitwise(Bitwise bitwise);

    /** See {@link Unknown}. */
    R unknown(Unknown unknown);
  }

  /**
   * A value: a number in decimal digits, an address, a name; {@code true} and {@code false}.
   *
   * @param value as JSON has it, octets
   */
  record Constant(String value) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constant(this);
    }
  }

  /**
   * From one value to another.
   *
   * @param first the lowest
   * @param last the highest
   */
  record Range(Constant first, Constant last) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.range(this);
    }
  }

  /**
   * A network.
   *
   * @param address its address
   * @param length how many bits count
   */
  record Prefix(Constant address, int length) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.prefix(this);
    }
  }

  /**
   * Several together, {@code a . b}.
   *
   * @param parts at least one
   */
  record Concatenation(List<Expression> parts) implements Expression {
    /** Copies the list. */
    public Concatenation {
      parts = List.copyOf(parts);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.concatenation(this);
    }
  }

  /**
   * Bits by name, {@code syn,ack}.
   *
   * @param names the bits that are set
   */
  record Flags(List<Constant> names) implements Expression {
    /** Copies the list. */
    public Flags {
      names = List.copyOf(names);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.flags(this);
    }
  }

  /**
   * An anonymous set or map.
   *
   * @param elements its elements
   */
  record Elements(List<Element> elements) implements Expression {
    /** Copies the list. */
    public Elements {
      elements = List.copyOf(elements);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.elements(this);
    }
  }

  /**
   * A named set or map of the table, {@code @name}.
   *
   * @param name its name, octets
   */
  record SetName(String name) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.setName(this);
    }
  }

  /**
   * What a map of verdicts leads to.
   *
   * @param verdict the verdict
   */
  record Decision(Verdict verdict) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.decision(this);
    }
  }

  /**
   * A field of a header.
   *
   * @param protocol {@code ip}, {@code tcp}, {@code th} and the like
   * @param field the field's name
   */
  record Payload(String protocol, String field) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.payload(this);
    }
  }

  /**
   * What the kernel knows of the packet beside its bytes.
   *
   * @param key {@code iifname}, {@code mark} and the like
   */
  record Meta(String key) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.meta(this);
    }
  }

  /**
   * What connection tracking knows of its connection.
   *
   * @param key {@code state}, {@code ip saddr} and the like
   * @param direction {@code original} or {@code reply}, where it is of one direction
   */
  record Connection(String key, Optional<String> direction) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.connection(this);
    }
  }

  /**
   * What the routing tables say.
   *
   * @param result {@code type}, {@code oif} or {@code oifname}
   * @param flags what is asked with: {@code saddr} or {@code daddr}, {@code mark}, {@code iif},
   *     {@code oif}
   */
  record Fib(String result, List<String> flags) implements Expression {
    /** Copies the list. */
    public Fib {
      flags = List.copyOf(flags);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.fib(this);
    }
  }

  /**
   * What a map has for a key.
   *
   * @param key the key
   * @param data {@link Elements} or {@link SetName}
   */
  record Mapped(Expression key, Expression data) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mapped(this);
    }
  }

  /**
   * Bits of two values.
   *
   * @param operator {@code &}, {@code |}, {@code ^}, {@code <<}, {@code >>}
   * @param left one
   * @param right the other
   */
  record Bitwise(String operator, Expression left, Expression right) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.bitwise(this);
    }
  }

  /**
   * What is not modelled.
   *
   * @param kind nft's word for its kind
   * @param words the whole, as nft writes it where that is known, else its JSON
   * @param steady whether the same packet has the same value again
   */
  record Unknown(String kind, String words, boolean steady) implements Expression {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknown(this);
    }
  }
}
