package io.portmapctl.saved;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a plan, and of what it stands on, must be the same when it is carried out later. Where
 * exactly a rule stands among others that do not matter is not part of it.
 *
 * @param changes the changes in their order
 * @param settings the settings that go with them
 * @param flows the stale entries of connection tracking that go with them
 * @param kept the documents that are kept with them, or kept no longer
 * @param state what the plan stands on, of each family
 */
public record Essence(
    List<Step> changes,
    List<Setting> settings,
    List<Plan.Stale> flows,
    List<Kept> kept,
    List<State> state) {

  /** What is done in one step. */
  public enum Op {
    CREATE_CHAIN,
    DELETE_CHAIN,
    ADD_RULE,
    DELETE_RULE
  }

  /**
   * One change.
   *
   * @param rule the rule in the words of iptables-save; empty for a chain
   */
  public record Step(Family family, Op op, Octets chain, Octets rule) {}

  /**
   * A setting that is made.
   *
   * @param networkInterface whose
   * @param from its value before
   * @param towards the container's address that it is for
   */
  public record Setting(String networkInterface, String from, String towards) {}

  /**
   * A document that is kept.
   *
   * @param file where
   * @param content the document; empty where none is kept there any more
   */
  public record Kept(String file, Optional<Octets> content) {}

  /**
   * What a plan stands on in a family.
   *
   * @param program the program of the variant that is worked on, as {@code iptables-nft}
   * @param rules chains and rules that matter, as {@code -N CHAIN} and {@code -A CHAIN RULE}
   * @param elsewhere what other tables of the kernel do with the claimed ports
   */
  public record State(Family family, String program, List<Octets> rules, List<Octets> elsewhere) {}

  /** The essence of a plan that stands on this. */
  public static Essence of(Plan plan, List<Kept> kept, List<State> state) {
    List<Step> changes = new ArrayList<>();
    for (Change change : plan.changes()) {
      changes.add(
          new Step(
              change.family(),
              op(change),
              new Octets(change.chain()),
              change.rule().map(r -> r.text()).orElse(Octets.EMPTY)));
    }
    List<Setting> settings = new ArrayList<>();
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      settings.add(
          new Setting(
              sysctl.networkInterface().orElse(""),
              sysctl.from().orElse(""),
              sysctl.container().toString()));
    }
    return new Essence(
        List.copyOf(changes),
        List.copyOf(settings),
        plan.conntrack(),
        List.copyOf(kept),
        List.copyOf(state));
  }

  private static Op op(Change change) {
    if (change instanceof Change.CreateChain) {
      return Op.CREATE_CHAIN;
    }
    if (change instanceof Change.DeleteChain) {
      return Op.DELETE_CHAIN;
    }
    return change instanceof Change.DeleteRule ? Op.DELETE_RULE : Op.ADD_RULE;
  }

  /** The same without what only a reader who asks more programs knows. */
  public Essence withoutElsewhere() {
    List<State> without = new ArrayList<>();
    for (State each : state) {
      without.add(new State(each.family(), each.program(), each.rules(), List.of()));
    }
    return new Essence(changes, settings, flows, kept, List.copyOf(without));
  }
}
