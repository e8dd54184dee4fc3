package io.portmapctl.testing;

import java.util.List;

/** A host with a bridge, two containers on it and a peer outside: four namespaces, wired. */
public record Site(Namespace host, Namespace peer, Namespace container, Namespace sibling)
    implements AutoCloseable {

  /** Makes it; the test is skipped where that cannot be. */
  public static Site make() throws Exception {
    Needs.program("socat");
    Site site = new Site(Namespace.make(), Namespace.make(), Namespace.make(), Namespace.make());
    Namespace host = site.host;
    host.must("", "ip", "link", "set", "lo", "up");
    host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    host.must("", "ip", "link", "add", "cni-web", "type", "bridge");
    host.must("", "ip", "addr", "add", "10.89.5.1/24", "dev", "cni-web");
    host.must("", "ip", "addr", "add", "fd00:89:5::1/64", "dev", "cni-web", "nodad");
    host.must("", "ip", "link", "set", "cni-web", "up");
    wire(host, site.container, "c1", "10.89.5.6/24", "fd00:89:5::6/64");
    wire(host, site.sibling, "c2", "10.89.5.7/24", "fd00:89:5::7/64");
    for (String veth : List.of("c1", "c2")) {
      host.must("", "ip", "link", "set", veth, "master", "cni-web");
      host.must("", "ip", "link", "set", veth, "type", "bridge_slave", "hairpin", "on");
    }
    wire(host, site.peer, "p", "192.0.2.2/24", "2001:db8::2/64");
    host.must("", "ip", "addr", "add", "192.0.2.1/24", "dev", "p");
    host.must("", "ip", "addr", "add", "2001:db8::1/64", "dev", "p", "nodad");
    for (Namespace each : List.of(site.container, site.sibling)) {
      each.must("", "ip", "route", "add", "default", "via", "10.89.5.1");
      each.must("", "ip", "-6", "route", "add", "default", "via", "fd00:89:5::1");
    }
    return site;
  }

  private static void wire(Namespace host, Namespace other, String name, String v4, String v6)
      throws Exception {
    host.must(
        "",
        "ip",
        "link",
        "add",
        name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        other.name());
    host.must("", "ip", "link", "set", name, "up");
    other.must("", "ip", "link", "set", "lo", "up");
    other.must("", "ip", "addr", "add", v4, "dev", "eth0");
    other.must("", "ip", "addr", "add", v6, "dev", "eth0", "nodad");
    other.must("", "ip", "link", "set", "eth0", "up");
  }

  @Override
  public void close() {
    for (Namespace each : List.of(host, peer, container, sibling)) {
      each.close();
    }
  }

  /**
   * Waits until the kernel has found that nobody else has an address: before, it does not ask for
   * neighbours.
   */
  public void settle() throws Exception {
    for (Namespace each : List.of(host, peer, container, sibling)) {
      settle(each);
    }
  }

  /** The same of one namespace. */
  public static void settle(Namespace each) throws Exception {
    for (int i = 0; i < 50; i++) {
      if (each.must("", "ip", "-6", "addr", "show", "tentative").isEmpty()) {
        break;
      }
      Thread.sleep(100);
    }
  }

  /** Whether an echo of {@code here} answers at an address of socat's. */
  public static boolean reaches(Namespace from, String to) throws Exception {
    List<String> command = List.of("timeout", "3", "socat", "-T1", "-", to);
    return from.run("hello\n", command).out().contains("here");
  }

  /** Whether it answers at TCP port 8080. */
  public static boolean tcp(Namespace from, String address) throws Exception {
    return reaches(from, "TCP:" + address + ":8080,connect-timeout=1");
  }

  /** Whether it answers at UDP port 5353. */
  public static boolean udp(Namespace from, String address) throws Exception {
    return reaches(from, "UDP:" + address + ":5353");
  }
}
