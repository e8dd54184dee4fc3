package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Rules;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What keeps packets from mappings and their containers for certain. */
@Tag("fast")
class BarriersTest {
  private static final String ESTABLISHED =
      "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

  private static Barriers.Subject subject(String container, int port) {
    return new Barriers.Subject(
        new PublishedPort(Family.IPV4, "tcp", Optional.empty(), 8000 + port),
        IpProtocol.of("tcp").orElseThrow(),
        Cidr.parse(container).orElseThrow(),
        port,
        true);
  }

  /** What keeps packets from two ports of a container. */
  private static List<Barriers.Barrier> barriers(TableName name, String... lines) throws Exception {
    List<String> save = new ArrayList<>(List.of("*" + name.id()));
    for (String chain : List.of("PREROUTING", "FORWARD", "OUTPUT", "POSTROUTING")) {
      if (Stream.of(lines).noneMatch(l -> l.startsWith(":" + chain))) {
        save.add(":" + chain + " ACCEPT [0:0]");
      }
    }
    save.addAll(List.of(lines));
    save.add("COMMIT\n");
    return Barriers.of(
        Table.empty(TableName.NAT, Family.IPV4),
        List.of(SaveFormat.table(Family.IPV4, name, String.join("\n", save)).orElseThrow()),
        Rules.Written.NOTHING,
        List.of(subject("10.88.0.9/16", 80), subject("10.88.0.9/16", 443)),
        () -> HostAddresses.UNKNOWN);
  }

  /** Who loses what of what, and by which rule. */
  private static List<String> all(TableName name, String... lines) throws Exception {
    return barriers(name, lines).stream().map(BarriersTest::told).toList();
  }

  private static String told(Barriers.Barrier barrier) {
    String by =
        barrier.by() instanceof DecidedBy.ByRule rule
            ? rule.rule().chain() + " " + rule.rule().number()
            : "policy";
    return barrier.sender()
        + (barrier.all() ? " all " : " some ")
        + barrier.kind()
        + " "
        + ports(barrier)
        + " "
        + by;
  }

  private static List<String> ports(Barriers.Barrier barrier) {
    return barrier.subjects().stream().map(s -> Integer.toString(s.containerPort())).toList();
  }

  /** What chain FORWARD drops of what other machines send, and by which rule. */
  private static String told(String policy, String... rules) throws Exception {
    List<String> lines =
        new ArrayList<>(
            List.of(
                ":INPUT ACCEPT [0:0]",
                ":FORWARD " + policy + " [0:0]",
                ":OUTPUT ACCEPT [0:0]",
                ":DOCKER - [0:0]"));
    lines.addAll(List.of(rules));
    List<Barriers.Barrier> found =
        barriers(TableName.FILTER, lines.toArray(String[]::new)).stream()
            .filter(Barriers.Barrier::all)
            .toList();
    assertThat(found).allMatch(b -> b.sender() == Barriers.Sender.OTHERS);
    return found.stream()
        .map(
            b ->
                ports(b)
                    + (b.by() instanceof DecidedBy.ByRule by
                        ? " " + by.rule().chain() + ": " + by.rule().text()
                        : ""))
        .reduce((one, other) -> one + "; " + other)
        .orElse("silent");
  }

  @Test
  void aPolicyThatNothingGoesBeforeIsTold() throws Exception {
    String both = "[80, 443]";
    assertThat(told("DROP")).isEqualTo(both);
    assertThat(told("DROP", ESTABLISHED)).isEqualTo(both);
    // docker's own rules let its own containers' packets through
    assertThat(
            told(
                "DROP",
                "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A FORWARD -o docker0 -j DOCKER",
                "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
                "-A FORWARD -i br-0123456789ab ! -o br-0123456789ab -j ACCEPT",
                "-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j"
                    + " ACCEPT"))
        .isEqualTo(both);
    // so do those of CNI's firewall plugin
    assertThat(
            told(
                "DROP",
                "-A FORWARD -d 10.88.0.9/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A FORWARD -s 10.88.0.9/32 -j ACCEPT"))
        .isEqualTo(both);
    assertThat(told("DROP", "-A FORWARD -d 10.88.0.9/32 -p tcp -m tcp --dport 80 -j ACCEPT"))
        .isEqualTo("[443]");
  }

  @Test
  void aRuleThatDropsAllIsNamed() throws Exception {
    assertThat(
            told("ACCEPT", ESTABLISHED, "-A FORWARD -j REJECT --reject-with icmp-host-prohibited"))
        .isEqualTo("[80, 443] FORWARD: -j REJECT --reject-with icmp-host-prohibited");
    assertThat(told("ACCEPT", "-A FORWARD -j DOCKER", "-A DOCKER -p tcp -m tcp --dport 80 -j DROP"))
        .isEqualTo("[80] DOCKER: -p tcp -m tcp --dport 80 -j DROP");
  }

