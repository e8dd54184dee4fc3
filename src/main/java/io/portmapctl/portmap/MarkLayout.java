package io.portmapctl.portmap;

import static io.portmapctl.portmap.MappingRules.LOCALHOST;
import static io.portmapctl.portmap.MappingRules.jump;
import static io.portmapctl.portmap.MappingRules.rule;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Layout {@code mark}: mark, then masquerade (CNI plugins 0.7 and later). */
final class MarkLayout implements Layout {
  /** The kernel's limit of ports in one multiport match. */
  private static final int PORTS_PER_ENTRY = 15;

  private static final Match MASQUERADE_MARK = Match.Comment.of("CNI portfwd masquerade mark");

  private static final List<String> VERDICTS = List.of("ACCEPT", "DROP", "RETURN");

  @Override
  public String id() {
    return "mark";
  }

  @Override
  public DesiredRules wanted(Attachment attachment, Family family) {
    Optional<Cidr> container = attachment.address(family);
    return container.isEmpty() || attachment.mappings().isEmpty()
        ? DesiredRules.NOTHING
        : wanted(attachment, family, container.get());
  }

  private static DesiredRules wanted(Attachment attachment, Family family, Cidr container) {
    String dn = ChainNames.dnat(attachment.identity());
    boolean snat = attachment.snat();
    String setMark = attachment.externalSetMarkChain().orElse(ChainNames.SETMARK);
    Map<String, List<Rule>> shared = new LinkedHashMap<>();
    List<DesiredRules.Placement> jumps = new ArrayList<>();
    if (marksItself(attachment)) {
      long mark = attachment.mark();
      shared.put(
          ChainNames.SETMARK, List.of(rule(new Target.SetMark(mark, mark), MASQUERADE_MARK)));
      shared.put(
          ChainNames.MASQ,
          List.of(rule(Target.Masquerade.PLAIN, new Match.Mark(false, mark, mark))));
      jumps.add(toMasquerade());
    }
    shared.put(ChainNames.DNAT, List.of());
    jumps.addAll(toEntries());
    List<Rule> rules = new ArrayList<>();
    Cidr hairpin = hairpin(attachment, family, container);
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(family)) {
        continue;
      }
      if (snat) {
        rules.add(markRule(setMark, mapping, hairpin));
        if (family == Family.IPV4 && !attachment.masqAll()) {
          rules.add(markRule(setMark, mapping, Cidr.host(LOCALHOST)));
        }
      }
      rules.add(MappingRules.dnat(mapping, container.address()));
    }
    return new DesiredRules(
        Map.of(dn, MappingRules.firstOfEquals(rules)),
        shared,
        jumps,
        entries(attachment, family, dn));
  }

  private static boolean marksItself(Attachment attachment) {
    return attachment.snat() && attachment.externalSetMarkChain().isEmpty();
  }

  private static Cidr hairpin(Attachment attachment, Family family, Cidr container) {
    return attachment.masqAll() ? Cidr.any(family) : container.network();
  }

  private static Rule markRule(String setMark, PortMapping mapping, Cidr source) {
    return MappingRules.of(
        jump(setMark),
        source.prefix() == 0 ? Optional.empty() : Optional.of(MappingRules.source(source)),
        mapping);
  }

  private static List<DesiredRules.Placement> entries(
      Attachment attachment, Family family, String dn) {
    List<Rule> rules = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      List<String> ports =
          attachment.mappings().stream()
              .filter(m -> m.protocol() == protocol)
              .map(m -> Integer.toString(m.hostPort()))
              .toList();
      for (int from = 0; from < ports.size(); from += PORTS_PER_ENTRY) {
        List<String> group = ports.subList(from, Math.min(ports.size(), from + PORTS_PER_ENTRY));
        List<String> words =
            new ArrayList<>(
                MappingRules.commentWords(Comments.shortened("dnat", attachment.identity())));
        words.addAll(List.of("-m", "multiport", "--destination-ports", String.join(",", group)));
        words.addAll(List.of("-p", protocol.id()));
        attachment.conditions(family).forEach(word -> words.add(word.latin1()));
        rules.addAll(MappingRules.expand(family, words, dn));
      }
    }
    return MappingRules.firstOfEquals(rules).stream()
        .map(rule -> new DesiredRules.Placement(ChainNames.DNAT, rule, false))
        .toList();
  }

  private static List<DesiredRules.Placement> toEntries() {
    Rule jump = rule(jump(ChainNames.DNAT), Match.AddressType.TO_LOCAL);
    return List.of(
        new DesiredRules.Placement("PREROUTING", jump, false),
        new DesiredRules.Placement("OUTPUT", jump, false));
  }

  private static DesiredRules.Placement toMasquerade() {
    return new DesiredRules.Placement(
        "POSTROUTING",
        rule(jump(ChainNames.MASQ), Match.Comment.of("CNI portfwd requiring masquerade")),
        true);
  }

  @Override
  public Masquerade masquerade(Attachment attachment, Family family) {
    Optional<Cidr> container = attachment.address(family);
    if (!attachment.snat() || container.isEmpty()) {
      return Masquerade.NOTHING;
    }
    return new Masquerade(
        family == Family.IPV4,
        Optional.of(hairpin(attachment, family, container.get())),
        marksItself(attachment) ? ChainNames.MASQ : "",
        attachment.externalSetMarkChain().orElse(ChainNames.SETMARK));
  }

  @Override
  public Optional<IpAddress> localnet(Attachment attachment) {
    return attachment
        .address(Family.IPV4)
        .map(Cidr::address)
        .filter(a -> attachment.snat() && !attachment.mappings().isEmpty());
  }

  @Override
  public boolean needsPrefix(Attachment attachment) {
    return attachment.snat() && !attachment.masqAll();
  }

  @Override
  public boolean hasHairpin() {
    return true;
  }

  @Override
  public boolean hasMarks() {
    return true;
  }

  @Override
  public String cniVersion(String own) {
    return isOfItsTime(own) ? own : "1.0.0";
  }

  /** Whether plugins of its time alone took a version. */
  static boolean isOfItsTime(String version) {
    return version.equals("0.4.0") || version.startsWith("1.");
  }

  @Override
  public Map<String, DocumentFault> errors(Attachment attachment, List<Table> tables) {
    Map<String, DocumentFault> errors = new LinkedHashMap<>();
    for (Table table : tables) {
      String path = table.family().title().replace("IPv", "conditionsV");
      int at = attachment.conditions(table.family()).indexOf(Octets.utf8("-p"));
      if (at >= 0) {
        errors.put(path + "[" + at + "]", new DocumentFault.ConditionOfLayout("-p", id()));
      }
      boolean used =
          attachment.snat()
              && attachment.address(table.family()).isPresent()
              && attachment.mappings().stream().anyMatch(m -> m.appliesTo(table.family()));
      String chain = attachment.externalSetMarkChain().orElse("");
      if (used && !chain.isEmpty() && !VERDICTS.contains(chain)) {
        unfit(table, chain).ifPresent(e -> errors.put("externalSetMarkChain", e));
      }
    }
    return errors;
  }

  /** Why the kernel would refuse rules that jump to another program's chain. */
  private static Optional<DocumentFault> unfit(Table table, String chain) {
    Optional<Chain> there = table.chain(chain);
    DocumentFault.Unfit why;
    if (there.isEmpty()) {
      why = DocumentFault.Unfit.ABSENT;
    } else if (there.get().builtIn()) {
      why = DocumentFault.Unfit.BUILT_IN;
    } else if (chain.equals(ChainNames.DNAT) || Layouts.isContainerChain(chain)) {
      why = DocumentFault.Unfit.LOOP;
    } else {
      return Optional.empty();
    }
    return Optional.of(new DocumentFault.UnfitChain(why, table.family(), chain));
  }

  @Override
  public String translating() {
    return ChainNames.DN;
  }

  @Override
  public List<String> entryChains() {
    return List.of(ChainNames.DNAT);
  }

  @Override
  public List<DesiredRules.Placement> jumps() {
    List<DesiredRules.Placement> jumps = new ArrayList<>(toEntries());
    jumps.add(toMasquerade());
    return jumps;
  }

  @Override
  public List<List<String>> sharedChains() {
    return List.of(List.of(ChainNames.DNAT), List.of(ChainNames.SETMARK, ChainNames.MASQ));
  }

  @Override
  public boolean isDisposable(String chain, Rule rule) {
    boolean form =
        chain.equals(ChainNames.SETMARK)
            ? rule.target() instanceof Target.SetMark
            : chain.equals(ChainNames.MASQ) && rule.target() instanceof Target.Masquerade;
    return form && rule.matches().size() == 1;
  }

  @Override
  public Optional<String> marks() {
    return Optional.of(ChainNames.SETMARK);
  }

  @Override
  public Optional<String> masqueradesMarked() {
    return Optional.of(ChainNames.MASQ);
  }

  @Override
  public boolean isMark(Rule rule) {
    return rule.target() instanceof Target.SetMark
        && rule.equals(new Rule(List.of(MASQUERADE_MARK), rule.target()));
  }

  @Override
  public boolean isMasquerade(String chain, Rule rule) {
    return chain.equals(ChainNames.MASQ)
        && rule.target() instanceof Target.Masquerade masquerade
        && masquerade.isPlain()
        && rule.matches().size() == 1
        && rule.matches().get(0) instanceof Match.Mark mark
        && !mark.negated()
        && mark.mask() != 0;
  }

  @Override
  public boolean isNeededBy(Attachment attachment) {
    return attachment.needsMark();
  }

  @Override
  public Evidence evidence(ContainerChains chains, PortmapState state) {
    String dn = chains.named(ChainNames.DN);
    if (state.entries(dn).stream().anyMatch(MarkLayout::namesPorts)) {
      return Evidence.OWN_ENTRY;
    }
    for (PortmapTable table : state.tables()) {
      for (RuleEntry row : table.rows(dn)) {
        if (row.targetChain().equals(ChainNames.SETMARK)) {
          return Evidence.RULE;
        }
      }
    }
    return Evidence.NONE;
  }

  private static boolean namesPorts(PortmapTable.Entry entry) {
    return entry.row().rule().matches().stream().anyMatch(Match.Multiport.class::isInstance);
  }

  @Override
  public boolean isIn(PortmapState state) {
    return state.has(ChainNames.SETMARK)
        || state.has(ChainNames.MASQ)
        || state.tables().stream()
            .flatMap(t -> t.entries().values().stream())
            .anyMatch(entries -> entries.stream().anyMatch(MarkLayout::namesPorts));
  }

  @Override
  public Optional<LayoutReason> suits(Attachment attachment, PortmapState state) {
    if (state.hasKubernetes()) {
      return Optional.of(LayoutReason.KUBE_PROXY);
    }
    if (attachment.cached()) {
      return Optional.of(LayoutReason.CACHE);
    }
    return isOfItsTime(attachment.cniVersion())
        ? Optional.of(LayoutReason.CNI_VERSION)
        : Optional.empty();
  }
}
