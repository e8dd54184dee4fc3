package io.portmapctl.host.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.route.Decider;
import io.portmapctl.route.Decision;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Routed;
import io.portmapctl.route.Routing;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.NamespaceHost;
import io.portmapctl.testing.NftMonitor;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Sender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Real packets come to random hosts from outside, with sources and destinations of every kind:
 * whether the kernel takes them in, sends them on and by which interface, or drops them, is what is
 * told.
 */
@Tag("live")
class RoutedPacketsIT {
  private static final int HOSTS = Rounds.of("routedHosts", 5, 200);
  private static final int PACKETS = 60;

  /** Interfaces of the host by whose other ends packets come, and which it takes them in by. */
  private static final Map<String, String> WIRES =
      new TreeMap<>(Map.of("e0", "e0", "e1", "e1", "e2", "e2", "v0", "br0"));

  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  /** A packet as it comes to the host: its source port is no other's of that host. */
  private record Sent(
      boolean v6,
      String wire,
      String protocol,
      String source,
      int port,
      String to,
      int at,
      int mark) {

    PacketSet packet(PacketSpace space) {
      return space
          .of(Field.INPUT_INTERFACE, Interval.ofInterface(WIRES.get(wire)))
          .and(space.of(Field.SOURCE, IpAddress.parse(source).orElseThrow()))
          .and(space.of(Field.DESTINATION, IpAddress.parse(to).orElseThrow()))
          .and(space.ofMark(mark, 0xffffffffL))
          .and(space.of(Field.SOURCE_PORT, Interval.of(port)))
          .and(space.of(Field.DESTINATION_PORT, Interval.of(at)))
          .and(
              space.of(
                  Field.PROTOCOL,
                  Interval.of(
                      (protocol.equals("tcp") ? IpProtocol.TCP : IpProtocol.UDP).number())));
    }
  }

  @Test
  void packetsFromOutsideGoWhereItIsTold() throws Exception {
    long first = Long.getLong("portmapctl.seed", 0);
    try (Namespace outside = withLoopback();
        Sender sender = Sender.in(outside)) {
      for (long seed = first; seed < first + HOSTS; seed++) {
        try (Namespace host = Namespace.make()) {
          host(seed, host, outside, sender);
        }
      }
    }
    System.out.println("RoutedPacketsIT: " + HOSTS + " hosts, " + counts);
    assertThat(wrong).isEmpty();
    assertThat(counts.keySet()).contains("taken in", "sent on", "dropped");
  }

  /** Java has IPv6 only where there is an address of it when it starts. */
  private static Namespace withLoopback() throws Exception {
    Namespace outside = Namespace.make();
    outside.must("", "ip", "link", "set", "lo", "up");
    return outside;
  }

  private void host(long seed, Namespace host, Namespace outside, Sender sender) throws Exception {
    RandomRouter make = new RandomRouter(seed);
    List<String> script = make.script(new ArrayList<>());
    host.run(String.join("\n", script), List.of("sh"));
    host.must(wires(outside), "sh", "-e");
    List<Sent> packets = packets(make);
    outside.must(spoofed(packets), "nft", "-f", "-");
    host.must(marked(packets), "nft", "-f", "-");
    Thread.sleep(300); // links settle
    Routing routing = new Routing(new ReadRouting(new NamespaceHost(host)));
    try (NftMonitor monitor = NftMonitor.in(host)) {
      Thread.sleep(300); // it begins to listen
      send(packets, sender, monitor);
      List<NftMonitor.Line> seen = monitor.seen();
      for (Sent sent : packets) {
        String kernel = kernel(sent, seen);
        if (!told(routing, sent).equals(kernel)) { // a busy machine may have lost it
          send(List.of(sent), sender, monitor);
          kernel = kernel(sent, monitor.seen());
        }
        compare(routing, sent, kernel, seed + "\n" + String.join("\n", script));
      }
    }
  }

  /**
   * The other ends of its wires go outside, where each is the way to an address of no meaning; by a
   * router, so that neighbours are asked for none that packets get later.
   */
  private static String wires(Namespace outside) {
    StringBuilder out = new StringBuilder("OUT=" + outside.name() + "\n");
    out.append("sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>&- || true\n");
    out.append("sysctl -qw net.bridge.bridge-nf-call-ip6tables=0 2>&- || true\n");
    int number = 0;
    for (Map.Entry<String, String> wire : WIRES.entrySet()) {
      out.append(
          """
          ip -n $OUT link del %1$sp 2>&- || true
          ip link set %1$sp netns $OUT
          ip -n $OUT link set %1$sp up
          [ %1$s = %2$s ] || ip link set %1$s up
          ip -n $OUT addr add 10.255.%3$d.2/24 dev %1$sp
          ip -n $OUT addr add fd00:255:0:%3$d::2/64 dev %1$sp nodad
          mac=$(cat /sys/class/net/%2$s/address)
          ip -n $OUT neigh replace 10.255.%3$d.1 lladdr $mac dev %1$sp nud permanent
          ip -n $OUT neigh replace fd00:255:0:%3$d::1 lladdr $mac dev %1$sp nud permanent
          ip -n $OUT route add 10.254.%3$d.1 via 10.255.%3$d.1
          ip -n $OUT route add fd00:254:0:%3$d::1 via fd00:255:0:%3$d::1
          """
              .formatted(wire.getKey(), wire.getValue(), number++));
    }
    return out.toString();
  }