  @Test
  void ofWhatMayBeLetThroughNothingIsSaid() throws Exception {
    for (String rule :
        List.of(
            "-d 10.88.0.9/32 -j ACCEPT",
            "-d 10.88.0.0/16 -o cni-podman0 -j ACCEPT",
            "-o cni-podman0 -j ACCEPT",
            "-i eth0 -j ACCEPT",
            "-i br-lan -j ACCEPT",
            "! -i docker0 -j ACCEPT",
            "-s 192.168.0.0/16 -j ACCEPT",
            "-m conntrack --ctstate DNAT -j ACCEPT",
            "-m conntrack --ctstate NEW -j ACCEPT",
            "-m mark --mark 0x1/0x1 -j ACCEPT",
            "-m limit --limit 5/min -j ACCEPT",
            "-m set --match-set friends src -j ACCEPT",
            "-m odd --match -j ACCEPT",
            "-j NFQUEUE --queue-num 1",
            "-j ODD",
            "-p tcp -m multiport --dports 80,443 -j ACCEPT")) {
      assertThat(told("DROP", ESTABLISHED, "-A FORWARD " + rule)).as(rule).isEqualTo("silent");
    }
    assertThat(told("ACCEPT")).isEqualTo("silent");
    assertThat(told("ACCEPT", "-A FORWARD -s 198.51.100.0/24 -j DROP")).isEqualTo("silent");
    assertThat(told("ACCEPT", "-A FORWARD -m odd --match -j DROP")).isEqualTo("silent");
    assertThat(told("ACCEPT", "-A FORWARD ! -i eth0 -j DROP")).isEqualTo("silent");
    assertThat(told("ACCEPT", "-A FORWARD -m conntrack --ctstate INVALID -j DROP"))
        .isEqualTo("silent");
    assertThat(told("ACCEPT", "-A FORWARD -d 10.99.0.0/16 -j DROP")).isEqualTo("silent");
  }

  @Test
  void whatIsDroppedBeforeItIsTranslatedIsTold() throws Exception {
    assertThat(all(TableName.RAW, "-A PREROUTING -p tcp -m tcp --dport 8080 -j DROP"))
        .containsExactly("OTHERS all DROPPED [80] PREROUTING 1");
    assertThat(all(TableName.MANGLE, "-A PREROUTING -p tcp -j DROP"))
        .containsExactly("OTHERS all DROPPED [80, 443] PREROUTING 1");
    assertThat(all(TableName.RAW, "-A PREROUTING -p tcp -m tcp --dport 8443 -j CT --notrack"))
        .containsExactly("OTHERS all UNTRACKED [443] PREROUTING 1");
    assertThat(all(TableName.RAW, "-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP"))
        .containsExactly("HOST all DROPPED [80] OUTPUT 1");
  }

  @Test
  void whatIsDroppedOnItsWayToTheContainerIsTold() throws Exception {
    assertThat(all(TableName.MANGLE, "-A FORWARD -d 10.88.0.9/32 -j DROP"))
        .containsExactly("OTHERS all DROPPED [80, 443] FORWARD 1");
    assertThat(all(TableName.MANGLE, "-A POSTROUTING -p tcp -m tcp --dport 80 -j DROP"))
        .containsExactly(
            "OTHERS all DROPPED [80] POSTROUTING 1", "HOST all DROPPED [80] POSTROUTING 1");
    assertThat(all(TableName.FILTER, "-A OUTPUT -p tcp -m tcp --dport 443 -j REJECT"))
        .containsExactly("HOST all REJECTED [443] OUTPUT 1");
    assertThat(all(TableName.FILTER, ":INPUT DROP [0:0]")).isEmpty();
  }

  @Test
  void someAreToldOfWhereARuleIsAboutThePort() throws Exception {
    assertThat(
            all(TableName.RAW, "-A PREROUTING -s 10.9.0.0/16 -p tcp -m tcp --dport 8080 -j DROP"))
        .containsExactly("OTHERS some DROPPED [80] PREROUTING 1");
    assertThat(all(TableName.FILTER, "-A FORWARD -i eth9 -d 10.88.0.9/32 -j DROP"))
        .containsExactly("OTHERS some DROPPED [80, 443] FORWARD 1");
    // a firewall for senders alone is its owner's
    assertThat(all(TableName.RAW, "-A PREROUTING -s 10.9.0.0/16 -j DROP")).isEmpty();
    assertThat(all(TableName.FILTER, ":FORWARD DROP [0:0]", "-A FORWARD -s 10.9.0.0/16 -j ACCEPT"))
        .isEmpty();
    assertThat(
            all(
                TableName.RAW,
                "-A PREROUTING -p tcp -m tcp --dport 8080 -m limit --limit 5/min -j DROP"))
        .isEmpty();
    // two rules take it all together
    assertThat(
            all(
                TableName.RAW,
                "-A PREROUTING -s 0.0.0.0/1 -p tcp -m tcp --dport 8080 -j DROP",
                "-A PREROUTING -s 128.0.0.0/1 -p tcp -m tcp --dport 8080 -j DROP"))
        .containsExactly(
            "OTHERS all DROPPED [80] PREROUTING 1", "OTHERS all DROPPED [80] PREROUTING 2");
  }
}
