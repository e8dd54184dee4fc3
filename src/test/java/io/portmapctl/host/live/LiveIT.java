package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Spelling;
import io.portmapctl.text.Octets;
import io.portmapctl.view.DocumentView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What only a kernel can say, in network namespaces that each test makes and removes. */
@Tag("live")
class LiveIT {
  private static final String QUICKSTART = "testdata/quickstart.json";
  private static final List<String> VARIANTS = List.of("nft", "legacy");
  private static final int PLANS = Rounds.of("livePlans", 25, 250);

  @Test
  void aFreshNamespaceIsAnEmptyTable() throws Exception {
    try (Namespace host = Namespace.make()) {
      Run live = host.portmapctl("add", QUICKSTART, "-o", "json");
      assertThat(live.exit()).as(live.err()).isZero();
      Run empty = Run.of("add", QUICKSTART, "--ruleset", "empty", "-o", "json");
      ObjectMapper json = new ObjectMapper();
      assertThat(json.readTree(live.out()).get("changes"))
          .isEqualTo(json.readTree(empty.out()).get("changes"));
      assertThat(host.must("", "iptables-save", "-t", "nat")).doesNotContain("CNI-");
    }
  }

  /**
   * A plan loaded into the kernel reads back as it was predicted, and planning again gives nothing.
   */
  @Test
  void theKernelPrintsWhatWasPlanned() throws Exception {
    int compared = 0;
    for (String variant : VARIANTS) {
      for (Family family : Family.values()) {
        try (Namespace host = Namespace.make()) {
          for (int seed = 0; seed < PLANS; seed++) {
            compared += reload(host, variant, family, seed) ? 1 : 0;
          }
        }
      }
    }
    System.out.printf("live: %d plans loaded and read back%n", compared);
    assertThat(compared).isGreaterThan(2 * PLANS);
  }

  private static boolean reload(Namespace host, String variant, Family family, int seed)
      throws Exception {
    Generator make = new Generator(seed);
    Attachment attachment = make.attachment(make.identity());
    boolean unmodelled = attachment.conditions(family).contains(Octets.utf8("statistic"));
    if (attachment.externalSetMarkChain().isPresent() || attachment.address(family).isEmpty()) {
      return false;
    }
    String document = DocumentView.render(attachment, Optional.empty());
    List<String> args = new ArrayList<>(List.of("add", "-", "--family", family.id()));
    args.addAll(List.of("--ruleset", "empty", "--ruleset6", "empty", "-q", "-o", "save"));
    Run plan = Run.with(Map.of(), document, args);
    assertThat(plan.exit()).as(plan.err()).isZero();
    String program = family.program() + "-" + variant;
    host.must(plan.out(), program + "-restore");
    String saved = host.must("", program + "-save", "-t", "nat");
    if (!unmodelled) {
      assertThat(chains(saved)).as("%s, seed %d", program, seed).isEqualTo(chains(plan.out()));
    }
    List<String> again = new ArrayList<>(List.of(Namespace.launcher(), "add", "-"));
    again.addAll(List.of("--family", family.id(), "--iptables", variant));
    Run second = host.run(document, again);
    assertThat(second.exit()).as(second.err()).isZero();
    if (!unmodelled) {
      assertThat(second.out()).as("%s, seed %d", program, seed).endsWith("No changes.\n");
    }
    return true;
  }

  private static Map<String, List<String>> chains(String save) {
    Map<String, List<String>> chains = new TreeMap<>();
    for (String line : save.split("\n", -1)) {
      if (line.startsWith(":")) {
        chains.put(line.substring(1).split(" ")[0], new ArrayList<>());
      } else if (line.startsWith("-A ")) {
        chains.get(line.split(" ")[1]).add(line);
      }
    }
    return chains;
  }

