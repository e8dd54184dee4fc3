package io.portmapctl.view;

import io.portmapctl.host.HostNotice;
import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;

/** What a reader should know who reads or changes a host, in words. */
final class HostNoticeText implements HostNotice.Visitor<String> {
  /** So much of what a program says is passed on. */
  private static final int SAID_LINES = 5;

  @Override
  public String otherVariantUnknown(HostNotice.OtherVariantUnknown notice) {
    return "whether the other iptables variant holds CNI chains for "
        + notice.family().title()
        + " is not known: "
        + notice.program()
        + " could not be asked";
  }

  @Override
  public String bothVariants(HostNotice.BothVariants notice) {
    return "both iptables variants hold CNI chains for "
        + notice.family().title()
        + "; shown is the system's, the other is "
        + notice.other().id()
        + " (--iptables "
        + notice.other().id()
        + ")";
  }

  @Override
  public String onlyOtherVariant(HostNotice.OnlyOtherVariant notice) {
    return "only the "
        + notice.read().id()
        + " variant of iptables holds CNI chains for "
        + notice.family().title()
        + ": that one is read";
  }

  @Override
  public String nftBaseChains(HostNotice.NftBaseChains notice) {
    return "the "
        + notice.family().title()
        + " nat table holds base chains that nft wrote itself; iptables does not show them,"
        + " and what they do to a packet is not seen here";
  }

  @Override
  public String saidByProgram(HostNotice.SaidByProgram notice) {
    List<String> lines =
        notice.words().decoded().lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    List<String> shown = new ArrayList<>();
    lines.stream().limit(SAID_LINES).forEach(l -> shown.add(Printable.escaped(l)));
    int more = lines.size() - shown.size();
    return notice.program()
        + " says: "
        + String.join("; ", shown)
        + (more > 0 ? "; and " + more + (more == 1 ? " line" : " lines") + " more" : "");
  }

  @Override
  public String legacyTablesUnread(HostNotice.LegacyTablesUnread notice) {
    return "this host has "
        + notice.family().title()
        + " tables of iptables-legacy too, which no program here can read: they may take the same"
        + " ports";
  }

  @Override
  public String nftUnread(HostNotice.NftUnread notice) {
    return "whether rules that nft wrote itself translate ports is not known: "
        + Printable.escaped(notice.why().lines().findFirst().orElse("nft could not be asked"));
  }

  @Override
  public String flowsKept(HostNotice.FlowsKept notice) {
    return FaultText.of(notice.why().fault());
  }

  @Override
  public String severalTransactions(HostNotice.SeveralTransactions notice) {
    return "the "
        + notice.family().title()
        + " rules were changed in "
        + notice.count()
        + " transactions, one after the other: iptables cannot name each of them in one";
  }

  @Override
  public String goneMeanwhile(HostNotice.GoneMeanwhile notice) {
    List<String> rules =
        notice.rules().stream().map(Octets::decoded).map(Printable::escaped).toList();
    return notice.family().title()
        + " rules that this change leaves alone were there before it and are gone after it; somebody"
        + " else took them away meanwhile, or they must be put back: "
        + String.join("; ", rules);
  }

  @Override
  public String stays(HostNotice.Stays notice) {
    return FaultText.of(notice.what());
  }
}
