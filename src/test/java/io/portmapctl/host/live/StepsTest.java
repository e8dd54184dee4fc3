package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Identity;
import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.plan.Reversal;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several transactions in the place of one. */
@Tag("long")
class StepsTest {
  private static final int ROUNDS = Rounds.of("rounds", 250, 1000);

  private static Request publish(Generator make, Identity identity) {
    return new Request.Publish(
        make.attachment(identity), new LayoutChoice(make.pick(Layouts.all()), LayoutReason.ASKED));
  }

  /** Something becomes of a container that is there. */
  private static Plan.Part plan(Generator make, Table table) {
    Identity identity = make.identity();
    Table with =
        Plans.of(List.of(table), List.of(publish(make, identity))).families().get(0).after();
    List<Request> requests = new ArrayList<>();
    requests.add(make.chance(2) ? publish(make, identity) : new Request.Withdraw(identity));
    if (make.chance(3)) {
      requests.add(new Request.Prune());
    }
    return Plans.of(List.of(with), requests).families().get(0);
  }

  @Test
  void allOfThemTogetherMakeThePlan() throws Exception {
    int several = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Plan.Part part = plan(make, make.tableWithContainers(family));
      int salt = make.below(1000);
      Predicate<RuleEntry> unnamed = r -> (r.text().hashCode() ^ salt) % 3 == 0;
      List<Steps.Step> steps = Steps.of(part, unnamed, false);
      several += steps.size() > 1 ? 1 : 0;
      MemoryBackend memory = new MemoryBackend(List.of(part.before()));
      for (Steps.Step step : steps) {
        assertThat(Reversal.sameTexts(memory.table(family), step.part().before()))
            .as("seed %d", seed)
            .isTrue();
        for (Change change : step.part().changes()) {
          boolean byHandle =
              change instanceof Change.DeleteRule delete && unnamed.test(delete.row());
          assertThat(byHandle)
              .as("seed %d, %s", seed, change)
              .isEqualTo(step.way() == Steps.Way.HANDLES);
        }
        memory.apply(step.part());
      }
      assertThat(Reversal.sameTexts(memory.table(family), part.after()))
          .as("seed %d", seed)
          .isTrue();
    }
    assertThat(several).isGreaterThan(ROUNDS / 5);
  }

  /** Nobody is without the container while its entry is replaced. */
  @Test
  void theNewEntryComesBeforeTheOldOneGoes() {
    Table before =
        Generator.parse(
            Family.IPV4,
            "*nat\n:X -\n:Y -\n-A X -s 10.0.0.1 -j ACCEPT\n-A X -m recent --name r -j Y\n-A X -j"
                + " DROP\nCOMMIT\n");
    Table after =
        Generator.parse(
            Family.IPV4,
            "*nat\n:X -\n:Y -\n-A X -s 10.0.0.1 -j ACCEPT\n-A X -m recent --name s -j Y\n-A X -j"
                + " DROP\nCOMMIT\n");
    RuleEntry old = before.chain("X").orElseThrow().rows().get(1);
    RuleEntry fresh = after.chain("X").orElseThrow().rows().get(1);
    Plan.Part part =
        new Plan.Part(
            before,
            after,
            List.of(
                new Change.DeleteRule(Family.IPV4, "X", 2, old),
                new Change.InsertRule(Family.IPV4, "X", 2, fresh)));
    List<Steps.Step> steps = Steps.of(part, old::equals, false);
    assertThat(steps.stream().map(s -> s.part().changes()))
        .containsExactly(
            List.of(new Change.InsertRule(Family.IPV4, "X", 2, fresh)),
            List.of(new Change.DeleteRule(Family.IPV4, "X", 3, old)));
    assertThat(Steps.of(part, old::equals, true)).hasSize(1);
  }
}