  /** What is not in this kernel is passed over; the rest must be most. */
  @Test
  void theKernelSpellsAsTheTableSays() throws Exception {
    SoftAssertions all = new SoftAssertions();
    int asked = 0;
    List<String> lacking = new ArrayList<>();
    try (Namespace host = Namespace.make()) {
      Needs.program("ipset");
      host.must("", "ipset", "create", "foo", "hash:ip");
      host.must("", "ipset", "create", "bar", "hash:net,port");
      host.must("", "ipset", "create", "a.b:c", "hash:ip");
      for (String variant : VARIANTS) {
        for (Spelling spelling : Spelling.all()) {
          String program = spelling.family().program() + "-" + variant;
          String rule = "-A X " + spelling.written() + "\n";
          String save = "*" + spelling.table() + "\n:X -\n" + rule + "COMMIT\n";
          Run loaded = host.run(save, List.of(program + "-restore"));
          if (loaded.exit() != 0 && isLacking(loaded.err())) {
            lacking.add(program + ": " + spelling.written());
            continue;
          }
          all.assertThat(loaded.exit()).as(program + ": " + rule + loaded.err()).isZero();
          String saved = host.must("", program + "-save", "-t", spelling.table());
          all.assertThat(chains(saved).get("X"))
              .as(program)
              .containsExactly("-A X " + spelling.printed());
          asked++;
        }
      }
    }
    System.out.printf("live: %d spellings asked; not in this kernel: %s%n", asked, lacking);
    assertThat(lacking.size()).isLessThan(asked / 10);
    all.assertAll();
  }

  private static boolean isLacking(String error) {
    return error.contains("missing kernel module") || error.contains("Couldn't load");
  }

  @Test
  void theVariantThatHoldsTheRulesIsFound() throws Exception {
    String rules = Files.readString(Path.of("testdata/inputs/quickstart.save"));
    try (Namespace host = Namespace.make()) {
      boolean nft = host.must("", "iptables", "--version").contains("nf_tables");
      host.must(rules, nft ? "iptables-legacy-restore" : "iptables-nft-restore");
      Run run = host.portmapctl("add", QUICKSTART);
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out())
          .contains(
              "warning: only the "
                  + (nft ? "legacy" : "nft")
                  + " variant of iptables holds CNI chains for IPv4: that one is read\n")
          .endsWith("No changes.\n");
    }
  }

  @Test
  void rulesThatNftWroteItselfAreNoEmptyTable() throws Exception {
    try (Namespace host = Namespace.make()) {
      host.must(
          "table ip nat {\n"
              + " map m { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1 } }\n"
              + " chain PREROUTING { type nat hook prerouting priority -100; policy accept;\n"
              + "  tcp dport 80 dnat to tcp dport map @m\n }\n}\n",
          "nft",
          "-f",
          "-");
      Run run = host.portmapctl("add", QUICKSTART, "--iptables", "nft", "--family", "ipv4");
      assertThat(run.exit()).as(run.out()).isEqualTo(4);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .contains("the nat table holds rules that iptables cannot show")
          .contains("--ruleset empty");
    }
  }

  @Test
  void baseChainsThatNftWroteAreWarnedAbout() throws Exception {
    try (Namespace host = Namespace.make()) {
      host.must(
          "table ip nat {\n chain own { type nat hook prerouting priority -50; }\n}\n",
          "nft",
          "-f",
          "-");
      host.must("", "iptables-nft", "-t", "nat", "-N", "CNI-HOSTPORT-DNAT");
      Run run = host.portmapctl("add", QUICKSTART, "--iptables", "nft", "--family", "ipv4");
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out())
          .contains("warning: the IPv4 nat table holds base chains that nft wrote itself");
    }
  }

  @Test
  void withoutPermissionTheCureIsSaid() throws Exception {
    try (Namespace host = Namespace.make()) {
      Needs.program("setpriv");
      List<String> command =
          new ArrayList<>(
              List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"));
      command.addAll(List.of(Namespace.launcher(), "add", QUICKSTART));
      Run run = host.run("", command);
      assertThat(run.exit()).as(run.err()).isEqualTo(4);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .isEqualTo(
              "portmapctl: live ruleset: the live IPv4 ruleset cannot be read: permission denied;"
                  + " run it with sudo, or plan on --ruleset empty or on a saved file (--ruleset"
                  + " FILE)\n");
    }
  }

  @Test
  void nothingOnTheHostIsChangedByAPlan() throws Exception {
    String rules = Files.readString(Path.of("testdata/inputs/quickstart.save"));
    try (Namespace host = Namespace.make()) {
      host.must(rules, "iptables-nft-restore");
      String before = host.must("", "nft", "list", "ruleset");
      for (List<String> args :
          List.of(
              List.of("del", QUICKSTART, "--prune"),
              List.of("add", "testdata/inputs/conflict.json", "--force"),
              List.of("add", "testdata/inputs/conflict.json", "--force", "-o", "json"))) {
        Run run = host.portmapctl(args.toArray(new String[0]));
        assertThat(run.exit()).as(run.err()).isZero();
      }
      assertThat(host.must("", "nft", "list", "ruleset")).isEqualTo(before);
      assertThat(host.must("", "cat", "/proc/net/ip_tables_names")).isEmpty();
    }
  }
}
