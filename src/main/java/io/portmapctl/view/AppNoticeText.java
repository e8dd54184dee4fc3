package io.portmapctl.view;

import io.portmapctl.app.AppNotice;
import java.util.stream.Collectors;

/** What a reader should know of rulesets, inputs and host, in words. */
final class AppNoticeText implements AppNotice.Visitor<String> {
  private static final String CANNOT =
      "an iptables that cannot show all of it (\"[unsupported revision]\"): what such rules do"
          + " cannot be told; ";

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
  public String unclaimed(AppNotice.Unclaimed notice) {
    return "chain "
        + notice.chain()
        + ": nobody's entry tells whose it was; "
        + notice.removal()
        + " removes it";
  }
}
