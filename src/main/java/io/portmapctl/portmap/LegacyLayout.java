package io.portmapctl.portmap;

import static io.portmapctl.portmap.MappingRules.LOCALHOST;
import static io.portmapctl.portmap.MappingRules.destination;
import static io.portmapctl.portmap.MappingRules.jump;
import static io.portmapctl.portmap.MappingRules.port;
import static io.portmapctl.portmap.MappingRules.protocol;
import static io.portmapctl.portmap.MappingRules.rule;
import static io.portmapctl.portmap.MappingRules.source;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Layout {@code snat}: a DNAT and an SNAT chain for each container (CNI plugins 0.6). */
final class LegacyLayout implements Layout {

  @Override
  public String id() {
    return "snat";
  }

  @Override
  public DesiredRules wanted(Attachment attachment, Family family) {
    Optional<Cidr> container = attachment.address(family);
    return container.isPresent()
        ? wanted(attachment, family, container.get().address())
        : DesiredRules.NOTHING;
  }

  private static DesiredRules wanted(Attachment attachment, Family family, IpAddress container) {
    String dn = ChainNames.dnat(attachment.identity());
    String sn = ChainNames.snat(attachment.identity());
    List<Rule> dnat = new ArrayList<>();
    List<Rule> masquerade = new ArrayList<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(family)) {
        continue;
      }
      dnat.add(MappingRules.dnat(mapping, container));
      masquerade.add(
          rule(
              Target.Masquerade.PLAIN,
              source(Cidr.host(LOCALHOST)),
              destination(Cidr.host(container)),
              protocol(mapping),
              port(mapping.protocol(), mapping.containerPort())));
    }
    if (dnat.isEmpty()) {
      return DesiredRules.NOTHING;
    }
    Map<String, List<Rule>> own = new LinkedHashMap<>();
    Map<String, List<Rule>> shared = new LinkedHashMap<>();
    List<DesiredRules.Placement> jumps = new ArrayList<>(toEntries());
    List<DesiredRules.Placement> entries = new ArrayList<>();
    own.put(dn, MappingRules.lastOfEquals(dnat));
    shared.put(ChainNames.DNAT, List.of());
    List<String> words =
        new ArrayList<>(MappingRules.commentWords(Comments.cut("dnat", attachment.identity())));
    attachment.conditions(family).forEach(word -> words.add(word.latin1()));
    List<Rule> expanded = MappingRules.expand(family, words, dn);
    for (int i = expanded.size() - 1; i >= 0; i--) {
      entries.add(new DesiredRules.Placement(ChainNames.DNAT, expanded.get(i), true));
    }
    if (attachment.snat() && family == Family.IPV4) {
      own.put(sn, MappingRules.lastOfEquals(masquerade));
      shared.put(ChainNames.SNAT, List.of());
      jumps.add(toSources());
      entries.add(
          new DesiredRules.Placement(
              ChainNames.SNAT,
              rule(jump(sn), new Match.Comment(Comments.cut("snat", attachment.identity()))),
              true));
    }
    return new DesiredRules(own, shared, jumps, entries);
  }

  private static List<DesiredRules.Placement> toEntries() {
    Rule jump = rule(jump(ChainNames.DNAT), Match.AddressType.TO_LOCAL);
    return List.of(
        new DesiredRules.Placement("PREROUTING", jump, true),
        new DesiredRules.Placement("OUTPUT", jump, true));
  }

  private static DesiredRules.Placement toSources() {
    return new DesiredRules.Placement(
        "POSTROUTING",
        rule(
            jump(ChainNames.SNAT),
            source(Cidr.host(LOCALHOST)),
            new Match.Address(Side.DESTINATION, true, Cidr.host(LOCALHOST))),
        true);
  }

  private static boolean makesRules(Attachment attachment) {
    return attachment.mappings().stream().anyMatch(m -> m.appliesTo(Family.IPV4));
  }

  @Override
  public Masquerade masquerade(Attachment attachment, Family family) {
    boolean some = family == Family.IPV4 && attachment.snat() && makesRules(attachment);
    return some ? new Masquerade(true, Optional.empty(), ChainNames.SNAT, "") : Masquerade.NOTHING;
  }

  @Override
  public Optional<IpAddress> localnet(Attachment attachment) {
    return attachment
        .address(Family.IPV4)
        .map(Cidr::address)
        .filter(a -> attachment.snat() && makesRules(attachment));
  }

  @Override
  public Map<String, DocumentFault> errors(Attachment attachment, List<Table> tables) {
    if (!attachment.needsMark()) {
      return Map.of();
    }
    String field =
        attachment.markMasqBit().isPresent()
            ? "markMasqBit"
            : attachment.masqAll() ? "masqAll" : "externalSetMarkChain";
    return Map.of(field, new DocumentFault.OtherLayout(Layouts.MARK.id(), id()));
  }

  @Override
  public Optional<LayoutNotice> notice(PortmapState state) {
    return state.hasKubernetes()
        ? Optional.of(new LayoutNotice.BeforeKubeProxy(this))
        : Optional.empty();
  }

  @Override
  public String cniVersion(String own) {
    return own.isEmpty() || MarkLayout.isOfItsTime(own) ? "0.3.1" : own;
  }

  @Override
  public String translating() {
    return ChainNames.DN;
  }

  @Override
  public Optional<String> masquerading() {
    return Optional.of(ChainNames.SN);
  }

  @Override
  public Optional<String> sources() {
    return Optional.of(ChainNames.SNAT);
  }

  @Override
  public List<String> entryChains() {
    return List.of(ChainNames.DNAT, ChainNames.SNAT);
  }

  @Override
  public List<DesiredRules.Placement> jumps() {
    List<DesiredRules.Placement> jumps = new ArrayList<>(toEntries());
    jumps.add(toSources());
    return jumps;
  }

  @Override
  public List<List<String>> sharedChains() {
    return List.of(List.of(ChainNames.DNAT), List.of(ChainNames.SNAT));
  }

  @Override
  public boolean isMasquerade(String chain, Rule rule) {
    return chain.equals(ChainNames.SNAT)
        && rule.target().chain().map(Layouts::isContainerChain).orElse(false);
  }

  @Override
  public Evidence evidence(ContainerChains chains, PortmapState state) {
    if (state.has(chains.named(ChainNames.SN))) {
      return Evidence.CHAIN;
    }
    return state.entries(chains.named(ChainNames.DN)).isEmpty() ? Evidence.NONE : Evidence.ENTRY;
  }

  @Override
  public boolean isIn(PortmapState state) {
    return state.has(ChainNames.SNAT);
  }
}
