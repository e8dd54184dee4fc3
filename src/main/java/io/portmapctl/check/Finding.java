package io.portmapctl.check;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Difference;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was found of one attachment.
 *
 * @param attachment the attachment
 * @param choice the layout that it is held to
 * @param status how it is
 * @param missing what should be there, in the order in which it would be made
 * @param unexpected what should not be there
 * @param shadows who takes its packets
 * @param sysctls settings that are not as they should be
 */
public record Finding(
    Attachment attachment,
    LayoutChoice choice,
    Status status,
    List<Part> missing,
    List<Part> unexpected,
    List<Shadow> shadows,
    List<Plan.Sysctl> sysctls) {

  /** How an attachment is. */
  public enum Status {
    /** Exactly there. */
    OK,
    /** There, but not exactly. */
    DRIFT,
    /** Nothing of it is there. */
    MISSING,
    /** Exactly there, but others take its packets. */
    SHADOWED,
    /** Exactly there, but others take some of its packets. */
    PARTLY_SHADOWED,
    /** Exactly there, but others may take packets of it: that cannot be told. */
    OPEN,
    /** Its container is gone. */
    DEAD;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A rule or a whole chain.
   *
   * @param family the family
   * @param chain the chain
   * @param rule the rule in iptables-save's words; empty for the chain itself
   */
  public record Part(Family family, String chain, Optional<Octets> rule) {}

  /**
   * Who takes packets of a mapping before its rules can.
   *
   * @param port the mapping
   * @param effect what does not work because of it
   * @param extent how much of it
   * @param chain the chain of the rule
   * @param rule the rule in iptables-save's words; empty where one is missing
   * @param container whose rule it is, where it is a container's
   * @param containerChain the container's chain, where it is a container's rule
   * @param way the rules that lead to it, itself the last; none where one is missing
   * @param packets what tells its packets from the others, where it is not all
   * @param elsewhere the same rule where it stands, if that is another nat table of the kernel
   */
  public record Shadow(
      PublishedPort port,
      Effect effect,
      Extent extent,
      String chain,
      Octets rule,
      Optional<Identity> container,
      Optional<String> containerChain,
      List<RulePlace> way,
      List<Difference> packets,
      Optional<OtherNat.Translation> elsewhere) {

    /** Copies the lists. */
    public Shadow {
      way = List.copyOf(way);
      packets = List.copyOf(packets);
    }
  }

  /** What a shadow keeps from working. */
  public enum Effect {
    /** Connections to the port. */
    PORT,
    /** The masquerade of localhost's and hairpin traffic. */
    MASQUERADE,
    /** The senders' addresses: what comes from elsewhere is masqueraded too. */
    SOURCE
  }

  /** That another nat table of the kernel translates a mapping's packets, or may. */
  static Shadow elsewhere(OtherNat.Translation translation) {
    Extent extent = translation.first() && translation.all() ? Extent.ALL : Extent.OPEN;
    return new Shadow(
        translation.port(),
        Effect.PORT,
        extent,
        translation.rule().chain(),
        translation.rule().text(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.of(translation));
  }

  /** How much a shadow covers. */
  public enum Extent {
    /** All that another machine sends, or all that this host does, or all that is masqueraded. */
    ALL,
    /** Some, for certain. */
    SOME,
    /** That cannot be told. */
    OPEN
  }

  /** Whether nothing need be mended; that some packets go elsewhere is said all the same. */
  public boolean ok() {
    return status != Status.DRIFT && status != Status.MISSING && status != Status.SHADOWED;
  }

  /** A record whose container is gone. */
  public static Finding dead(Attachment attachment, LayoutChoice choice) {
    return new Finding(attachment, choice, Status.DEAD, List.of(), List.of(), List.of(), List.of());
  }

  /** How an attachment is of which everything is there. */
  static Status status(List<Shadow> shadows) {
    Status status = Status.OK;
    for (Shadow shadow : shadows) {
      switch (shadow.extent()) {
        case ALL -> {
          return Status.SHADOWED;
        }
        case SOME -> status = Status.PARTLY_SHADOWED;
        case OPEN -> status = status == Status.OK ? Status.OPEN : status;
      }
    }
    return status;
  }

  /** The same where other nat tables of the kernel translate its packets too. */
  public Finding alsoTaken(List<OtherNat.Translation> elsewhere) {
    if (elsewhere.isEmpty()) {
      return this;
    }
    List<Shadow> all = new ArrayList<>(shadows);
    elsewhere.forEach(t -> all.add(elsewhere(t)));
    boolean there = status != Status.DRIFT && status != Status.MISSING && status != Status.DEAD;
    return new Finding(
        attachment,
        choice,
        there ? status(all) : status,
        missing,
        unexpected,
        List.copyOf(all),
        sysctls);
  }

  /** The same with settings that are not as they should be. */
  public Finding with(List<Plan.Sysctl> wrong) {
    List<Plan.Sysctl> all = new ArrayList<>(sysctls);
    all.addAll(wrong);
    Status drifted = status == Status.MISSING || status == Status.DEAD ? status : Status.DRIFT;
    return new Finding(
        attachment,
        choice,
        all.isEmpty() ? status : drifted,
        missing,
        unexpected,
        shadows,
        List.copyOf(all));
  }
}
