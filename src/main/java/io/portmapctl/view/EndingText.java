package io.portmapctl.view;

import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import java.util.Optional;

/** How a way ends and what decides, for the middle of a sentence; octets. */
final class EndingText implements DecidedBy.Visitor<String> {
  private final Ending ending;

  private EndingText(Ending ending) {
    this.ending = ending;
  }

  /** What decides, and what it does. */
  static String of(Ending ending) {
    return ending.by().accept(new EndingText(ending));
  }

  /** What keeps a packet from connection tracking, and from every rule that translates by that. */
  static String ofUntracked(DecidedBy by) {
    Ending.Why why = Ending.Why.NOT_TRANSLATED_BACK;
    return of(new Ending(Ending.Kind.DROPPED, why, by, false, Optional.empty()))
        + ", and what is not tracked is not translated";
  }

  /** The key of a setting as sysctl(8) wants it. */
  static String key(String key) {
    // an interface's name may have a dot, and sysctl takes slashes as well
    return key.indexOf('.') < 0 ? key.replace('/', '.') : key;
  }

  private String it() {
    return ending.back() ? "its answer" : "it";
  }

  private String does() {
    return switch (ending.why()) {
      case RULES -> ending.kind() == Ending.Kind.REJECTED ? "rejects " : "drops ";
      case NOT_TRANSLATED_BACK -> "keeps connection tracking from ";
      case ANSWER_TRANSLATED -> "translates ";
      case HOP_LIMIT -> "leaves no hop to ";
      default -> "ends the way of ";
    };
  }

  private String since() {
    return ending.why() == Ending.Why.ANSWER_TRANSLATED
        ? ", since what it answers is not tracked"
        : "";
  }

  private static String table(RuleEngine engine, String family, String table) {
    return switch (engine) {
      case NFTABLES -> " of table " + family + " " + Terminal.decoded(table) + ", written by nft,";
      case LEGACY -> " in table " + table + " of iptables-legacy";
      case IPTABLES_NFT, IPTABLES -> " in table " + table;
    };
  }

  private String unfound() {
    return " drops messages of ICMPv6, by which this host finds the neighbour that "
        + it()
        + " goes to";
  }

  @Override
  public String rule(DecidedBy.ByRule by) {
    RuleSite rule = by.rule();
    String where =
        "rule "
            + rule.number()
            + " of chain "
            + Terminal.decoded(rule.chain())
            + table(rule.engine(), rule.family(), rule.table());
    String text = " (" + Terminal.decoded(rule.text().latin1()) + ")";
    if (ending.why() == Ending.Why.OTHER_SOURCE) {
      boolean known = ending.kind() != Ending.Kind.UNDECIDED;
      return where
          + " gives it a source of the container's network that is none of this host's"
          + text
          + (known
              ? ": the container would get a packet from itself"
              : ": whether the answer comes back from who has that is not known");
    }
    if (ending.why() == Ending.Why.NEIGHBOUR) {
      return where + unfound() + text;
    }
    return ending.kind() == Ending.Kind.UNDECIDED
        ? "what becomes of " + it() + " at " + where + text + " is not known"
        : where + " " + does() + it() + text + since();
  }

  @Override
  public String policy(DecidedBy.ByPolicy by) {
    ChainSite chain = by.chain();
    String policy =
        "the policy of chain "
            + Terminal.decoded(chain.chain())
            + table(chain.engine(), chain.family(), chain.table());
    if (ending.kind() == Ending.Kind.UNDECIDED) {
      return "whether " + policy + " drops " + it() + " is not known";
    }
    return ending.why() == Ending.Why.NEIGHBOUR
        ? policy + unfound()
        : policy + " drops " + it() + ": no rule lets it pass";
  }

  @Override
  public String setting(DecidedBy.BySetting by) {
    String value = by.value().map(v -> " is " + v).orElse(" is not known");
    String what =
        switch (ending.why()) {
          case NOT_FORWARDING -> ": this host does not forward " + it();
          case LOCALNET -> ": the kernel drops " + it() + " where it leaves towards the container";
          case REVERSE_PATH ->
              ": the kernel takes " + it() + " for one that cannot come from there, and drops it";
          default -> ", which decides";
        };
    return key(by.key()) + value + what;
  }

