package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.explain.Cause;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.Endpoint;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever decides is told, with a cure where one is known. */
@Tag("fast")
class EndingJsonTest {
  private static final IpAddress TO = IpAddress.parse("10.0.0.2").orElseThrow();

  private static JsonNode told(Ending.Kind kind, Ending.Why why, DecidedBy by, boolean back)
      throws Exception {
    Cause.Ended ended =
        new Cause.Ended(
            new Ending(kind, why, by, back, Optional.empty()),
            Family.IPV4,
            IpProtocol.TCP,
            Endpoint.of(TO, 80),
            Optional.empty());
    return new ObjectMapper().readTree(JsonText.document(json -> EndingJson.write(json, ended)));
  }

  private static RuleSite rule(RuleEngine engine, String family, String table, String text) {
    return new RuleSite(
        engine,
        family,
        table,
        "FORWARD",
        3,
        OptionalLong.of(7),
        new Octets(text),
        Optional.empty());
  }

  @Test
  void whatDecidesIsNamedWithItsCure() throws Exception {
    Object[][] cases = {
      {
        Ending.Kind.DROPPED,
        Ending.Why.RULES,
        new DecidedBy.ByRule(rule(RuleEngine.LEGACY, "ip", "filter", "-j DROP")),
        "iptables-legacy -I FORWARD 3 -d 10.0.0.2 -p tcp --dport 80 -j ACCEPT"
      },
      {
        Ending.Kind.DROPPED,
        Ending.Why.RULES,
        new DecidedBy.ByRule(rule(RuleEngine.NFTABLES, "inet", "fw", "drop")),
        "nft insert rule inet fw FORWARD handle 7 ip daddr 10.0.0.2 tcp dport 80 accept"
      },
      {
        Ending.Kind.DROPPED,
        Ending.Why.RULES,
        new DecidedBy.ByPolicy(
            new ChainSite(
                RuleEngine.IPTABLES_NFT, "ip", "filter", "FORWARD", Hook.FORWARD, 0, false)),
        "iptables-nft -I FORWARD -d 10.0.0.2 -p tcp --dport 80 -j ACCEPT; iptables-nft -I FORWARD"
            + " -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
      },
      {
        Ending.Kind.NOT_ROUTED,
        Ending.Why.NOT_FORWARDING,
        new DecidedBy.BySetting("net/ipv4/ip_forward", Optional.of("0")),
        "sysctl -w net.ipv4.ip_forward=1"
      },
      {
        Ending.Kind.NOT_ROUTED,
        Ending.Why.LOCALNET,
        new DecidedBy.BySetting("net/ipv4/conf/eth0.5/route_localnet", Optional.of("0")),
        "sysctl -w net/ipv4/conf/eth0.5/route_localnet=1"
      },
      {
        Ending.Kind.NOT_ROUTED,
        Ending.Why.NO_ROUTE,
        new DecidedBy.ByRoute("", TO),
        "ip route add 10.0.0.2, with the way to it"
      },
      {
        Ending.Kind.NOT_ROUTED,
        Ending.Why.LINK,
        new DecidedBy.ByLink("br0", DecidedBy.ByLink.Fault.DOWN),
        "ip link set br0 up"
      },
      {
        Ending.Kind.DROPPED,
        Ending.Why.NO_HAIRPIN,
        new DecidedBy.ByBridgePort("br0", Optional.of("veth1")),
        "ip link set veth1 type bridge_slave hairpin on"
      },
      {
        Ending.Kind.NO_ANSWER,
        Ending.Why.NEIGHBOUR,
        new DecidedBy.ByNeighbour(TO, "br0", Optional.empty()),
        "see whether the container is there, and has 10.0.0.2"
      },
      {
        Ending.Kind.REJECTED,
        Ending.Why.NOBODY_LISTENS,
        new DecidedBy.BySocket(Optional.empty()),
        "start the program that is to listen there"
      },
      {
        Ending.Kind.REJECTED,
        Ending.Why.NOBODY_LISTENS,
        new DecidedBy.ByContainer(
            TO,
            80,
            "tcp",
            Optional.of("/run/netns/c1"),
            DecidedBy.ByContainer.Fault.LOOPBACK_ONLY,
            "127.0.0.1"),
        "have it listen on 0.0.0.0:80, or at 10.0.0.2:80"
      },
      {Ending.Kind.DELIVERED, Ending.Why.HERE, DecidedBy.Nothing.NOTHING, null},
    };
    Set<String> kinds = new TreeSet<>();
    for (Object[] one : cases) {
      JsonNode json = told((Ending.Kind) one[0], (Ending.Why) one[1], (DecidedBy) one[2], false);
      kinds.add(json.get("decidedBy").get("kind").asText());
      assertThat(json.get("disposition").asText()).isEqualTo(((Ending.Kind) one[0]).id());
      assertThat(json.get("cure").isNull() ? null : json.get("cure").asText())
          .as("%s", json)
          .isEqualTo(one[3]);
      boolean works = one[0] == Ending.Kind.DELIVERED;
      assertThat(json.get("result").asText()).isEqualTo(works ? "works" : "fails");
    }
    assertThat(kinds)
        .containsExactly(
            "bridge-port",
            "container",
            "link",
            "neighbour",
            "nothing",
            "policy",
            "route",
            "rule",
            "socket",
            "sysctl");
  }

  @Test
  void theAnswersWayIsMendedForAnswers() throws Exception {
    DecidedBy by = new DecidedBy.ByRule(rule(RuleEngine.IPTABLES, "ip", "filter", "-j DROP"));
    JsonNode json = told(Ending.Kind.NO_ANSWER, Ending.Why.RULES, by, true);
    assertThat(json.get("onTheWayBack").asBoolean()).isTrue();
    assertThat(json.get("decidedBy").get("variant").isNull()).isTrue();
    assertThat(json.get("decidedBy").get("index").asInt()).isEqualTo(3);
    assertThat(json.get("decidedBy").get("rule").asText()).isEqualTo("-j DROP");
    assertThat(json.get("cure").asText())
        .isEqualTo("iptables -I FORWARD 3 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT");
  }
}
