package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Overrides;
import io.portmapctl.host.HostException;
import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every single change of every rule: what is in our chains, or leads to them, is noticed and
 * mended; what is anyone else's is not, unless it takes a published port away.
 */
@Tag("long")
class MutationTest {
  private static final Path HOST = Path.of("testdata/podman-host");
  private static final int RULESETS = Rounds.of("mutatedRulesets", 10, 50);

  /** One of so many changes is tried. */
  private static final int EVERY = Rounds.of("mutateEvery", 48, 1);

  private int made;
  private final Map<String, Integer> counts = new TreeMap<>();

  /** A host whose attachments are exactly there. */
  private record Host(String name, List<Table> tables, List<Attachment> attachments) {

    Audit audit(List<Table> current) {
      return Audit.of(current, requests(current), () -> io.portmapctl.trace.HostAddresses.UNKNOWN);
    }

    List<Request.Publish> requests(List<Table> current) {
      PortmapState evidence = new PortmapState(current);
      return attachments.stream()
          .map(a -> new Request.Publish(a, LayoutChoice.auto(a, evidence)))
          .toList();
    }
  }

  /** One change of one rule. */
  private record Mutation(String kind, String chain, RuleEntry row, List<RuleEntry> rows) {}

  @Test
  void onTheCapturedHost() throws Exception {
    List<Table> tables = new ArrayList<>();
    for (Family family : Family.values()) {
      String file = family == Family.IPV4 ? "iptables-save.txt" : "ip6tables-save.txt";
      tables.add(
          SaveFormat.table(
                  family,
                  TableName.NAT,
                  Files.readString(HOST.resolve(file), StandardCharsets.ISO_8859_1))
              .orElseThrow());
    }
    Documents documents =
        Documents.read(
            List.of(HOST.resolve("cni-cache").toString()),
            new ByteArrayInputStream(new byte[0]),
            Overrides.pluginType("portmap"),
            Documents.Need.ALL);
    everyChange(new Host("podman", tables, documents.attachments()));
    print("the captured host");
    assertThat(counts.getOrDefault("ours: delete", 0)).isGreaterThan(100 / EVERY);
    if (EVERY == 1) {
      // a bridge's rules in POSTROUTING accept hairpin traffic before it is masqueraded
      assertThat(counts.get("jump behind another's rule, noticed")).isPositive();
    }
  }

  @Test
  void onGeneratedHosts() throws Exception {
    int hosts = 0;
    for (long seed = 1; hosts < RULESETS; seed++) {
      Optional<Host> host = generated(seed);
      if (host.isPresent()) {
        everyChange(host.get());
        hosts++;
      }
    }
    print(hosts + " generated hosts");
    assertThat(counts.getOrDefault("ours: delete", 0)).isGreaterThan(hosts * 5 / EVERY);
    assertThat(counts.getOrDefault("others: delete", 0)).isGreaterThan(hosts / EVERY);
  }

  private void print(String what) {
    System.out.println("changes of single rules on " + what + ": " + counts);
  }

  /** Some containers among others' rules, which happen to leave them alone. */
  private static Optional<Host> generated(long seed) {
    Generator random = new Generator(seed);
    List<Table> tables = new ArrayList<>();
    for (Family family : Family.values()) {
      tables.add(random.others(family));
    }
    Map<String, Attachment> attachments = new LinkedHashMap<>();
    for (int i = 0; i < 4; i++) {
      Attachment attachment = random.attachment(random.identity());
      attachments.putIfAbsent(ChainNames.hash(attachment.identity()), attachment);
    }
    for (Attachment attachment : attachments.values()) {
      LayoutChoice choice = LayoutChoice.auto(attachment, new PortmapState(tables));
      if (!choice.layout().errors(attachment, tables).isEmpty()) {
        return Optional.empty();
      }
      tables = after(tables, List.of(new Request.Publish(attachment, choice)));
    }
    Host host = new Host("seed " + seed, tables, List.copyOf(attachments.values()));
    boolean plain =
        tables.stream()
            .flatMap(t -> t.chains().values().stream())
            .flatMap(c -> c.rows().stream())
            .filter(r -> isOurs("", r))
            .noneMatch(r -> r.rule().hasUnmodelledMatch());
    boolean well =
        host.audit(tables).findings().stream()
            .allMatch(
                f -> f.status() == Finding.Status.OK); // no two claim a port, no chance decides
    return plain && well ? Optional.of(host) : Optional.empty();
  }

