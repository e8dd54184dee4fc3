package io.portmapctl.view;

import io.portmapctl.check.Mapping;
import io.portmapctl.check.Program;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;

/** A mapping of a ruleset in words. */
final class MappingText {
  private MappingText() {}

  /** Why it is not as it should be; empty where it is. */
  static String reason(Mapping mapping) {
    return switch (mapping.reason()) {
      case NONE -> "";
      case NOT_ALIVE -> "its container is none that lives on this host";
      case UNSHOWN ->
          "the iptables that wrote the ruleset could not show its rule ([unsupported revision])";
      case NO_ENTRY -> "no entry leads to the chain";
      case NO_ENTRY_NO_RULE -> "no entry leads to the chain, and no rule in it translates";
      case NO_RULE -> "no rule of the chain translates";
      case PORT_NOT_NAMED -> "no entry names the port: its packets do not come to the chain";
      case PORT_NOT_TRANSLATED -> "an entry names the port, and no rule translates it";
      case NO_JUMP ->
          "no rule of PREROUTING leads to " + entries(mapping) + ": nobody outside reaches it";
      case NOTHING_LED -> "no packet from outside is led to " + entries(mapping);
      case NOT_ALL_LED -> "not every packet from outside is led to " + entries(mapping);
      case ALSO_CLAIMED -> "another container claims this port too";
      case LOST -> "another container's entry stands first and takes the packets";
      case LOST_IN_PART -> "another container's entry stands first and takes some of the packets";
      case GIVEN_TWICE -> "the container's mappings give this port twice; the first takes all";
      case TAKEN -> taken(mapping.takenBy().orElseThrow());
      case TAKEN_ELSEWHERE ->
          elsewhere(mapping.takenBy().orElseThrow()) + " takes its packets first";
      case CLAIMED_ELSEWHERE ->
          elsewhere(mapping.takenBy().orElseThrow())
              + " claims its packets, and which is asked first cannot be told";
    };
  }

  /** What its packets must be beside, one way or another; empty where any is taken. */
  static String conditions(Mapping mapping) {
    return conditions(mapping.conditions());
  }

  /** Conditions, one way or another. */
  static String conditions(List<Octets> conditions) {
    List<String> ways = new ArrayList<>();
    for (Octets condition : conditions) {
      ways.add(Printable.escaped(condition.decoded()));
    }
    return String.join(" or ", ways);
  }

  private static String entries(Mapping mapping) {
    return Layouts.entryChains(mapping.chain()).get(0);
  }

  private static String taken(Mapping.Taker taker) {
    return "a rule of "
        + taker.program().map(p -> title(p) + ", in chain ").orElse("chain ")
        + Terminal.decoded(taker.chain())
        + " takes its packets first";
  }

  private static String elsewhere(Mapping.Taker taker) {
    return "a rule of "
        + taker.program().map(p -> title(p) + ", in chain ").orElse("chain ")
        + Terminal.decoded(taker.chain())
        + " of table "
        + Sentences.elsewhere(taker);
  }

  /** The name of a program that writes rules beside ours. */
  static String title(Program program) {
    return switch (program) {
      case DOCKER -> "docker";
      case HOST_PORTS -> "CRI-O or the kubelet";
      case KUBE_PROXY -> "kube-proxy";
      case NETAVARK -> "netavark";
      case FIREWALLD -> "firewalld";
      case LIBVIRT -> "libvirt";
    };
  }
}
