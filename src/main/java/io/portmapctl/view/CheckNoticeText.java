package io.portmapctl.view;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.portmap.Layouts;

/** What a reader should know of mappings and who else has to do with them, in words. */
final class CheckNoticeText implements CheckNotice.Visitor<String> {

  @Override
  public String mayBeTaken(CheckNotice.MayBeTaken notice) {
    return notice.port().family().title()
        + ": "
        + notice.port()
        + " may be taken before its rules are reached, by a rule of chain "
        + Terminal.decoded(notice.chain())
        + " of which that cannot be told: "
        + notice.rule().latin1();
  }

  @Override
  public String notCni(CheckNotice.NotCni notice) {
    return notice.port().family().title()
        + ": "
        + notice.port()
        + " is no mapping of CNI, and is translated by a rule of chain "
        + Terminal.decoded(notice.chain())
        + notice.program().map(p -> ", of " + MappingText.title(p) + ",").orElse("")
        + notice.to().map(dnat -> " to " + dnat.to().place()).orElse("")
        + "; explain --port tells more";
  }

  @Override
  public String kubeProxy(CheckNotice.KubeProxyOrder notice) {
    return notice.family().title()
        + (notice.theirsFirst()
            ? ": kube-proxy's chains stand before ours: a service or node port of the same"
                + " number takes the packets of a mapping"
            : ": kube-proxy's chains stand after ours: a mapping takes the packets of a"
                + " service or node port of the same number (CVE-2019-9946)");
  }

  @Override
  public String unreached(CheckNotice.Unreached notice) {
    return notice.family().title()
        + ": no rule of "
        + notice.builtIn()
        + " leads to "
        + notice.entries()
        + (Layouts.isContainerChain(notice.entries()) ? ": it is not" : ": no mapping is")
        + " reached from "
        + (notice.builtIn().equals("OUTPUT") ? "this host itself" : "outside");
  }

  @Override
  public String claimedTwice(CheckNotice.ClaimedTwice notice) {
    return Sentences.overlap(notice.overlap(), notice.cure());
  }

  @Override
  public String taken(CheckNotice.Taken notice) {
    return Sentences.taken(notice.mapping());
  }
}