  private static List<Table> after(List<Table> tables, List<Request> requests) {
    return new ArrayList<>(
        Plans.of(tables, requests).families().stream().map(Plan.Part::after).toList());
  }

  private void everyChange(Host host) throws Exception {
    assertThat(host.audit(host.tables()).ok()).as(host.name()).isTrue();
    for (int family = 0; family < host.tables().size(); family++) {
      Table table = host.tables().get(family);
      for (Chain chain : table.chains().values()) {
        for (int at = 0; at < chain.rows().size(); at++) {
          for (Mutation mutation : mutations(table, chain, at)) {
            if (isTried()) {
              check(host, family, mutation);
            }
          }
        }
      }
      thieves(host, family);
    }
  }

  private boolean isTried() {
    return made++ % EVERY == 0;
  }

  private void check(Host host, int family, Mutation mutation) throws Exception {
    List<Table> changed = new ArrayList<>(host.tables());
    changed.set(family, with(changed.get(family), mutation.chain(), mutation.rows()));
    Audit audit = host.audit(changed);
    String name = host.name() + ", " + mutation.kind() + ": " + mutation.chain() + " " + mutation;
    if (isOurs(mutation.chain(), mutation.row())) {
      ours(host, mutation, audit, name);
    } else {
      others(mutation, audit, name);
    }
    if (!audit.ok()) {
      mend(host, changed, audit, name);
    }
  }

  private void ours(Host host, Mutation mutation, Audit audit, String name) {
    RuleEntry next = mutation.row();
    if (mutation.kind().startsWith("swap")) {
      next = swapped(mutation);
      boolean both = isOurs(mutation.chain(), next);
      if (!mutation.chain().startsWith("CNI-") && !both) {
        // a jump that is there stays where it is: only what it loses by its place counts
        boolean noticed = audit.findings().stream().anyMatch(f -> f.status() != Finding.Status.OK);
        count("jump behind another's rule, " + (noticed ? "noticed" : "without effect"));
        return;
      }
      boolean neighbours =
          mutation.chain().startsWith(ChainNames.SHARED) || !mutation.chain().startsWith("CNI-");
      if (neighbours && !sameContainer(mutation.row(), next)) {
        // the order of two containers' entries, or of two jumps, is the order of their making
        count("entries or jumps in another order, right as well");
        assertThat(audit.ok()).as(name).isTrue();
        return;
      }
    }
    count("ours: " + mutation.kind());
    assertThat(audit.ok()).as(name).isFalse();
    assertThat(host.attachments()).isNotEmpty();
  }

  private void others(Mutation mutation, Audit audit, String name) {
    RuleEntry next = mutation.kind().startsWith("swap") ? swapped(mutation) : mutation.row();
    if (isOurs(mutation.chain(), next)) {
      return; // seen from the other side
    }
    count("others: " + mutation.kind());
    assertThat(audit.plan().hasChanges()).as(name).isFalse();
    for (Finding finding : audit.findings()) {
      if (!finding.ok()) {
        count("others: takes a port, and is named");
        assertThat(finding.status()).as(name).isEqualTo(Finding.Status.SHADOWED);
        assertThat(finding.shadows()).as(name).isNotEmpty();
      }
    }
  }

  private static RuleEntry swapped(Mutation mutation) {
    int at = Integer.parseInt(mutation.kind().substring("swap ".length()));
    return mutation.rows().get(at);
  }

  private static boolean sameContainer(RuleEntry a, RuleEntry b) {
    String chain = ChainNames.digits(a.rule().target().name());
    return !chain.isEmpty() && chain.equals(ChainNames.digits(b.rule().target().name()));
  }

