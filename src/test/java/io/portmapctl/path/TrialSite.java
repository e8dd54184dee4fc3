package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.NftMonitor;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Sender;
import io.portmapctl.testing.Site;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A host between two networks and a bridge with two containers, without rules: everybody on it
 * sends, and answers what comes. Hosts of many seeds stand on one, one after another, since to make
 * it costs more than to send them packets.
 */
final class TrialSite implements AutoCloseable {
  /** Who can send: by that name. */
  static final List<String> SENDERS = List.of("near", "far", "host", "c1", "c2");

  /** Ports that somebody listens on: what rules translate to is among them. */
  private static final Integer[] PORTS = {
    80, 81, 82, 83, 84, 90, 99, 443, 1234, 5353, 7777, 8080, 8081, 8443, 9000, 9001, 9090, 30080
  };

  /** Whatever a host before wrote, but for its routes. */
  private static final String CLEAR =
      """
      nft flush ruleset
      chains() {
        case $1 in
          raw) echo PREROUTING OUTPUT ;;
          nat) echo PREROUTING INPUT OUTPUT POSTROUTING ;;
          mangle) echo PREROUTING INPUT FORWARD OUTPUT POSTROUTING ;;
          *) echo INPUT FORWARD OUTPUT ;;
        esac
      }
      for f in ip ip6; do
        for t in $(cat /proc/net/${f}_tables_names); do
          { echo "*$t"; for c in $(chains $t); do echo ":$c ACCEPT [0:0]"; done; echo COMMIT; } |
            ${f}tables-legacy-restore
        done
      done
      sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
      sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      for d in p q cni-web; do sysctl -qw net.ipv6.conf.$d.force_forwarding=0; done
      """;

  private final Site site;
  private final Namespace far;
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, Sender> senders = new HashMap<>();
  private final Map<String, NftMonitor> monitors = new HashMap<>();
  private int port = 20000;

  TrialSite() throws Exception {
    this.site = Site.make();
    this.far = Namespace.make();
    namespaces.put("near", site.peer());
    namespaces.put("far", far);
    namespaces.put("host", site.host());
    namespaces.put("c1", site.container());
    namespaces.put("c2", site.sibling());
    run(wires());
    site.settle();
    for (String name : SENDERS) {
      senders.put(name, Sender.in(namespaces.get(name), PORTS));
    }
    for (String name : SENDERS) {
      senders.get(name).ready();
      if (!name.equals("host")) {
        monitors.put(name, NftMonitor.in(namespaces.get(name)));
      }
    }
  }

  Namespace host() {
    return site.host();
  }

  /** Who sends there. */
  Sender sender(String name) {
    return senders.get(name);
  }

  /** What is seen by those around the host. */
  Map<String, NftMonitor> around() {
    return monitors;
  }

  /** A port that no packet came from. */
  int port() {
    return ++port;
  }

  /** Takes away all that a host wrote, but for its routes. */
  void clear() throws Exception {
    run(CLEAR);
  }

  /** Runs a script on the host, with the namespaces' names; it ends with the first that fails. */
  void run(String script) throws Exception {
    StringBuilder names = new StringBuilder("set -e\n");
    namespaces.forEach(
        (name, namespace) ->
            names
                .append(name.toUpperCase(Locale.ROOT))
                .append('=')
                .append(namespace.name())
                .append('\n'));
    Run run = site.host().run("", List.of("sh", "-c", names + script));
    assertThat(run.exit()).as(script + run.err()).isZero();
  }

  /** The second network, more addresses, and every neighbour's link address. */
  private static String wires() {
    return """
    sysctl -qw net.ipv4.tcp_synack_retries=0
    ip link add q type veth peer name eth0 netns $FAR
    ip link set q up
    ip -n $FAR link set lo up; ip -n $FAR link set eth0 up
    ip addr add 198.51.100.1/24 dev q; ip addr add 2001:db8:1::1/64 dev q nodad
    ip -n $FAR addr add 198.51.100.2/24 dev eth0; ip -n $FAR addr add 2001:db8:1::2/64 dev eth0 nodad
    ip addr add 203.0.113.80/32 dev lo; ip addr add 2001:db8:80::80/128 dev lo
    ip -n $NEAR addr add 203.0.113.9/32 dev lo; ip -n $NEAR addr add 2001:db8:9::9/128 dev lo
    ip -n $FAR addr add 203.0.113.19/32 dev lo; ip -n $FAR addr add 2001:db8:9::19/128 dev lo
    ip -n $NEAR route add default via 192.0.2.1; ip -n $NEAR route add default via 2001:db8::1
    ip -n $FAR route add default via 198.51.100.1; ip -n $FAR route add default via 2001:db8:1::1
    for n in $NEAR $FAR $C1 $C2; do ip netns exec $n sysctl -qw net.ipv4.tcp_synack_retries=0; done
    # what the host sends out by the wrong side still finds the other, as on the Internet
    ip -n $NEAR link add x type veth peer name x netns $FAR
    ip -n $NEAR addr add 10.255.0.1/30 dev x; ip -n $FAR addr add 10.255.0.2/30 dev x
    ip -n $NEAR addr add fd00:255::1/64 dev x nodad; ip -n $FAR addr add fd00:255::2/64 dev x nodad
    for n in $NEAR $FAR; do
      ip -n $n link set x up
      ip netns exec $n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
        net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.x.rp_filter=0
      for f in -4 -6; do
        ip $f -n $n rule add iif eth0 pref 50 lookup 200
        ip $f -n $n rule add iif x pref 51 blackhole
      done
    done
    ip -n $NEAR route add default via 10.255.0.2 table 200
    ip -n $NEAR route add default via fd00:255::2 table 200
    ip -n $FAR route add default via 10.255.0.1 table 200
    ip -n $FAR route add default via fd00:255::1 table 200
    mac() { ip netns exec $1 cat /sys/class/net/$2/address; }
    near() { # host's link, namespace, their addresses: both know each other for ever
      h=$(mac $HOST $1); o=$(mac $2 eth0); shift
      for a in $2 $3; do ip neigh replace $a lladdr $o dev $L nud permanent; done
      for a in $4 $5; do ip -n $1 neigh replace $a lladdr $h dev eth0 nud permanent; done
    }
    L=p; near p $NEAR 192.0.2.2 2001:db8::2 192.0.2.1 2001:db8::1
    L=q; near q $FAR 198.51.100.2 2001:db8:1::2 198.51.100.1 2001:db8:1::1
    L=cni-web; near cni-web $C1 10.89.5.6 fd00:89:5::6 10.89.5.1 fd00:89:5::1
    L=cni-web; near cni-web $C2 10.89.5.7 fd00:89:5::7 10.89.5.1 fd00:89:5::1
    n=$(mac $NEAR x); f=$(mac $FAR x)
    for a in 10.255.0.2 fd00:255::2; do ip -n $NEAR neigh replace $a lladdr $f dev x nud permanent; done
    for a in 10.255.0.1 fd00:255::1; do ip -n $FAR neigh replace $a lladdr $n dev x nud permanent; done
    one=$(mac $C1 eth0); two=$(mac $C2 eth0)
    for a in 10.89.5.6 fd00:89:5::6; do ip -n $C2 neigh replace $a lladdr $one dev eth0 nud permanent; done
    for a in 10.89.5.7 fd00:89:5::7; do ip -n $C1 neigh replace $a lladdr $two dev eth0 nud permanent; done
    """;
  }

  @Override
  public void close() {
    monitors.values().forEach(NftMonitor::close);
    senders.values().forEach(Sender::close);
    far.close();
    site.close();
  }
}
