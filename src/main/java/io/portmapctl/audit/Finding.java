package io.portmapctl.audit;

import io.portmapctl.layout.LayoutChoice;
import io.portmapctl.model.Family;
import io.portmapctl.model.Octets;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.Identity;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Published;
import java.util.ArrayList;
import java.util.List;
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
    /** Its container is gone. */
    DEAD
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
   * @param lateJump the shared chain to which the jump should stand before the rule, where it is
   *     that which is wrong
   * @param chain the chain of the rule
   * @param rule the rule in iptables-save's words
   * @param container whose rule it is, where it is a container's
   * @param containerChain the container's chain, where it is a container's rule
   */
  public record Shadow(
      Published port,
      Effect effect,
      Optional<String> lateJump,
      String chain,
      Octets rule,
      Optional<Identity> container,
      Optional<String> containerChain) {}

  /** What a shadow keeps from working. */
  public enum Effect {
    /** Connections to the port. */
    PORT,
    /** The masquerade of localhost's and hairpin traffic. */
    MASQUERADE
  }

  /** Whether all is well. */
  public boolean ok() {
    return status == Status.OK || status == Status.DEAD;
  }

  /** A record whose container is gone. */
  public static Finding dead(Attachment attachment, LayoutChoice choice) {
    return new Finding(attachment, choice, Status.DEAD, List.of(), List.of(), List.of(), List.of());
  }

  /** The same with settings that are not as they should be. */
  public Finding with(List<Plan.Sysctl> wrong) {
    List<Plan.Sysctl> all = new ArrayList<>(sysctls);
    all.addAll(wrong);
    Status drifted = status == Status.OK || status == Status.SHADOWED ? Status.DRIFT : status;
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