  private static List<Sent> packets(RandomRouter make) {
    List<Sent> packets = new ArrayList<>();
    List<String> wires = List.copyOf(WIRES.keySet());
    for (int i = 0; i < PACKETS; i++) {
      boolean v6 = make.once(3);
      packets.add(
          new Sent(
              v6,
              make.any(wires),
              make.any(List.of("tcp", "udp")),
              make.once(15) ? (v6 ? "::" : "0.0.0.0") : make.address(v6),
              (make.once(2) ? 1001 : 40001) + i,
              make.address(v6),
              make.any(List.of(80, 85, 443)),
              make.once(2) ? 0 : make.any(List.of(1, 2, 3, 0x10, 0x12))));
    }
    return packets;
  }

  /** Outside, what leaves gets the source and the destination that it shall have. */
  private static String spoofed(List<Sent> packets) {
    StringBuilder out = new StringBuilder("flush ruleset\ntable inet spoof {\n");
    out.append(" chain post { type filter hook postrouting priority 300;\n");
    for (Sent sent : packets) {
      String ip = sent.v6() ? "ip6" : "ip";
      out.append(
          "  meta nfproto ipv%s th sport %d %s saddr set %s %s daddr set %s\n"
              .formatted(sent.v6() ? "6" : "4", sent.port(), ip, sent.source(), ip, sent.to()));
    }
    return out.append(" }\n}\n").toString();
  }

  /** The host marks what comes in before it looks for its way. */
  private static String marked(List<Sent> packets) {
    StringBuilder out = new StringBuilder("table inet marks {\n");
    out.append(" chain pre { type filter hook prerouting priority -300;\n");
    for (Sent sent : packets) {
      if (sent.mark() != 0) {
        out.append("  th sport %d meta mark set %d\n".formatted(sent.port(), sent.mark()));
      }
    }
    return out.append(" }\n}\n").toString();
  }

  /** Sends them all, and waits until nothing moves. */
  private static void send(List<Sent> packets, Sender sender, NftMonitor monitor) throws Exception {
    List<String> wires = List.copyOf(WIRES.keySet());
    for (Sent sent : packets) {
      int number = wires.indexOf(sent.wire());
      String from = sent.v6() ? "fd00:255:0:" + number + "::2" : "10.255." + number + ".2";
      String to = sent.v6() ? "fd00:254:0:" + number + "::1" : "10.254." + number + ".1";
      // refused where the other end is switched off
      sender.trial(sent.protocol(), from, sent.port(), to, sent.at());
    }
    long start = System.nanoTime();
    do {
      Thread.sleep(20);
    } while (System.nanoTime() - start < 3_000_000_000L
        && (monitor.quiet() < 200_000_000L || System.nanoTime() - start < 200_000_000L));
  }

  /** What became of it. */
  private static String kernel(Sent sent, List<NftMonitor.Line> seen) {
    boolean seenAtAll = false;
    for (NftMonitor.Line line : seen) {
      boolean ours =
          line.table().equals(NftMonitor.TABLE)
              && line.kind() == NftMonitor.Kind.PACKET
              && line.port("sport").equals(OptionalInt.of(sent.port()));
      seenAtAll |= ours;
      if (ours && line.chain().equals("input")) {
        return "taken in";
      }
      if (ours && line.chain().equals("postrouting")) {
        return "sent on by " + line.field("oif").replace("\"", "");
      }
    }
    return seenAtAll ? "dropped" : "not let in";
  }

  private static Decision decision(Routing routing, Sent sent) {
    List<Routed> routed = routing.input(sent.packet(new PacketSpace()));
    assertThat(routed).hasSize(1);
    return routed.get(0).decision();
  }

  private static String told(Routing routing, Sent sent) {
    Decision decision = decision(routing, sent);
    if (decision instanceof Decision.Leaves leaves) {
      return "sent on by " + leaves.device();
    }
    if (decision instanceof Decision.Refused refused) {
      return letIn(sent, refused) ? "dropped" : "not let in";
    }
    return decision instanceof Decision.Local ? "taken in" : "unknown";
  }

  /** Whether rules see it before: IPv6 looks at addresses first, and then for a way. */
  private static boolean letIn(Sent sent, Decision.Refused refused) {
    return switch (refused.why()) {
      case NO_INTERFACE -> false;
      case LOOPBACK, MARTIAN_SOURCE, MARTIAN_DESTINATION -> !sent.v6() || !refused.by().isEmpty();
      default -> true;
    };
  }

  private void compare(Routing routing, Sent sent, String kernel, String script) {
    Decision decision = decision(routing, sent);
    boolean untold =
        decision.open().stream()
            .anyMatch(
                o ->
                    o.kind() == Missing.Kind.NEXT_HOP
                        || List.of(Missing.GROUPS, Missing.KERNEL).contains(o));
    String told = told(routing, sent);
    if (untold) {
      counts.merge("nobody tells", 1, Integer::sum);
    } else if (told.equals(kernel)) {
      counts.merge(kernel.replaceFirst(" by .*", ""), 1, Integer::sum);
      if (decision instanceof Decision.Refused refused) {
        counts.merge("dropped: " + refused.why(), 1, Integer::sum);
      }
    } else {
      List<String> by = decision.by().stream().map(RoutedPacketsIT::by).toList();
      String more = wrong.size() < 3 ? "\n" + script : "";
      counts.merge("different", 1, Integer::sum);
      wrong.add(sent + ": " + kernel + " but " + decision.getClass() + told + " by " + by + more);
    }
  }

  private static String by(Decider decider) {
    if (decider instanceof Decider.ByRule rule) {
      return rule.rule().text();
    }
    return decider instanceof Decider.ByRoute route ? route.route().text() : decider.toString();
  }
}
