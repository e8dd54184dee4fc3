package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.notice.Notice;
import io.portmapctl.packet.Difference;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Hook;
import java.util.List;
import java.util.Optional;

/** Where no command can know what makes right what check has found: what a person must decide. */
public sealed interface Advice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R nobodysRule(NobodysRule advice);

    /** For this kind. */
    R unshownRules(UnshownRules advice);

    /** For this kind. */
    R otherHost(OtherHost advice);

    /** For this kind. */
    R sameInput(SameInput advice);

    /** For this kind. */
    R askProgram(AskProgram advice);

    /** For this kind. */
    R nobodyMasquerades(NobodyMasquerades advice);

    /** For this kind. */
    R masqueradesMore(MasqueradesMore advice);

    /** For this kind. */
    R bothWanted(BothWanted advice);

    /** For this kind. */
    R forwardsNothing(ForwardsNothing advice);

    /** For this kind. */
    R forwardDrops(ForwardDrops advice);

    /** For this kind. */
    R keptAway(KeptAway advice);

    /** For this kind. */
    R notChecked(NotChecked advice);
  }

  /** That something keeps packets away. */
  static Advice of(Family family, Barriers.Barrier barrier) {
    return barrier.all() && barrier.site().hook() == Hook.FORWARD
        ? new ForwardDrops(family, barrier)
        : new KeptAway(family, barrier);
  }

  /** Whether it is about all packets of a kind, and not some. */
  default boolean isOfAll() {
    return true;
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /** A rule in the way is nobody's who is known, and none of ours can go before it. */
  record NobodysRule(String chain) implements Advice {
    @Override
    public String code() {
      return "rule-of-nobody";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nobodysRule(this);
    }
  }

  /** What the iptables that wrote the ruleset could not show may be right. */
  record UnshownRules() implements Advice {
    @Override
    public String code() {
      return "take-save-again";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unshownRules(this);
    }
  }

  /** The commands are for the host that the rulesets are of. */
  record OtherHost() implements Advice {
    @Override
    public String code() {
      return "other-host";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.otherHost(this);
    }
  }

  /** The commands read the same standard input again. */
  record SameInput() implements Advice {
    @Override
    public String code() {
      return "same-input";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.sameInput(this);
    }
  }

  /**
   * Another program would put its rule back, and must be asked.
   *
   * @param chain the chain of its rule
   */
  record AskProgram(String chain, Program program) implements Advice {
    @Override
    public String code() {
      return "ask-program";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.askProgram(this);
    }
  }

  /**
   * No rule masquerades what is marked.
   *
   * @param chain the chain that marks
   */
  record NobodyMasquerades(String chain) implements Advice {
    @Override
    public String code() {
      return "nobody-masquerades";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nobodyMasquerades(this);
    }
  }

  /**
   * A rule masquerades more than what is marked.
   *
   * @param chain its chain
   */
  record MasqueradesMore(String chain) implements Advice {
    @Override
    public String code() {
      return "masquerades-more";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.masqueradesMore(this);
    }
  }

  /**
   * Two of those that were checked want one port.
   *
   * @param port the mapping that loses packets
   * @param extent how many of them
   * @param container who takes them, where that can be told
   * @param chain the chain of that one
   * @param packets what tells these packets from the others, where it is not all
   */
  record BothWanted(
      PublishedPort port,
      Finding.Extent extent,
      Optional<Identity> container,
      String chain,
      List<Difference> packets)
      implements Advice {
    /** Copies the list. */
    public BothWanted {
      packets = List.copyOf(packets);
    }

    @Override
    public String code() {
      return "both-wanted";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.bothWanted(this);
    }
  }

  /** The rules are no fault of it, and yet nothing is forwarded to containers. */
  record ForwardsNothing(ForwardingObstacle obstacle) implements Advice {
    @Override
    public String code() {
      return "forwards-nothing";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.forwardsNothing(this);
    }
  }

  /** The rules are no fault of it, and yet what other machines send is not let through. */
  record ForwardDrops(Family family, Barriers.Barrier barrier) implements Advice {
    @Override
    public String code() {
      return "forward-drops";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.forwardDrops(this);
    }
  }

  /** The rules are no fault of it, and yet a rule or a policy elsewhere keeps packets away. */
  record KeptAway(Family family, Barriers.Barrier barrier) implements Advice {
    @Override
    public boolean isOfAll() {
      return barrier.all();
    }

    @Override
    public String code() {
      return barrier.all() ? "packets-lost" : "packets-lost-in-part";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.keptAway(this);
    }
  }

  /**
   * A container in the way is none of those that were checked.
   *
   * @param container which, where that can be told
   * @param chain its chain
   */
  record NotChecked(Optional<Identity> container, String chain) implements Advice {
    @Override
    public String code() {
      return "not-checked";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.notChecked(this);
    }
  }
}
