package io.portmapctl.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.testing.Generator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortmapTableTest {
  private static final Identity ONE = new Identity("net", "one");
  private static final Identity TWO = new Identity("net", "two");
  private static final String FIRST = ChainNames.dnat(ONE);
  private static final String SECOND = ChainNames.dnat(TWO);
  private static final PublishedPort PORT =
      new PublishedPort(Family.IPV4, "tcp", Optional.empty(), 8080);

  private final PortmapTable table =
      table(
          "-A CNI-HOSTPORT-DNAT -p udp -j ACCEPT",
          "-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment \"dnat name: \\\"net\\\" id:"
              + " \\\"two\\\"\" -m multiport --dports 8080 -j "
              + SECOND,
          "-A CNI-HOSTPORT-DNAT -m comment --comment \"dnat name: \\\"net\\\" id: \\\"no\\\"\" -j "
              + FIRST,
          "-A STRANGER -j " + FIRST,
          "-A " + FIRST + " -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80",
          "-A " + SECOND + " -p tcp -m tcp --dport 1:9000 -j DNAT --to-destination 10.0.0.3:80");

  private static PortmapTable table(String... rules) {
    return new PortmapTable(
        Generator.parse(
            Family.IPV4,
            "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                + ":POSTROUTING ACCEPT [0:0]\n:CNI-HOSTPORT-DNAT - [0:0]\n:STRANGER - [0:0]\n:"
                + FIRST
                + " - [0:0]\n:"
                + SECOND
                + " - [0:0]\n"
                + String.join("\n", rules)
                + "\nCOMMIT\n"));
  }

  @Test
  void entriesStandInTheOrderInWhichPacketsMeetThem() {
    assertThat(table.entries().keySet()).containsExactly(SECOND, FIRST);
    assertThat(table.entries(FIRST)).extracting(PortmapTable.Entry::index).containsExactly(2);
    assertThat(table.order(SECOND, PORT).getAsInt())
        .isLessThan(table.order(FIRST, PORT).getAsInt());
    assertThat(table.before(FIRST, SECOND, PORT)).isPresent();
    assertThat(table.before(SECOND, FIRST, PORT)).isEmpty();
  }

  @Test
  void anEntryNamesTheOwnerOnlyWhereTheNameBearsItOut() {
    assertThat(table.owner(SECOND)).contains(TWO);
    assertThat(table.owner(FIRST)).isEmpty();
  }

  @Test
  void aStrangersRuleLeadsToAChainAndIsNoEntry() {
    assertThat(table.leading(FIRST)).hasSize(2);
    assertThat(table.entries(FIRST)).hasSize(1);
    assertThat(table.leadingFrom("STRANGER", ContainerChains.of(ONE))).hasSize(1);
    assertThat(table.leadsToEntries("PREROUTING", FIRST)).isFalse();
  }

  @Test
  void aPortIsClaimedByItselfAndInARange() {
    assertThat(table.claims(PORT))
        .extracting(PortmapTable.Claim::chain)
        .containsExactly(FIRST, SECOND);
    assertThat(table.claims(new PublishedPort(Family.IPV4, "tcp", Optional.empty(), 8081)))
        .extracting(PortmapTable.Claim::chain)
        .containsExactly(SECOND);
    assertThat(table.claims(new PublishedPort(Family.IPV4, "udp", Optional.empty(), 8080)))
        .isEmpty();
  }

  @Test
  void whatIsThereOfAContainerIsToldOnce() {
    PortmapState state = new PortmapState(List.of(table.table()));
    assertThat(state.remains())
        .containsExactlyInAnyOrder(
            new PortmapState.Remains(ContainerChains.of(ONE), List.of(), List.of(FIRST)),
            new PortmapState.Remains(ContainerChains.of(TWO), List.of(TWO), List.of(SECOND)));
    assertThat(state.layout(ContainerChains.of(TWO))).containsSame(Layouts.MARK);
    assertThat(state.layout(ContainerChains.of(ONE))).containsSame(Layouts.SNAT);
    assertThat(state.layout(ContainerChains.of(new Identity("net", "three")))).isEmpty();
  }
}
