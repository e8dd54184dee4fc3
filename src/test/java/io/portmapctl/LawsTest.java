package io.portmapctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.Overrides;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.iptables.RuleSyntax;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.RuleGenerator;
import io.portmapctl.text.Octets;
import io.portmapctl.view.DocumentView;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What must hold for every ruleset and every configuration; {@code -Dportmapctl.rounds=N}. */
@Tag("long")
class LawsTest {
  private static final int ROUNDS = Rounds.of("rounds", 300, 3000);

  @Test
  void printAndParseAreInverse() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table table = make.others(family);
      String text = SaveFormat.print(table, true);
      Table read = Generator.parse(family, text);
      assertThat(read).as("seed %d", seed).isEqualTo(table);
      assertThat(SaveFormat.print(read, true)).as("seed %d", seed).isEqualTo(text);
      for (Chain chain : table.chains().values()) {
        for (RuleEntry row : chain.rows()) {
          String printed = row.rule().text().latin1();
          assertThat(Generator.row(family, printed).rule()).isEqualTo(row.rule());
          if (!row.rule().hasUnmodelledMatch()) {
            assertThat(printed).as("seed %d", seed).isEqualTo(row.text().latin1());
          }
        }
      }
    }
  }

  @Test
  void theWordsOfARuleMeanThatRule() throws Exception {
    Set<Class<?>> made = new HashSet<>();
    for (int seed = 0; seed < ROUNDS; seed++) {
      RuleGenerator make = new RuleGenerator(seed);
      Rule rule = make.rule();
      Octets text = rule.text();
      Rule read = RuleSyntax.parse(make.family(), SaveFormat.split(1, text.latin1()));
      assertThat(read).as("seed %d: %s", seed, text).isEqualTo(rule);
      assertThat(read.text()).isEqualTo(text);
      rule.matches().forEach(m -> made.add(m.getClass()));
      made.add(rule.target().getClass());
    }
    assertThat(made).contains(Match.class.getPermittedSubclasses());
    assertThat(made).contains(Target.class.getPermittedSubclasses());
  }

  @Test
  void planningAgainAfterAPlanGivesNothing() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table current = make.tableWithContainers(family);
      List<Attachment> attachments = attachments(make);
      Optional<Layout> layout = layout(make);
      Table after = publish(current, attachments, layout);
      // what the kernel would print is read back, with other counters
      Table read = Generator.parse(family, SaveFormat.print(after, false));
      Plan again = Plans.of(List.of(read), requests(List.of(read), attachments, layout));
      assertThat(again.changes()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void delAfterAddGivesBackWhatWasThere() {
    int compared = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table fresh = make.others(family);
      Attachment first = make.attachment(make.identity());
      Table one = publish(fresh, List.of(first), Optional.of(Layouts.MARK));
      assertThat(withdraw(one, first.identity(), true)).as("seed %d", seed).isEqualTo(fresh);
      Attachment second = sibling(make, first);
      if (!second.identity().equals(first.identity())) {
        Table two = publish(one, List.of(second), Optional.of(Layouts.MARK));
        assertThat(withdraw(two, second.identity(), false)).as("seed %d", seed).isEqualTo(one);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void rulesOfOthersKeepContentAndOrder() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table current = make.tableWithContainers(family);
      List<Attachment> attachments = attachments(make);
      Table added = publish(current, attachments, layout(make));
      assertThat(othersRows(added)).as("seed %d, add", seed).isEqualTo(othersRows(current));
      Table deleted = withdraw(current, attachments.get(0).identity(), make.chance(2));
      assertThat(othersRows(deleted)).as("seed %d, del", seed).isEqualTo(othersRows(current));
      for (Identity other : others(current, attachments)) {
        String chain = ChainNames.dnat(other);
        assertThat(added.chain(chain)).as("seed %d", seed).isEqualTo(current.chain(chain));
        assertThat(entriesOf(added, chain)).isEqualTo(entriesOf(current, chain));
      }
    }
  }

  @Test
  void aDocumentSaysTheSameAsItsAttachment() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Attachment attachment = make.attachment(make.identity());
      byte[] document =
          DocumentView.render(attachment, Optional.empty()).getBytes(StandardCharsets.ISO_8859_1);
      Documents read =
          Documents.read(
              List.of("-"),
              new ByteArrayInputStream(document),
              Overrides.pluginType("portmap"),
              Documents.Need.ALL);
      assertThat(read.errors()).as("seed %d", seed).isEmpty();
      Attachment got = read.attachments().get(0);
      assertThat(got.netns()).isEmpty();
      assertThat(got).as("seed %d", seed).isEqualTo(attachment);
    }
  }

  @Test
  void chainNamesAreTwentyEightCharacters() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Identity identity = new Identity(make.octets(), make.octets());
      assertThat(ChainNames.dnat(identity)).hasSize(28).matches("CNI-DN-[0-9a-f]{21}");
      assertThat(ChainNames.snat(identity)).hasSize(28).matches("CNI-SN-[0-9a-f]{21}");
    }
  }

  private static Attachment sibling(Generator make, Attachment first) {
    Attachment other = make.attachment(make.identity());
    // shared chains are those of the first: the same mark, and marks at all
    return new Attachment(
        other.identity(),
        other.ifName(),
        other.cniVersion(),
        other.mappings(),
        first.snat(),
        other.conditionsV4(),
        other.conditionsV6(),
        first.markMasqBit(),
        first.externalSetMarkChain(),
        other.masqAll(),
        first.addresses(),
        false,
        Optional.empty());
  }

  private static List<Attachment> attachments(Generator make) {
    Map<String, Attachment> attachments = new LinkedHashMap<>();
    for (int i = 1 + make.below(2); i > 0; i--) {
      Attachment attachment = make.attachment(make.identity());
      attachments.put(ChainNames.hash(attachment.identity()), attachment);
    }
    return List.copyOf(attachments.values());
  }

  private static Optional<Layout> layout(Generator make) {
    List<Optional<Layout>> choices = new ArrayList<>(List.of(Optional.empty()));
    Layouts.all().forEach(l -> choices.add(Optional.of(l)));
    return make.pick(choices);
  }

  private static List<Request> requests(
      List<Table> tables, List<Attachment> attachments, Optional<Layout> layout) {
    PortmapState evidence = new PortmapState(tables);
    List<Request> requests = new ArrayList<>();
    for (Attachment attachment : attachments) {
      Optional<Layout> asked = attachment.needsMark() ? Optional.of(Layouts.MARK) : layout;
      requests.add(
          new Request.Publish(
              attachment,
              asked
                  .map(l -> LayoutChoice.asked(l, evidence))
                  .orElseGet(() -> LayoutChoice.auto(attachment, evidence))));
    }
    return requests;
  }

  private static Table publish(Table table, List<Attachment> attachments, Optional<Layout> layout) {
    List<Table> tables = List.of(table);
    return Plans.of(tables, requests(tables, attachments, layout)).families().get(0).after();
  }

  private static Table withdraw(Table table, Identity identity, boolean prune) {
    List<Request> requests = new ArrayList<>(List.of(new Request.Withdraw(identity)));
    if (prune) {
      requests.add(new Request.Prune());
    }
    return Plans.of(List.of(table), requests).families().get(0).after();
  }

  /** For each chain of others, its rows that do not lead to chains of ours, counters and all. */
  private static Map<String, List<RuleEntry>> othersRows(Table table) {
    Map<String, List<RuleEntry>> kept = new LinkedHashMap<>();
    for (Chain chain : table.chains().values()) {
      if (!chain.name().startsWith("CNI-")) {
        kept.put(
            chain.name(),
            chain.rows().stream().filter(r -> !Generator.leadsToOurs(r.rule())).toList());
      }
    }
    return kept;
  }

  /** Owners of chains in the table that nobody asked to change. */
  private static List<Identity> others(Table table, List<Attachment> attachments) {
    List<Identity> others = new ArrayList<>();
    for (String net : List.of("web", "db", "net.1", "a-b_c")) {
      for (int n = 0; n < 3; n++) {
        for (int id = 0x1000; id < 0x1000 + 60; id++) {
          Identity identity = new Identity(net + n, Integer.toHexString(id));
          boolean asked = attachments.stream().anyMatch(a -> a.identity().equals(identity));
          if (!asked && table.chain(ChainNames.dnat(identity)).isPresent()) {
            others.add(identity);
          }
        }
      }
    }
    return others;
  }

  private static List<Rule> entriesOf(Table table, String chain) {
    return table.chain(ChainNames.DNAT).stream()
        .flatMap(c -> c.rows().stream())
        .map(RuleEntry::rule)
        .filter(r -> r.target().name().equals(chain))
        .toList();
  }
}