  @Override
  public String route(DecidedBy.ByRoute by) {
    if (ending.why() == Ending.Why.ELSEWHERE) {
      String unsure =
          ending.kind() == Ending.Kind.UNDECIDED
              ? "whether " + by.to() + " is there is not known: it"
              : by.to().toString();
      return unsure
          + " is behind no interface of this host's own, and \""
          + Terminal.decoded(by.text())
          + "\" leads out of it";
    }
    if (ending.why() == Ending.Why.OTHER_WAY) {
      return "whether the answer comes to "
          + by.to()
          + " is not known: it leaves by another interface than the question came by (\""
          + Terminal.decoded(by.text())
          + "\")";
    }
    if (ending.why() == Ending.Why.IPSEC) {
      String policy = "policy \"" + Terminal.decoded(by.text()) + "\" of IPsec";
      return ending.kind() == Ending.Kind.UNDECIDED
          ? "what becomes of " + it() + " by " + policy + " is not known"
          : policy + " blocks " + it();
    }
    String where = ending.back() ? " back to " : " to ";
    return by.text().isEmpty()
        ? "this host has no route" + where + by.to()
        : "\"" + Terminal.decoded(by.text()) + "\" ends the way of " + it() + where + by.to();
  }

  @Override
  public String link(DecidedBy.ByLink by) {
    String name = "interface " + Terminal.decoded(by.name());
    return switch (by.fault()) {
      case ABSENT -> "there is no " + name;
      case DOWN -> name + " is down" + behind();
      case WITHOUT_ADDRESS -> name + " has no address";
      case WITHOUT_LINK -> name + " has no link" + behind();
      case WITHOUT_PORT -> name + " is a bridge of which no port has a link and is up";
      case WITHOUT_ARP -> name + " asks for no neighbours (NOARP)";
      case LOCKED ->
          name
              + ", a port of a bridge, is locked, and the bridge does not know the container there"
              + behind();
      case UNLEARNED ->
          name
              + ", a port of a bridge, neither learns who is there nor gets what is for unknown"
              + " ones (learning and flood are off)"
              + behind();
      case WRITTEN ->
          "whether the container is behind "
              + name
              + ", a port of a bridge, is not known: somebody wrote its Ethernet address down"
              + " there";
      case BLOCKED -> name + ", a port of a bridge, forwards nothing (spanning tree)" + behind();
    };
  }

  private String behind() {
    return ending.kind() == Ending.Kind.UNDECIDED
        ? ", and whether the container is behind it is not known"
        : "";
  }

  @Override
  public String bridgePort(DecidedBy.ByBridgePort by) {
    String port =
        by.port()
                .map(p -> "port " + Terminal.decoded(p) + " of bridge ")
                .orElse("the container's port of bridge ")
            + Terminal.decoded(by.bridge());
    return ending.why() == Ending.Why.ISOLATED
        ? port + " lets nothing out that came in by another isolated port (isolated is on)"
        : port + " lets nothing out that came in by it (hairpin mode is off)";
  }

  @Override
  public String neighbour(DecidedBy.ByNeighbour by) {
    String where = by.address() + " behind " + Terminal.decoded(by.device());
    return by.hardware()
        .map(
            h ->
                "whether "
                    + Terminal.decoded(h)
                    + " is there is not known: somebody wrote it down for "
                    + where)
        .orElse(
            ending.kind() == Ending.Kind.UNDECIDED
                ? "nobody answered for "
                    + where
                    + " when this host last asked: whether one does"
                    + " now is not known (--probe asks)"
                : "nobody answers for " + where);
  }

  @Override
  public String socket(DecidedBy.BySocket by) {
    return by.process()
        .map(p -> (p.isEmpty() ? "a program" : Terminal.decoded(p)) + " of this host listens there")
        .orElse("no program of this host listens there");
  }

  @Override
  public String container(DecidedBy.ByContainer by) {
    return ContainerText.of(by);
  }

  @Override
  public String nothing(DecidedBy.Nothing by) {
    return switch (ending.why()) {
      case NOT_TRANSLATED_BACK ->
          "connection tracking does not follow its answer, which comes from a stranger";
      case LINK -> "an interface on its way is missing";
      case MARTIAN -> "nobody may send from such an address";
      case ITSELF -> "no rule masquerades it: the container gets a packet from itself";
      case LOCALHOST -> "no rule masquerades it: the container answers its own loopback address";
      case LOCALHOST_IPV6 ->
          "IPv6 has no route_localnet: nothing of ::1 gets to a container and back";
      default -> "nothing is in its way";
    };
  }
}
