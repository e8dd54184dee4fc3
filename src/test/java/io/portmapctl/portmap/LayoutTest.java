package io.portmapctl.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.testing.Generator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What every layout that {@link Layouts} names must keep, so that the rest can know it again. */
class LayoutTest {
  private static final int ROUNDS = Integer.getInteger("portmapctl.rounds", 200);

  @TestFactory
  Stream<DynamicTest> isKnownAgain() {
    return Layouts.all().stream()
        .map(l -> DynamicTest.dynamicTest(l.id(), () -> rounds(l, LayoutTest::isKnownAgain)));
  }

  @TestFactory
  Stream<DynamicTest> isTakenBackWhole() {
    return Layouts.all().stream()
        .map(l -> DynamicTest.dynamicTest(l.id(), () -> rounds(l, LayoutTest::isTakenBack)));
  }

  @TestFactory
  Stream<DynamicTest> isFoundByItsName() {
    return Layouts.all().stream()
        .map(
            l ->
                DynamicTest.dynamicTest(
                    l.id(), () -> assertThat(Layouts.of(l.id())).containsSame(l)));
  }

  /** A thing to be true of a layout, an attachment and a table. */
  private interface Law {
    void holds(Layout layout, Attachment attachment, Table empty);
  }

  private static void rounds(Layout layout, Law law) {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Attachment attachment = make.attachment(make.identity());
      Table empty = Table.empty(TableName.NAT, make.pick(Family.values()));
      if (layout.errors(attachment, List.of(empty)).isEmpty()) {
        law.holds(layout, attachment, empty);
      }
    }
  }

  private static Table published(Layout layout, Attachment attachment, Table table) {
    Request publish = new Request.Publish(attachment, new LayoutChoice(layout, LayoutReason.ASKED));
    return Plans.of(List.of(table), List.of(publish)).families().get(0).after();
  }

  private static void isKnownAgain(Layout layout, Attachment attachment, Table empty) {
    Family family = empty.family();
    ContainerChains container = ContainerChains.of(attachment.identity());
    DesiredRules wanted = layout.wanted(attachment, family);
    for (String chain : wanted.containerChains().keySet()) {
      assertThat(chain).hasSizeLessThanOrEqualTo(28);
      assertThat(ContainerChains.with(chain)).contains(container);
      assertThat(container.names()).contains(chain);
    }
    for (DesiredRules.Placement entry : wanted.entries()) {
      assertThat(Layouts.isEntry(entry.chain(), entry.rule().target().name())).isTrue();
    }
    for (DesiredRules.Placement jump : wanted.jumps()) {
      assertThat(Layouts.isSharedJump(jump.chain(), jump.rule())).isTrue();
    }
    for (Map.Entry<String, List<Rule>> shared : wanted.shared().entrySet()) {
      assertThat(Layouts.isShared(shared.getKey())).isTrue();
      assertThat(shared.getValue()).allMatch(r -> Layouts.isDisposable(shared.getKey(), r));
    }
    Table table = published(layout, attachment, empty);
    PortmapState state = new PortmapState(List.of(table));
    PortmapTable owned = state.tables().get(0);
    String translating = container.translating(layout);
    if (wanted.entries().isEmpty()) {
      assertThat(table).isEqualTo(empty);
      return;
    }
    assertThat(owned.leadsToEntries("PREROUTING", translating)).isTrue();
    assertThat(owned.leadsToEntries("OUTPUT", translating)).isTrue();
    assertThat(owned.chains(container))
        .containsExactlyInAnyOrderElementsOf(wanted.containerChains().keySet());
    assertThat(owned.owner(translating)).contains(attachment.identity());
    assertThat(state.layout(container)).containsSame(layout);
    for (PortMapping mapping : attachment.mappings()) {
      if (mapping.appliesTo(family)) {
        assertThat(owned.claims(PublishedPort.of(family, mapping)))
            .extracting(PortmapTable.Claim::chain)
            .contains(translating);
      }
    }
    assertThat(state.remains())
        .extracting(PortmapState.Remains::container)
        .containsExactly(container);
  }

  private static void isTakenBack(Layout layout, Attachment attachment, Table empty) {
    Table table = published(layout, attachment, empty);
    List<Request> requests =
        List.of(new Request.Withdraw(attachment.identity()), new Request.Prune());
    assertThat(Plans.of(List.of(table), requests).families().get(0).after()).isEqualTo(empty);
  }
}
