package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.Detail;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.SetTracer;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stations of every table of iptables, and how packets leave them. */
@Tag("fast")
class StationTest {
  private final PacketSpace space = new PacketSpace();
  private final PacketSet all = space.of(Family.IPV4);

  private Station station(TableName name, Hook hook, String... lines) throws Exception {
    StringBuilder save = new StringBuilder("*" + name.id() + "\n");
    name.priorities(Variant.UNKNOWN)
        .keySet()
        .forEach(h -> save.append(":" + h + " ACCEPT [0:0]\n"));
    List.of(lines).forEach(l -> save.append(l).append('\n'));
    Table table =
        SaveFormat.table(Family.IPV4, name, save.append("COMMIT\n").toString()).orElseThrow();
    SetTracer tracer = new SetTracer(new RuleIndex(table), HostAddresses.UNKNOWN, space);
    return TableStation.of(table, tracer, Detail.EVERY_RULE, ExcludedRules.NOTHING).stream()
        .filter(s -> s.site().hook() == hook)
        .findFirst()
        .orElseThrow();
  }

  private PacketSet to(int port) {
    return space.of(Field.DESTINATION_PORT, Interval.of(port));
  }

  @Test
  void whatIsNotTrackedGoesOnSo() throws Exception {
    Station raw =
        station(TableName.RAW, Hook.PREROUTING, "-A PREROUTING -d 192.0.2.1/32 -j CT --notrack");
    List<Part> parts = raw.through(all, Station.Observer.NOBODY);
    PacketSet untracked = space.of(Field.STATE, Interval.of(4));
    PacketSet there =
        space.of(Field.DESTINATION, IpAddress.parse("192.0.2.1").orElseThrow()).and(all);
    assertThat(parts).hasSize(1);
    assertThat(parts.get(0).kind()).isEqualTo(Part.Kind.ACCEPTED);
    assertThat(parts.get(0).packets().and(there)).isEqualTo(there.and(untracked));
    assertThat(parts.get(0).packets().minus(there)).isEqualTo(all.minus(there));
    assertThat(raw.site().place()).isEqualTo(-300);
  }

  @Test
  void whatIsRejectedIsNotDropped() throws Exception {
    Station filter =
        station(
            TableName.FILTER,
            Hook.FORWARD,
            ":A - [0:0]",
            "-A FORWARD -j A",
            "-A A -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable",
            "-A FORWARD -p udp -j DROP");
    List<String> told = new ArrayList<>();
    List<Part> parts =
        filter.through(
            all,
            new Station.Observer() {
              @Override
              public void tried(
                  RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
                told.add(rule.chain() + " " + rule.number() + " " + depth);
              }

              @Override
              public void toldBefore() {
                told.add("again");
              }
            });
    assertThat(parts)
        .extracting(Part::kind)
        .containsExactly(Part.Kind.REJECTED, Part.Kind.DROPPED, Part.Kind.ACCEPTED);
    assertThat(parts.get(0).rules()).extracting(RuleSite::chain).containsExactly("FORWARD", "A");
    assertThat(parts.get(0).packets().minus(to(80)).isEmpty()).isTrue();
    assertThat(parts.get(0).last().orElseThrow().text().latin1()).endsWith("port-unreachable");
    assertThat(told).containsExactly("FORWARD 1 0", "A 1 1", "FORWARD 2 0");
  }

  @Test
  void chainsThatTranslateStandTogether() throws Exception {
    Station nat =
        station(
            TableName.NAT,
            Hook.PREROUTING,
            "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080");
    Part part = nat.through(all, Station.Observer.NOBODY).get(0);
    assertThat(part.kind()).isEqualTo(Part.Kind.TRANSLATED);
    assertThat(part.translation().orElseThrow().text().latin1()).contains("10.0.0.2:8080");
    ChainSite early =
        new ChainSite(RuleEngine.NFTABLES, "inet", "x", "y", Hook.PREROUTING, -500, true);
    assertThat(early.place()).isEqualTo(nat.site().place()).isEqualTo(-100);
  }
}