  /** Rules that somebody puts before ours and that take a published port. */
  private void thieves(Host host, int family) throws Exception {
    Table table = host.tables().get(family);
    for (Attachment attachment : host.attachments()) {
      if (table.chain(ChainNames.dnat(attachment.identity())).isEmpty()) {
        continue;
      }
      boolean narrowed = !attachment.conditions(table.family()).isEmpty();
      for (var mapping : attachment.mappings()) {
        if (!mapping.appliesTo(table.family()) || narrowed) {
          continue;
        }
        PublishedPort port = PublishedPort.of(table.family(), mapping);
        String match =
            "-p " + port.protocol() + " -m " + port.protocol() + " --dport " + port.port();
        String to = table.family() == Family.IPV4 ? "192.0.2.77:1" : "[2001:db8::77]:1";
        for (String target : List.of("-j DNAT --to-destination " + to, "-j ACCEPT", "-j RETURN")) {
          for (String chain : List.of("PREROUTING", "OUTPUT", ChainNames.DNAT)) {
            if (!isTried()) {
              continue;
            }
            RuleEntry thief = row(table.family(), match + " " + target);
            List<RuleEntry> rows = new ArrayList<>(rows(table, chain));
            rows.add(0, thief);
            List<Table> changed = new ArrayList<>(host.tables());
            changed.set(family, with(table, chain, rows));
            Audit audit = host.audit(changed);
            String name = host.name() + ", thief in " + chain + ": " + thief.text();
            assertThat(audit.plan().hasChanges()).as(name).isFalse();
            assertThat(
                    audit.findings().stream()
                        .flatMap(f -> f.shadows().stream())
                        .filter(s -> s.chain().equals(chain) && s.rule().equals(thief.text()))
                        .anyMatch(s -> s.port().equals(port)))
                .as(name)
                .isTrue();
            count("thief named");
            mend(host, changed, audit, name);
          }
        }
      }
    }
  }

  /** What check says mends it does: add, then what must be moved by hand. */
  private void mend(Host host, List<Table> changed, Audit audit, String name) throws Exception {
    boolean asked =
        audit.findings().stream()
            .flatMap(f -> f.shadows().stream())
            .anyMatch(s -> Remedies.program(s).isPresent());
    if (asked) {
      count("another program must be asked");
      return;
    }
    if (!Remedies.incurable(audit).isEmpty()) {
      count("a stranger's rule in a chain of ours must go");
      return;
    }
    MemoryBackend backend = new MemoryBackend(changed);
    try {
      for (Plan.Part part : audit.plan().families()) {
        backend.apply(part);
      }
      for (Plan.Part part : Remedies.moves(audit)) {
        backend.apply(part);
      }
    } catch (HostException e) {
      throw new AssertionError(name, e);
    }
    List<Table> mended = new ArrayList<>();
    changed.forEach(t -> mended.add(backend.table(t.family())));
    Audit again = host.audit(mended);
    assertThat(problems(again)).as(name).isEmpty();
    assertThat(others(mended)).as(name).isEqualTo(others(changed));
    count("mended");
  }

  /** What is wrong for certain. */
  private static List<String> problems(Audit audit) {
    List<String> problems = new ArrayList<>();
    for (Finding finding : audit.findings()) {
      if (finding.status() != Finding.Status.OK && finding.status() != Finding.Status.OPEN) {
        problems.add(
            finding.status()
                + " "
                + finding.missing()
                + finding.unexpected()
                + finding.shadows().stream()
                    .map(
                        s ->
                            s.port()
                                + " "
                                + s.effect()
                                + " "
                                + s.extent()
                                + " "
                                + s.chain()
                                + " "
                                + s.rule()
                                + " "
                                + s.packets())
                    .toList());
      }
    }
    return problems;
  }

  /** The rules of others, in their order: no cure removes one, or moves it before another. */
  private static List<String> others(List<Table> tables) {
    List<String> others = new ArrayList<>();
    for (Table table : tables) {
      for (Chain chain : table.chains().values()) {
        chain.rows().stream()
            .filter(r -> !isOurs(chain.name(), r))
            .forEach(r -> others.add(table.family() + " " + chain.name() + " " + r.text()));
      }
    }
    return others;
  }

