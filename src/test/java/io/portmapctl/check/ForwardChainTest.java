package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.HostAddresses;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which connections to containers chain FORWARD drops for certain. */
@Tag("fast")
class ForwardChainTest {
  private static final String ESTABLISHED =
      "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

  private static ForwardChain.Endpoint endpoint(String container, int port) {
    return new ForwardChain.Endpoint(
        Cidr.parse(container).orElseThrow(), IpProtocol.of("tcp").orElseThrow(), port);
  }

  private static Optional<ForwardChain.Dropped> dropped(String policy, String... rules)
      throws Exception {
    String save =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD %s [0:0]\n:OUTPUT ACCEPT [0:0]\n:DOCKER - [0:0]\n%s\n"
            .formatted(policy, String.join("\n", rules));
    return ForwardChain.dropped(
        SaveFormat.table(Family.IPV4, TableName.FILTER, save + "COMMIT\n").orElseThrow(),
        List.of(endpoint("10.88.0.9/16", 80), endpoint("10.88.0.9/16", 443)),
        () -> HostAddresses.UNKNOWN);
  }

  /** What is dropped, and by which rule. */
  private static String told(String policy, String... rules) throws Exception {
    Optional<ForwardChain.Dropped> dropped = dropped(policy, rules);
    return dropped
        .map(
            d ->
                d.endpoints().stream().map(e -> Integer.toString(e.port())).toList()
                    + d.rule().map(r -> " " + d.chain() + ": " + r.text()).orElse(""))
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
}
