package io.portmapctl.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What takes a change back after others came. */
@Tag("fast")
class ReversalTest {
  private static Attachment container(int number, int... ports) {
    List<PortMapping> mappings =
        java.util.Arrays.stream(ports)
            .mapToObj(p -> new PortMapping(p, 80, Protocol.TCP, Optional.empty()))
            .toList();
    return new Attachment(
        new Identity("web", "c" + number),
        "eth0",
        "1.0.0",
        mappings,
        true,
        List.of(),
        List.of(),
        OptionalInt.empty(),
        Optional.empty(),
        false,
        List.of(Cidr.parse("10.1.2." + number + "/24").orElseThrow()),
        false,
        Optional.empty());
  }

  private static Plan.Part add(Table table, Layout layout, Attachment attachment) {
    return plan(
        table, new Request.Publish(attachment, new LayoutChoice(layout, LayoutReason.ASKED)));
  }

  private static Plan.Part plan(Table table, Request request) {
    return Plans.of(List.of(table), List.of(request)).families().get(0);
  }

  private static Table applied(Plan.Part part) throws Exception {
    MemoryBackend memory = new MemoryBackend(List.of(part.before()));
    memory.apply(part);
    return memory.table(part.before().family());
  }

  private static Reversal reversal(Plan.Part made, Table now) {
    return Reversal.of(
        made,
        now,
        java.util.stream.Stream.of(made.before(), made.after())
            .flatMap(t -> t.chains().keySet().stream())
            .collect(java.util.stream.Collectors.toSet()));
  }

  private static final Table EMPTY = Table.empty(TableName.NAT, Family.IPV4);

  @Test
  void whatAnotherContainerUsesStays() throws Exception {
    for (Layout layout : Layouts.all()) {
      Plan.Part made = add(EMPTY, layout, container(1, 8080));
      Table both = applied(add(made.after(), layout, container(2, 8081)));
      Reversal reversal = reversal(made, both);
      assertThat(reversal.stays()).contains(ChainNames.DNAT);
      assertThat(reversal.needed()).containsExactly(IpAddress.parse("10.1.2.2").orElseThrow());
      Table only = applied(add(EMPTY, layout, container(2, 8081)));
      assertThat(Reversal.sameTexts(applied(reversal.part()), only)).as(layout.id()).isTrue();
    }
  }

  @Test
  void whatNobodyUsesGoes() throws Exception {
    for (Layout layout : Layouts.all()) {
      Plan.Part made = add(EMPTY, layout, container(1, 8080));
      Table stranger =
          Generator.parse(
              Family.IPV4,
              SaveFormat.print(made.after(), false)
                  .replace("COMMIT", "-I PREROUTING 1 -s 10.9.0.0/16 -j ACCEPT\nCOMMIT")
                  .replace("-I PREROUTING 1", "-A PREROUTING"));
      Reversal reversal = reversal(made, stranger);
      assertThat(reversal.stays()).isEmpty();
      Table left = applied(reversal.part());
      assertThat(left.chains().keySet()).isEqualTo(EMPTY.chains().keySet());
      assertThat(left.chain("PREROUTING").orElseThrow().rows()).hasSize(1);
    }
  }

  /** The shared chains stood before, only a jump was missing: who came since lives by it. */
  @Test
  void aJumpThatWasPutBackStaysForNewcomers() throws Exception {
    Plan.Part first = add(EMPTY, Layouts.MARK, container(1, 8080));
    Table noJump =
        Generator.parse(
            Family.IPV4,
            SaveFormat.print(first.after(), false).replaceAll("-A PREROUTING.*\n", ""));
    Plan.Part made = add(noJump, Layouts.MARK, container(1, 8080, 8088));
    Table both = applied(add(made.after(), Layouts.MARK, container(2, 8081)));
    Reversal reversal = reversal(made, both);
    Table left = applied(reversal.part());
    assertThat(left.chain("PREROUTING").orElseThrow().rows()).hasSize(1);
    assertThat(reversal.stays()).containsExactly(ChainNames.DNAT);
    Plan.Part again = add(left, Layouts.MARK, container(1, 8080));
    assertThat(again.changes()).isEmpty();
    assertThat(
            applied(reversal(made, made.after()).part()).chain("PREROUTING").orElseThrow().rows())
        .isEmpty();
  }

  @Test
  void aContainerThatSomebodyElsePublishedAnewIsLeftAlone() throws Exception {
    Plan.Part made = add(EMPTY, Layouts.SNAT, container(1, 8080));
    Table other = applied(add(made.after(), Layouts.SNAT, container(1, 9090)));
    Reversal reversal = reversal(made, other);
    assertThat(applied(reversal.part()).chains()).isEqualTo(other.chains());
    assertThat(reversal.stays()).hasSizeGreaterThan(2);
    Plan.Part removed = plan(made.after(), new Request.Withdraw(new Identity("web", "c1")));
    Table anew = applied(add(removed.after(), Layouts.SNAT, container(1, 7070)));
    assertThat(reversal(removed, anew).part().changes()).isEmpty();
  }

  /** Where it was, among those that are left. */
  @Test
  void whatWasRemovedComesBackThoughOthersWentMeanwhile() throws Exception {
    Table table = EMPTY;
    for (int i = 1; i <= 4; i++) {
      table = applied(add(table, Layouts.MARK, container(i, 8080 + i)));
    }
    Table all = table;
    Plan.Part removed = plan(all, new Request.Withdraw(new Identity("web", "c3")));
    Table less = applied(plan(removed.after(), new Request.Withdraw(new Identity("web", "c1"))));
    Table wanted = applied(plan(all, new Request.Withdraw(new Identity("web", "c1"))));
    assertThat(Reversal.sameTexts(applied(reversal(removed, less).part()), wanted)).isTrue();
  }

  @Test
  void aChangeIsFoundThoughItWasSaidToHaveFailed() throws Exception {
    Plan.Part made = add(EMPTY, Layouts.MARK, container(1, 8080));
    assertThat(Reversal.isIn(made, EMPTY)).isFalse();
    assertThat(Reversal.isIn(made, applied(add(made.after(), Layouts.MARK, container(2, 1)))))
        .isTrue();
    Plan.Part removed = plan(made.after(), new Request.Withdraw(new Identity("web", "c1")));
    assertThat(Reversal.isIn(removed, made.after())).isFalse();
    assertThat(Reversal.isIn(removed, removed.after())).isTrue();
  }
}
