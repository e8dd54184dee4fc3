package io.portmapctl.view;

import io.portmapctl.explain.Assumption;
import io.portmapctl.ruleset.TableName;
import java.util.List;

/** What is taken for granted, or not looked at: a sentence each. */
final class AssumptionText implements Assumption.Visitor<String> {
  private static final String LOOKS =
      "Not looked at: what listens in the container, and its own rules and routes; on its host,"
          + " --port with --probe looks.";

  private static final String UNKNOWN =
      "This host's addresses are not known (--local-address or --addresses tells them)";

  private AssumptionText() {}

  /** The sentences. */
  static List<String> of(List<Assumption> assumptions) {
    AssumptionText text = new AssumptionText();
    return assumptions.stream().map(a -> a.accept(text)).toList();
  }

  @Override
  public String plain(Assumption.Plain plain) {
    return switch (plain) {
      case PLANNED -> "The rules are those that the plan would make; nothing was changed.";
      case ASKED_FIRST ->
          "Another nat table of this kernel translates the port too (a warning says which); these"
              + " rules are taken to be asked before it, which is not known.";
      case HOST_UNKNOWN -> UNKNOWN + ".";
      case HOST_UNKNOWN_OUTSIDE -> UNKNOWN + ": the packet is taken to come from outside.";
      case ONE_SUBNET ->
          "Both ends are of one subnet: what one sends straight to the other comes to no rule,"
              + " unless bridged packets are shown to iptables.";
      case NO_MARK -> "It is taken to bear no mark at first.";
      case ROUTES_ALONE ->
          "The routes alone are known: that no policy rule (ip rule) leads elsewhere, that the host"
              + " forwards, and that it filters no source (rp_filter) is taken for granted.";
      case CONTAINER_NOT_LOOKED_AT -> LOOKS;
      case NOT_LOOKED_AT ->
          "Not looked at: policy routing, and whether the kernel takes a sender for one of that"
              + " interface (rp_filter); "
              + LOOKS.substring(LOOKS.indexOf("what"));
    };
  }

  @Override
  public String untold(Assumption.Untold rules) {
    List<String> names = rules.tables().stream().map(TableName::id).toList();
    int last = names.size() - 1;
    String tables =
        names.isEmpty()
            ? ""
            : (last == 0
                    ? "table " + names.get(0)
                    : "the tables "
                        + String.join(", ", names.subList(0, last))
                        + " and "
                        + names.get(last))
                + ", of ";
    return "The "
        + rules.family().title()
        + " ruleset does not tell of "
        + tables
        + (rules.variant() ? "the other variant of iptables, and of " : "")
        + "rules that nft wrote itself, which may drop or mark packets.";
  }

  @Override
  public String hostExample(Assumption.HostExample example) {
    return UNKNOWN + ": " + example.address() + " stands for one that no rule names.";
  }

  @Override
  public String clientExample(Assumption.ClientExample example) {
    return example.address() + " stands for a client of the LAN.";
  }

  @Override
  public String notOfThisHost(Assumption.NotOfThisHost address) {
    return PacketWords.of(address.address()) + " is taken to be no address of this host.";
  }

  @Override
  public String comesInThrough(Assumption.ComesInThrough networkInterface) {
    return "It is taken to come in through "
        + networkInterface.name()
        + ", which leads to its source.";
  }

  @Override
  public String leavesThrough(Assumption.LeavesThrough networkInterface) {
    return "It is taken to leave through " + networkInterface.name() + ", whose subnet it goes to.";
  }
}
