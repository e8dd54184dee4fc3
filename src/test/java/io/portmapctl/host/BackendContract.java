package io.portmapctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every backend does, whatever keeps its tables. */
public interface BackendContract {
  /** How many random plans are carried out one after another, in each family. */
  int PLANS = Rounds.of("contractPlans", 25, 250);

  /** A backend whose tables are empty, or hold rules of others only. */
  Backend backend();

  /** After each plan the table is as predicted, and after its inverse as before. */
  @Test
  default void whatIsReadBackIsWhatWasPredicted() throws Exception {
    Backend backend = backend();
    for (Family family : Family.values()) {
      for (int seed = 0; seed < PLANS; seed++) {
        Plan.Part part = plan(backend.table(family), new Generator(seed));
        backend.apply(part);
        assertThat(rules(backend.table(family))).as("seed %d", seed).isEqualTo(rules(part.after()));
        if (seed % 3 == 0) {
          backend.apply(part.inverse());
          assertThat(rules(backend.table(family)))
              .as("seed %d, taken back", seed)
              .isEqualTo(rules(part.before()));
          backend.apply(plan(backend.table(family), new Generator(seed)));
        }
      }
    }
  }

  /** A plan whose chain somebody else has made meanwhile makes nothing at all. */
  @Test
  default void aChainThatHasAppearedFailsTheWhole() throws Exception {
    Backend backend = backend();
    for (Family family : Family.values()) {
      Table empty = backend.table(family);
      Change create = new Change.CreateChain(family, ChainNames.MASQ);
      backend.apply(new Plan.Part(empty, empty, List.of(create)));
      Table before = backend.table(family);
      Change first = new Change.CreateChain(family, ChainNames.SETMARK);
      Plan.Part both = new Plan.Part(empty, empty, List.of(first, create));
      assertThatThrownBy(() -> backend.apply(both)).isInstanceOf(HostException.class);
      assertThat(rules(backend.table(family))).isEqualTo(rules(before));
    }
  }

  /** A plan that removes a rule that has gone makes nothing at all. */
  @Test
  default void aRuleThatHasGoneFailsTheWhole() throws Exception {
    Backend backend = backend();
    for (Family family : Family.values()) {
      for (int seed = 0; backend.table(family).chain("CNI-HOSTPORT-DNAT").isEmpty(); seed++) {
        backend.apply(plan(backend.table(family), new Generator(seed)));
      }
      Table there = backend.table(family);
      RuleEntry row = there.chain("PREROUTING").orElseThrow().rows().get(0);
      Change delete = new Change.DeleteRule(family, "PREROUTING", 1, row);
      backend.apply(new Plan.Part(there, there, List.of(delete)));
      Table before = backend.table(family);
      Change create = new Change.CreateChain(family, "portmapctl-test");
      Plan.Part both = new Plan.Part(there, there, List.of(create, delete));
      assertThatThrownBy(() -> backend.apply(both)).isInstanceOf(HostException.class);
      assertThat(rules(backend.table(family))).isEqualTo(rules(before));
    }
  }

  private static Plan.Part plan(Table table, Generator make) {
    Attachment any = make.attachment(make.identity());
    Attachment attachment =
        new Attachment(
            any.identity(),
            any.ifName(),
            any.cniVersion(),
            any.mappings(),
            any.snat(),
            any.conditionsV4().contains(Octets.utf8("statistic")) ? List.of() : any.conditionsV4(),
            any.conditionsV6().contains(Octets.utf8("statistic")) ? List.of() : any.conditionsV6(),
            any.externalSetMarkChain().isPresent() ? OptionalInt.empty() : any.markMasqBit(),
            Optional.empty(),
            any.masqAll(),
            List.of(
                io.portmapctl.net.Cidr.parse("10.89.1.2/24").orElseThrow(),
                io.portmapctl.net.Cidr.parse("fd00:89::2/64").orElseThrow()),
            false,
            Optional.empty());
    Layout layout = attachment.needsMark() ? Layouts.MARK : make.pick(Layouts.all());
    List<Request> requests = new ArrayList<>();
    requests.add(new Request.Publish(attachment, new LayoutChoice(layout, LayoutReason.ASKED)));
    if (make.chance(4)) {
      requests.add(new Request.Withdraw(make.identity()));
    }
    return Plans.of(List.of(table), requests).families().get(0);
  }

  private static Map<String, List<String>> rules(Table table) {
    Map<String, List<String>> rules = new TreeMap<>();
    table
        .chains()
        .forEach((n, c) -> rules.put(n, c.rows().stream().map(r -> r.text().latin1()).toList()));
    return rules;
  }
}
