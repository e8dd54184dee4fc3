package io.portmapctl.host.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A host with addresses, routes, policy rules and settings by chance: three interfaces, {@code e0}
 * to {@code e2}, and a bridge, {@code br0}, with two ports, {@code v0} and {@code v1}; the other
 * end of each has a {@code p} behind its name.
 */
final class RandomRouter {
  private final Random random;

  /** Of that seed. */
  RandomRouter(long seed) {
    this.random = new Random(seed);
  }

  /** Whether something that happens once in so many times happens. */
  boolean once(int of) {
    return random.nextInt(of) == 0;
  }

  /** One of them. */
  <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** An address of this host, of a neighbour, or of a special kind. */
  String address(boolean v6) {
    if (v6) {
      return switch (random.nextInt(12)) {
        case 0 -> "fe80::" + (1 + random.nextInt(3));
        case 1 -> any(List.of("::1", "ff02::1", "ff02::5", "ff01::1", "ff05::2", "::"));
        default ->
            "fd00:0:0:" + random.nextInt(4) + "::" + (random.nextInt(2) * 16 + random.nextInt(4));
      };
    }
    return switch (random.nextInt(12)) {
      case 0 -> "127.0." + random.nextInt(2) + "." + random.nextInt(3);
      case 1 ->
          any(
              List.of(
                  "255.255.255.255",
                  "224.0.0.1",
                  "224.0.0.9",
                  "239.1.1.1",
                  "240.0.0.1",
                  "0.1.2.3",
                  "169.254.0.3",
                  "10.0.0.255",
                  "10.0.1.255",
                  "10.0.2.0"));
      default -> "10.0." + random.nextInt(4) + "." + (random.nextInt(2) * 128 + random.nextInt(4));
    };
  }

  /** A network that such addresses are in, or not. */
  String network(boolean v6) {
    if (v6) {
      return switch (random.nextInt(5)) {
        case 0 -> "fd00::/" + (60 + random.nextInt(4));
        case 1 -> "fd00:0:0:" + random.nextInt(4) + "::" + random.nextInt(4) + "/128";
        case 2 -> "fd00:0:0:" + random.nextInt(4) + "::/124";
        default -> "fd00:0:0:" + random.nextInt(4) + "::/64";
      };
    }
    return switch (random.nextInt(6)) {
      case 0 -> "10.0." + random.nextInt(2) * 2 + ".0/" + (22 + random.nextInt(2));
      case 1 -> "10.0." + random.nextInt(4) + "." + random.nextInt(4) + "/32";
      case 2 -> "10.0." + random.nextInt(4) + ".128/25";
      case 3 -> "127.0.0." + random.nextInt(3) + "/32";
      default -> "10.0." + random.nextInt(4) + ".0/24";
    };
  }

