package io.portmapctl.view;

import io.portmapctl.app.AppNotice;
import io.portmapctl.text.Printable;
import java.util.List;
import java.util.stream.Collectors;

/** What a reader should know of rulesets, inputs and host, in words. */
final class AppNoticeText implements AppNotice.Visitor<String> {
  /** So many names are said. */
  private static final int FEW = 5;

  private static final String CANNOT =
      RulesetFaultText.CANNOT_SHOW + ": what such rules do cannot be told; ";

  @Override
  public String noRouteTowards(AppNotice.NoRouteTowards notice) {
    return "no route without a gateway leads to "
        + notice.container()
        + ": route_localnet is not set, 127.0.0.1 will not reach the container"
        + " (--host-interface names the interface)";
  }

  @Override
  public String noInterface(AppNotice.NoInterface notice) {
    return "there is no interface " + notice.name() + ": route_localnet is not set";
  }

  @Override
  public String listener(AppNotice.Listener notice) {
    return notice.process()
        + " of this host listens on "
        + notice.port()
        + ": the mapping takes its new connections";
  }

  @Override
  public String notOfHost(AppNotice.NotOfHost notice) {
    return notice.port()
        + ": no interface of this host has that address, so nobody reaches the mapping";
  }

  @Override
  public String legacyElsewhere(AppNotice.LegacyElsewhere notice) {
    String program = notice.family().program();
    return notice.file()
        + " says that its host has tables of "
        + program
        + "-legacy too: they are not in it, and may take the same ports ("
        + program
        + "-legacy-save prints them)";
  }

  @Override
  public String noNatTable(AppNotice.NoNatTable notice) {
    return notice.file() + ": no nat table in this file; taken as empty";
  }

  @Override
  public String unshownInFile(AppNotice.UnshownInFile notice) {
    return notice.file()
        + ": "
        + (notice.line().isPresent() ? "line " + notice.line().getAsInt() + ": " : "")
        + "this file was written by "
        + CANNOT
        + "take the save with the iptables that made the rules";
  }

  @Override
  public String unshownLive(AppNotice.UnshownLive notice) {
    return "the live "
        + notice.family().title()
        + " ruleset was read by "
        + CANNOT
        + "use the iptables that made the rules";
  }

  @Override
  public String noIpv6Ruleset(AppNotice.NoIpv6Ruleset notice) {
    return "no IPv6 ruleset is given (--ruleset6): an empty one is taken";
  }

  @Override
  public String strangeInterface(AppNotice.StrangeInterface notice) {
    return "--packet: the host has no interface " + notice.name() + " that is up";
  }

  @Override
  public String orphansUnknown(AppNotice.OrphansUnknown notice) {
    return "nothing is called an orphan, because not every attachment is known: "
        + notice.errors().stream().map(FaultText::of).collect(Collectors.joining("; "));
  }

  @Override
  public String notForwarding(AppNotice.NotForwarding notice) {
    return NoticeText.obstacle(notice.obstacle());
  }

  @Override
  public String nothingThere(AppNotice.NothingThere notice) {
    return "nothing of "
        + Sentences.who(notice.asked())
        + " is there; there is "
        + notice.near().stream().map(Sentences::who).collect(Collectors.joining("; "));
  }

  @Override
  public String orphansElsewhere(AppNotice.OrphansElsewhere notice) {
    int containers = notice.containers();
    List<String> networks = notice.networks();
    return containers
        + (containers == 1 ? " container" : " containers")
        + (networks.size() == 1 ? " of network " : " of networks ")
        + several(networks)
        + (containers == 1 ? " is" : " are")
        + " in none of the sources, which do not name "
        + (networks.size() == 1 ? "that network" : "those networks")
        + "; what is left there stays: --all-networks, or del, removes it";
  }

  @Override
  public String orphansListed(AppNotice.OrphansListed notice) {
    String first = Sentences.who(notice.first());
    boolean one = notice.containers() == 1;
    return (one
            ? first + " is dead or in none of the sources"
            : notice.containers()
                + " containers are dead or in none of the sources, one of them "
                + first)
        + "; where "
        + (one ? "it is" : "they are")
        + " gone, "
        + notice.removal()
        + " removes what is left";
  }

  @Override
  public String bridgeLeftovers(AppNotice.BridgeLeftovers notice) {
    boolean one = notice.chains() == 1;
    return notice.chains()
        + (one ? " ipMasq chain" : " ipMasq chains")
        + " of the bridge plugin for "
        + (one ? "a container that is" : "containers that are")
        + " in none of the sources ("
        + notice.chain()
        + ", "
        + Sentences.who(notice.container())
        + (one ? "" : ", and others")
        + "): not portmap's, and not removed here";
  }

  @Override
  public String othersMoved(AppNotice.OthersMoved notice) {
    return notice.family().title()
        + ": other rules are not as they were when the plan was saved; they do not matter for it";
  }

  @Override
  public String sourcesChanged(AppNotice.SourcesChanged notice) {
    return "the sources are not as they were when the plan was saved; it is the same plan";
  }

  /** The first of some names, and how many there are besides. */
  private static String several(List<String> names) {
    String first =
        names.stream().limit(FEW).map(Printable::escaped).collect(Collectors.joining(", "));
    return names.size() > FEW ? first + " and " + (names.size() - FEW) + " more" : first;
  }

  @Override
  public String unclaimed(AppNotice.Unclaimed notice) {
    return "chain "
        + Terminal.decoded(notice.chain())
        + ": nobody's entry tells whose it was; "
        + notice.removal()
        + " removes it";
  }
}
