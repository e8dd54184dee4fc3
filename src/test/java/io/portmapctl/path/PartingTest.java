package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Senders are parted by what any table does with their packets. */
@Tag("fast")
class PartingTest {
  private static Table table(TableName name, String text) throws Exception {
    StringBuilder save = new StringBuilder("*" + name.id() + "\n");
    name.priorities(Variant.UNKNOWN)
        .keySet()
        .forEach(h -> save.append(":" + h + " ACCEPT [0:0]\n"));
    return SaveFormat.table(Family.IPV4, name, save + text + "COMMIT\n").orElseThrow();
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  @Test
  void rawAndForwardTellSendersApartAndAddressesOfOthersDoNot() throws Exception {
    Table nat =
        table(
            TableName.NAT,
            "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080\n");
    Table raw =
        table(
            TableName.RAW,
            "-A PREROUTING -s 198.51.100.0/24 -j CT --notrack\n"
                + "-A PREROUTING -s 203.0.113.7/32 -j DROP\n");
    Table filter =
        table(
            TableName.FILTER,
            "-A FORWARD -s 192.0.2.0/24 -d 10.0.0.2/32 -j DROP\n"
                + "-A FORWARD -s 192.0.3.0/24 -d 10.0.0.3/32 -j DROP\n");
    Rules rules =
        new Rules(
            new RuleIndex(nat),
            List.of(new RuleIndex(raw), new RuleIndex(filter)),
            Rules.Written.NOTHING);
    Parting parting = new Parting(rules, Ground.of(HostAddresses.UNKNOWN));
    PortPackets ports = new PortPackets(parting.space(), HostAddresses.UNKNOWN, Family.IPV4);
    PacketSet all =
        ports.fromOutside(ports.to(IpProtocol.TCP, Optional.of(ip("203.0.113.1")), 80), false);
    Map<String, PacketSet> effects = parting.effects(all);
    assertThat(effects).hasSize(4);
    for (String[] one :
        new String[][] {
          {"198.51.100.9", "untracked"},
          {"203.0.113.7", "DROPPED raw PREROUTING 2"},
          {"192.0.2.9", "DROPPED filter FORWARD 1"},
          {"192.0.3.9", "10.0.0.2:8080"}
        }) {
      PacketSet sender = parting.space().of(Field.SOURCE, ip(one[0]));
      assertThat(effects.entrySet().stream().filter(e -> e.getValue().meets(sender)))
          .as(one[0])
          .singleElement()
          .satisfies(e -> assertThat(e.getKey()).contains(one[1]));
    }
    assertThat(parting.arrivals()).isEmpty();
  }
}