  /**
   * The commands that make the host; those that the kernel refuses do nothing.
   *
   * @param devices gets the interfaces that packets come in by
   */
  List<String> script(List<String> devices) {
    List<String> lines = new ArrayList<>();
    lines.add("ip link set lo up");
    lines.add("ip link add br0 type bridge; ip link set br0 up");
    for (int i = 0; i < 5; i++) {
      String device = i < 3 ? "e" + i : "v" + (i - 3);
      lines.add("ip link add " + device + " type veth peer name " + device + "p");
      lines.add(i < 3 ? "" : "ip link set " + device + " master br0");
      lines.add(once(12) ? "" : "ip link set " + device + " up");
      lines.add(once(4) ? "" : "ip link set " + device + "p up");
    }
    List<String> l3 = List.of("e0", "e1", "e2", "br0");
    for (String device : List.of("e0", "e0", "e1", "e2", "br0", "br0", "lo")) {
      if (!once(4)) {
        lines.add(
            "ip addr add 10.0."
                + random.nextInt(4)
                + "."
                + random.nextInt(4)
                + "/"
                + any(List.of(24, 24, 25, 32, 16))
                + " dev "
                + device
                + (once(3) ? " brd +" : ""));
        lines.add(
            "ip addr add fd00:0:0:"
                + random.nextInt(4)
                + "::"
                + random.nextInt(4)
                + "/"
                + any(List.of(64, 64, 128))
                + " dev "
                + device
                + " nodad");
      }
    }
    for (String device : l3) {
      lines.add("ip addr add fe80::" + random.nextInt(4) + "/64 dev " + device + " nodad");
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      boolean v6 = once(3);
      String ip = v6 ? "ip -6" : "ip";
      String to = once(6) ? "default" : network(v6);
      String way =
          switch (random.nextInt(9)) {
            case 0 -> any(List.of("blackhole ", "unreachable ", "prohibit ", "throw ")) + to;
            case 1 -> "local " + to + " dev " + any(List.of("lo", "e0", "br0"));
            case 2, 3 ->
                to
                    + " via "
                    + (v6
                        ? "fd00:0:0:" + random.nextInt(4) + "::77"
                        : "10.0." + random.nextInt(4) + ".77");
            default -> to + " dev " + any(l3);
          };
      lines.add(
          ip
              + " route add "
              + way
              + (once(2) ? " table " + any(List.of("100", "101", "100", "local", "default")) : "")
              + (once(3) ? " metric " + random.nextInt(3) : ""));
    }
    for (int i = once(3) ? 0 : random.nextInt(6); i > 0; i--) {
      lines.add(rule(once(3)));
    }
    lines.add("ip rule del prio 0; ip rule add lookup local prio " + any(List.of(0, 0, 0, 150)));
    if (!lines.get(lines.size() - 1).endsWith("150")) {
      lines.remove(lines.size() - 1);
    }
    List<String> all = new ArrayList<>(l3);
    all.addAll(List.of("all", "lo", "v0"));
    lines.add("sysctl -qw net.ipv4.ip_forward=" + (once(6) ? 0 : 1));
    lines.add("sysctl -qw net.ipv6.conf.all.forwarding=" + (once(5) ? 0 : 1));
    for (int i = random.nextInt(14); i > 0; i--) {
      String device = any(all);
      lines.add(
          "sysctl -qw net.ipv4.conf."
              + device
              + "."
              + any(
                  List.of(
                      "rp_filter=1",
                      "rp_filter=1",
                      "rp_filter=2",
                      "rp_filter=2",
                      "forwarding=0",
                      "accept_local=1",
                      "route_localnet=1",
                      "src_valid_mark=1",
                      "send_redirects=0",
                      "bc_forwarding=1",
                      "ignore_routes_with_linkdown=1")));
      if (once(3)) {
        lines.add(
            "sysctl -qw net.ipv6.conf."
                + any(l3)
                + "."
                + any(List.of("force_forwarding=1", "ignore_routes_with_linkdown=1")));
      }
    }
    devices.addAll(l3);
    devices.add("v0");
    return lines;
  }

  private String rule(boolean v6) {
    StringBuilder rule = new StringBuilder(v6 ? "ip -6 rule add" : "ip rule add");
    int priority = 1 + random.nextInt(30000);
    rule.append(" prio ").append(priority);
    if (once(6)) {
      rule.append(" not");
    }
    if (once(2)) {
      rule.append(" from ").append(network(v6));
    }
    if (once(3)) {
      rule.append(" to ").append(network(v6));
    }
    if (once(3)) {
      rule.append(" iif ").append(any(List.of("e0", "br0", "lo", "e1", "gone")));
    }
    if (once(10)) {
      rule.append(" oif ").append(any(List.of("e0", "br0")));
    }
    if (once(3)) {
      rule.append(" fwmark ").append(any(List.of("1", "0x2/0x2", "0x10/0xf0", "0/0x1")));
    }
    if (once(6)) {
      rule.append(" ipproto ").append(any(List.of("tcp", "udp")));
      if (once(2)) {
        rule.append(" dport ").append(any(List.of("80", "80-90", "1-79")));
      }
      if (once(4)) {
        rule.append(" sport 1000-2000");
      }
    }
    if (once(8)) {
      rule.append(" uidrange ").append(any(List.of("0-0", "1000-1001")));
    }
    switch (random.nextInt(12)) {
      case 0 -> rule.append(" blackhole");
      case 1 -> rule.append(" unreachable");
      case 2 -> rule.append(" prohibit");
      case 3 -> rule.append(" goto ").append(any(List.of(32766, 32767, 31000)));
      case 4 -> rule.append(" lookup main suppress_prefixlength ").append(any(List.of(0, 24)));
      case 5 -> rule.append(" lookup main");
      default -> rule.append(" lookup ").append(any(List.of("100", "101")));
    }
    return rule.toString();
  }
}