  private void count(String what) {
    counts.merge(what.replaceAll("swap [0-9]+", "swap"), 1, Integer::sum);
  }

  private static boolean isOurs(String chain, RuleEntry row) {
    String target = row.rule().target().chain().orElse("");
    return chain.startsWith(ChainNames.SHARED)
        || ChainNames.isContainerChain(chain)
        || target.startsWith(ChainNames.SHARED)
        || ChainNames.isContainerChain(target);
  }

  private static List<RuleEntry> rows(Table table, String chain) {
    return table.chain(chain).map(Chain::rows).orElse(List.of());
  }

  private static Table with(Table table, String chain, List<RuleEntry> rows) {
    Map<String, Chain> chains = new LinkedHashMap<>(table.chains());
    Chain old = chains.get(chain);
    chains.put(chain, new Chain(chain, old.policy(), old.counters(), rows));
    return table.with(chains);
  }

  private static RuleEntry row(Family family, String text) {
    return rows(Generator.parse(family, "*nat\n:X -\n-A X " + text + "\nCOMMIT\n"), "X").get(0);
  }

  private static List<Mutation> mutations(Table table, Chain chain, int at) {
    RuleEntry row = chain.rows().get(at);
    List<Mutation> all = new ArrayList<>();
    List<RuleEntry> rows = new ArrayList<>(chain.rows());
    rows.remove(at);
    all.add(new Mutation("delete", chain.name(), row, List.copyOf(rows)));
    rows = new ArrayList<>(chain.rows());
    rows.add(at, row);
    all.add(new Mutation("duplicate", chain.name(), row, List.copyOf(rows)));
    if (at + 1 < chain.rows().size() && !chain.rows().get(at + 1).rule().equals(row.rule())) {
      rows = new ArrayList<>(chain.rows());
      rows.set(at, chain.rows().get(at + 1));
      rows.set(at + 1, row);
      all.add(new Mutation("swap " + at, chain.name(), row, List.copyOf(rows)));
    }
    for (Map.Entry<String, String> edit : edits(table, row.text().latin1()).entrySet()) {
      RuleEntry other = row(table.family(), edit.getValue());
      if (!other.rule().equals(row.rule())) {
        rows = new ArrayList<>(chain.rows());
        rows.set(at, other);
        all.add(new Mutation("edit " + edit.getKey(), chain.name(), row, List.copyOf(rows)));
      }
    }
    return all;
  }

  /** The rule with another port, address, protocol or target. */
  private static Map<String, String> edits(Table table, String text) {
    boolean v4 = table.family() == Family.IPV4;
    Map<String, String> edits = new LinkedHashMap<>();
    edits.put("port", text.replaceFirst("(--d?s?ports?) ([0-9]+)", "$1 7"));
    edits.put(
        "source", text.replaceFirst("-s [^ ]+", v4 ? "-s 198.51.100.0/24" : "-s 2001:db8:7::/48"));
    edits.put(
        "destination",
        text.replaceFirst("-d [^ ]+", v4 ? "-d 198.51.100.7/32" : "-d 2001:db8:7::7/128"));
    edits.put(
        "translated address",
        text.replaceFirst(
            "--to-destination [^ ]+",
            v4 ? "--to-destination 198.51.100.9:80" : "--to-destination [2001:db8::9]:80"));
    String other = text.contains("-p tcp") ? "udp" : "tcp";
    edits.put(
        "protocol",
        text.replaceFirst("-p (tcp|udp|sctp)", "-p " + other)
            .replaceFirst("-m (tcp|udp|sctp) ", "-m " + other + " "));
    String bare = text.replaceFirst(" ?-[jg] .*", "");
    for (String target : List.of("ACCEPT", "RETURN", "LOG")) {
      edits.put("target " + target, (bare + " -j " + target).strip());
    }
    table.chains().keySet().stream()
        .filter(ChainNames::isContainerChain)
        .filter(c -> !text.contains(c))
        .findFirst()
        .filter(c -> text.contains("-j CNI-DN-") || text.contains("-j CNI-SN-"))
        .ifPresent(c -> edits.put("target another container's", bare + " -j " + c));
    return edits;
  }
}
