package io.portmapctl.view;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Program;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.Layouts;
import java.util.Optional;

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
  public String translatedElsewhere(CheckNotice.TranslatedElsewhere notice) {
    String family = notice.ports().stream().findFirst().map(p -> p.family().title()).orElse("");
    boolean one = notice.ports().size() == 1;
    Optional<Program> program = Program.of(notice.chain());
    return family
        + ": "
        + PortNames.of(notice.ports())
        + notice
            .variant()
            .map(
                v ->
                    (one ? " is" : " are")
                        + " translated in the nat table of iptables-"
                        + v.id()
                        + " too, by a rule of chain ")
            .orElse(
                " may be translated in table "
                    + notice.table()
                    + " too, which nft wrote, by a rule of chain ")
        + notice.chain()
        + program.map(p -> ", of " + MappingText.title(p) + ",").orElse("")
        + notice.to().map(to -> " to " + to).orElse("")
        + (notice.first()
            ? "; that table is asked first"
            : "; which of the tables is asked first cannot be told here");
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
  public String givenTwice(CheckNotice.GivenTwice notice) {
    Mapping mapping = notice.mapping();
    String port =
        mapping.protocol()
            + " port "
            + mapping.hostPort().orElse(0)
            + mapping.hostIp().map(ip -> " on " + ip).orElse("");
    return mapping.family().title()
        + ": "
        + of(mapping.owner(), mapping.chain())
        + " publishes "
        + (notice.ports() == 1 ? port + " twice" : notice.ports() + " ports twice, as " + port)
        + "; the first mapping takes all connections";
  }

  private static String of(Optional<Identity> owner, String chain) {
    return owner.map(Sentences::container).orElseGet(() -> "chain " + Terminal.decoded(chain));
  }

  @Override
  public String networksAddress(CheckNotice.NetworksAddress notice) {
    return of(notice.owner(), notice.chain())
        + ": its ports lead to "
        + notice.network().address()
        + ", the address of the network "
        + notice.network()
        + " itself; no container has it";
  }

  @Override
  public String taken(CheckNotice.Taken notice) {
    return Sentences.taken(notice.mapping());
  }
}
