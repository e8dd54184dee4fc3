package io.portmapctl.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.Protocol;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Single cases that the laws do not tell apart. */
@Tag("fast")
class PlannerTest {
  private static final String BUILT_IN =
      "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n";

  private static Attachment attachment(String network, String id, PortMapping... mappings) {
    return new Attachment(
        new Identity(network, id),
        "eth0",
        "1.0.0",
        List.of(mappings),
        true,
        List.of(),
        List.of(),
        OptionalInt.empty(),
        Optional.empty(),
        false,
        List.of(Cidr.parse("10.1.1.2/24").orElseThrow()),
        false,
        Optional.empty());
  }

  private static PortMapping mapping(int port, Protocol protocol) {
    return new PortMapping(port, 80, protocol, Optional.empty());
  }

  private static Plan plan(Table table, Attachment... attachments) {
    List<Request> requests = new ArrayList<>();
    for (Attachment each : attachments) {
      requests.add(new Request.Publish(each, new LayoutChoice(Layouts.MARK, LayoutReason.ASKED)));
    }
    return Plans.of(List.of(table), requests);
  }

  private static Table after(Plan plan) {
    return plan.families().get(0).after();
  }

  private static List<String> entries(Table table) {
    return table.chain(ChainNames.DNAT).orElseThrow().rows().stream()
        .map(
            r ->
                r.text()
                    .latin1()
                    .replaceAll(
                        ".* id: ..([a-z0-9]+).. *\" -m multiport --dports (\\S+) .*", "$1 $2"))
        .toList();
  }

  @Test
  void changedEntriesStandWhereTheFirstStood() {
    Table table =
        after(
            plan(
                Table.empty(TableName.NAT, Family.IPV4),
                attachment("n", "a1", mapping(80, Protocol.TCP)),
                attachment("n", "a2", mapping(81, Protocol.TCP))));
    Table both =
        after(
            plan(
                table,
                attachment("n", "a1", mapping(80, Protocol.TCP), mapping(53, Protocol.UDP))));
    assertThat(entries(both)).containsExactly("a1 80", "a1 53", "a2 81");
    String text = SaveFormat.print(both, false);
    String udp =
        text.lines().filter(l -> l.contains("--dports 53")).findFirst().orElseThrow() + "\n";
    Table moved =
        Generator.parse(Family.IPV4, text.replace(udp, "").replace("COMMIT\n", udp + "COMMIT\n"));
    assertThat(entries(moved)).containsExactly("a1 80", "a2 81", "a1 53");
    Table changed =
        after(
            plan(
                moved,
                attachment("n", "a1", mapping(90, Protocol.TCP), mapping(54, Protocol.UDP))));
    assertThat(entries(changed)).containsExactly("a1 90", "a1 54", "a2 81");
  }

  @Test
  void oneChainOfTwoOwnersIsAConflictThoughTheCommentWasCut() {
    String tail = "a".repeat(250);
    Table table =
        after(
            plan(
                Table.empty(TableName.NAT, Family.IPV4),
                attachment("net1", "0" + tail, mapping(80, Protocol.TCP))));
    Plan same = plan(table, attachment("net1", "0" + tail, mapping(80, Protocol.TCP)));
    assertThat(same.conflicts()).isEmpty();
    assertThat(same.hasChanges()).isFalse();
    Plan other = plan(table, attachment("net10", tail, mapping(80, Protocol.TCP)));
    assertThat(other.conflicts()).hasOnlyElementsOfType(Conflict.ChainName.class).hasSize(1);
  }

  @Test
  void aConflictOfTwoPlannedContainersIsSaidOnce() {
    Plan plan =
        plan(
            Table.empty(TableName.NAT, Family.IPV4),
            attachment("n", "a1", mapping(80, Protocol.TCP)),
            attachment("n", "a2", mapping(80, Protocol.TCP)));
    assertThat(plan.conflicts()).hasSize(1);
  }

  @Test
  void pruneLeavesAPersonsJump() {
    Table table =
        Generator.parse(
            Family.IPV4,
            BUILT_IN
                + ":CNI-HOSTPORT-DNAT -\n:MINE -\n"
                + "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT\n"
                + "-A MINE -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT\nCOMMIT\n");
    assertThat(Plans.of(List.of(table), List.of(new Request.Prune())).hasChanges()).isFalse();
  }

  @Test
  void aCommentThatLooksLikeAnOptionHidesNoTarget() {
    String chain = "CNI-DN-" + "0".repeat(21);
    Table table =
        Generator.parse(
            Family.IPV4,
            BUILT_IN
                + ":"
                + chain
                + " -\n:X -\n-A X -m comment --comment \"-j\" -j "
                + chain
                + "\nCOMMIT\n");
    Plan plan =
        Plans.of(
            List.of(table),
            List.of(new Request.WithdrawChain(new ContainerChains("0".repeat(21)))));
    assertThat(after(plan).chain("X").orElseThrow().rows()).isEmpty();
    assertThat(after(plan).chain(chain)).isEmpty();
  }

  @Test
  void aFileWithoutBuiltInChainsMakesNoneToBeCreated() {
    Table table = Generator.parse(Family.IPV4, "*nat\n:PREROUTING ACCEPT\nCOMMIT\n");
    Plan plan = plan(table, attachment("n", "a1", mapping(80, Protocol.TCP)));
    assertThat(plan.changes())
        .filteredOn(c -> c instanceof Change.CreateChain)
        .allMatch(c -> c.chain().startsWith("CNI-"));
    assertThat(after(plan).chain("POSTROUTING")).isPresent();
  }
}
