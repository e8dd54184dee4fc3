package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.Ternary;
import io.portmapctl.view.PacketWords;
import io.portmapctl.view.ReasonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What no kernel takes, what it alone decides, and what must not take long. */
@Tag("fast")
class TracerTest {
  static final HostAddresses HOST =
      new HostAddresses(
          Optional.of(
              List.of(
                  link("eth0", "192.0.2.1/24", "192.0.2.255"),
                  link("cni0", "10.0.0.1/24", "10.0.0.255"))));

  private static HostInterface link(String name, String address, String broadcast) {
    return new HostInterface(
        name,
        List.of(Cidr.parse(address).orElseThrow()),
        List.of(IpAddress.parse(broadcast).orElseThrow()));
  }

  private static Table table(String... rules) throws Exception {
    List<String> chains = new ArrayList<>();
    for (String rule : rules) {
      String chain = rule.split(" ", 2)[0];
      if (!chains.contains(chain)) {
        chains.add(chain);
      }
    }
    List<String> builtIn = List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");
    StringBuilder out = new StringBuilder("*nat\n");
    builtIn.forEach(c -> out.append(":").append(c).append(" ACCEPT [0:0]\n"));
    chains.stream()
        .filter(c -> !builtIn.contains(c))
        .forEach(c -> out.append(":").append(c).append(" - [0:0]\n"));
    for (String rule : rules) {
      out.append("-A ").append(rule).append('\n');
    }
    return SaveFormat.table(Family.IPV4, TableName.NAT, out + "COMMIT\n").orElseThrow();
  }

  private static Packet packet(String source, String destination) {
    return new Packet(
        Family.IPV4,
        IpProtocol.TCP,
        end(source),
        end(destination),
        PacketInterface.UNKNOWN,
        PacketInterface.UNKNOWN,
        Mark.of(0),
        Ternary.NO);
  }

  private static Endpoint end(String text) {
    int colon = text.indexOf(':');
    return Endpoint.of(
        IpAddress.parse(text.substring(0, colon)).orElseThrow(),
        Integer.parseInt(text.substring(colon + 1)));
  }

  private static Trace follow(HostAddresses host, String... rules) throws Exception {
    return new Tracer(table(rules), host).follow(packet("203.0.113.9:40000", "192.0.2.1:8080"));
  }

  private static List<String> ends(Trace trace) {
    return trace.paths().stream()
        .map(p -> p.disposition().id() + " " + PacketWords.of(p.after()))
        .toList();
  }

  @Test
  void chainsThatLeadInACircleEnd() throws Exception {
    Trace trace = follow(HOST, "PREROUTING -j A", "A -j B", "B -j A", "B -j ACCEPT");
    assertThat(trace.isCertain()).isFalse();
    assertThat(trace.paths().get(0).exits().get(0).open()).contains(OpenReason.Limit.CIRCLE);
    Trace itself = follow(HOST, "PREROUTING -j A", "A -g A");
    assertThat(itself.isCertain()).isFalse();
  }

  /** The chains that translate see the packet that opens a connection, and no later one. */
  @Test
  void aLaterPacketIsTranslatedAsTheFirstWas() throws Exception {
    Table table =
        table(
            "PREROUTING -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DNAT"
                + " --to-destination 10.89.5.7:81",
            "PREROUTING -j MARK --set-xmark 0x1/0xffffffff",
            "PREROUTING -p tcp -m tcp --syn -j DNAT --to-destination 10.89.5.6:80",
            "POSTROUTING -m mark --mark 0x1 -j SNAT --to-source 192.0.2.1");
    Packet packet = packet("203.0.113.9:40000", "192.0.2.1:8080");
    for (boolean established : List.of(false, true)) {
      PacketPath path = new Tracer(table, HOST).follow(packet, established).paths().get(0);
      assertThat(PacketWords.of(path.after())).contains("192.0.2.1:").contains("10.89.5.6:80");
      assertThat(path.after().mark()).isEqualTo(Mark.of(established ? 0 : 1));
    }
  }

  /** Whoever is translated to what it was is none whose source is translated. */
  @Test
  void aSourceThatStaysIsNotTranslated() throws Exception {
    for (String to : List.of("203.0.113.9", "192.0.2.1")) {
      RuleIndex first =
          new RuleIndex(
              table(
                  "PREROUTING -j DNAT --to-destination 10.89.5.6:80",
                  "POSTROUTING -j SNAT --to-source " + to));
      RuleIndex filter = filter(Variant.NFT, "FORWARD -m conntrack --ctstate SNAT -j DROP");
      Tracer tracer =
          new Tracer(
              new Rules(first, List.of(filter), Rules.Written.NOTHING), Ground.of(HOST), true);
      PacketPath path = tracer.follow(packet("203.0.113.9:40000", "192.0.2.1:8080")).paths().get(0);
      assertThat(path.ending().kind() == Ending.Kind.NO_ANSWER).isEqualTo(to.equals("192.0.2.1"));
    }
  }

  /** Both variants' filter tables are called at one priority, and nobody shows in which order. */
  @Test
  void whereTheOrderOfChainsMattersBothAreWays() throws Exception {
    assertThat(deciders("FORWARD -p tcp -j DROP", "FORWARD -j REJECT"))
        .containsExactlyInAnyOrder("nft rule dropped", "legacy rule rejected");
    assertThat(deciders("FORWARD -p tcp -j DROP", "FORWARD -p udp -j REJECT"))
        .containsExactly("nft rule dropped");
    assertThat(
            deciders(
                "FORWARD -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff",
                "FORWARD -m mark --mark 0x1 -j DROP"))
        .containsExactlyInAnyOrder("legacy rule dropped", "forwarded");
    assertThat(
            deciders(
                "FORWARD -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff",
                "FORWARD -m mark --mark 0x2 -j DROP"))
        .containsExactly("forwarded");
  }

  private static List<String> deciders(String nft, String legacy) throws Exception {
    RuleIndex first = new RuleIndex(table("PREROUTING -j DNAT --to-destination 10.89.5.6:80"));
    List<RuleIndex> others = List.of(filter(Variant.NFT, nft), filter(Variant.LEGACY, legacy));
    Tracer tracer =
        new Tracer(new Rules(first, others, Rules.Written.NOTHING), Ground.of(HOST), true);
    return tracer.follow(packet("203.0.113.9:40000", "192.0.2.1:8080")).paths().stream()
        .map(p -> (p.disposition().goesOn() ? "" : by(p.ending().by())) + p.disposition().id())
        .toList();
  }

  private static String by(DecidedBy by) {
    return by instanceof DecidedBy.ByRule rule ? rule.rule().engine().id() + " rule " : "nobody ";
  }

  private static RuleIndex filter(Variant variant, String rule) throws Exception {
    String save =
        "*filter\n"
            + ":INPUT ACCEPT [0:0]\n"
            + ":FORWARD ACCEPT [0:0]\n"
            + ":OUTPUT ACCEPT [0:0]\n"
            + "-A %s\n"
            + "COMMIT\n";
    return new RuleIndex(
        SaveFormat.table(Family.IPV4, TableName.FILTER, save.formatted(rule))
            .orElseThrow()
            .of(variant));
  }

  @Test
  void jumpsThatFanOutEnd() throws Exception {
    List<String> rules = new ArrayList<>(List.of("PREROUTING -j C0"));
    for (int i = 0; i < 40; i++) {
      rules.add("C" + i + " -m recent --name x --rcheck -j C" + (i + 1));
      rules.add("C" + i + " -j C" + (i + 1));
    }
    rules.add("C40 -p udp -j ACCEPT");
    Trace trace = follow(HOST, rules.toArray(new String[0]));
    assertThat(trace.isCertain()).isTrue();
    List<Step> steps = trace.paths().get(0).traversals().get(0).steps();
    assertThat(steps).hasSizeLessThan(1000).anyMatch(Step::again);
  }

  /** The mark tells each way from the others. */
  @Test
  void waysThatMultiplyAreGivenUp() throws Exception {
    List<String> rules = new ArrayList<>(List.of("PREROUTING -j C0"));
    for (int i = 0; i < 30; i++) {
      rules.add("C" + i + " -j C" + (i + 1));
      rules.add("C" + i + " -j MARK --set-xmark 0x" + Integer.toHexString(1 << i) + "/0x0");
      rules.add("C" + i + " -j C" + (i + 1));
    }
    rules.add("C30 -p udp -j ACCEPT");
    Trace trace = follow(HOST, rules.toArray(new String[0]));
    assertThat(trace.isCertain()).isFalse();
    assertThat(trace.paths().get(0).exits().get(0).open())
        .contains(OpenReason.Limit.TOO_MANY_STEPS);
  }

  @Test
  void rulesThatMayMatchDoNotMultiply() throws Exception {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      rules.add(
          "PREROUTING -m statistic --mode random --probability 0.5 -j MARK --set-xmark "
              + "0x"
              + Integer.toHexString(1 << (i % 16))
              + "/0x"
              + Integer.toHexString(1 << (i % 16)));
    }
    rules.add("PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.5:80");
    Trace trace = follow(HOST, rules.toArray(new String[0]));
    assertThat(ends(trace)).containsExactly("forwarded tcp 203.0.113.9:40000 -> 10.0.0.5:80");
    assertThat(trace.isCertain()).isTrue();
    assertThat(trace.paths().get(0).traversals().get(0).steps()).hasSize(1001);
    assertThat(trace.paths().get(0).after().mark().toString()).isEqualTo("0x0/0xffff0000");
  }

  @Test
  void ofTooManyWaysTheLastSaysThatThereAreMore() throws Exception {
    List<String> rules = new ArrayList<>();
    for (int i = 1; i < 200; i++) {
      rules.add(
          "PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j DNAT"
              + " --to-destination 10.0.0."
              + i
              + ":80");
    }
    Trace trace = follow(HOST, rules.toArray(new String[0]));
    assertThat(trace.paths()).hasSize(65);
    PacketPath last = trace.paths().get(64);
    assertThat(last.disposition()).isEqualTo(Disposition.OPEN);
    assertThat(last.ending().open()).contains(OpenReason.Limit.MORE_PATHS);
  }

  @Test
  void whatMayMatchIsFollowedBothWays() throws Exception {
    Trace trace =
        follow(
            HOST,
            "PREROUTING -m statistic --mode random --probability 0.5 -j A",
            "PREROUTING -j DNAT --to-destination 10.0.0.6:80",
            "A -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.5:80");
    assertThat(ends(trace))
        .containsExactly(
            "forwarded tcp 203.0.113.9:40000 -> 10.0.0.5:80",
            "forwarded tcp 203.0.113.9:40000 -> 10.0.0.6:80");
    List<Step> steps = trace.paths().get(0).traversals().get(0).steps();
    assertThat(steps)
        .extracting(Step::result)
        .containsExactly(Ternary.UNKNOWN, Ternary.YES, Ternary.YES);
    assertThat(steps).extracting(Step::certain).containsExactly(true, false, false);
    assertThat(ReasonText.of(trace.why(steps.get(0))))
        .isEqualTo("what -m statistic --mode random --probability 0.5 decides is not known");
  }

  @Test
  void bothWaysToTheSameEndAreOne() throws Exception {
    Trace trace =
        follow(
            HOST,
            "PREROUTING -m statistic --mode random --probability 0.5 -j ACCEPT",
            "PREROUTING -m recent --name x --rcheck -j A",
            "A -m limit --limit 1/sec -j RETURN",
            "A -j MARK --set-xmark 0x1/0x1");
    assertThat(trace.paths()).hasSize(2);
    assertThat(ends(trace)).containsOnly("delivered tcp 203.0.113.9:40000 -> 192.0.2.1:8080");
    assertThat(trace.paths().get(0).after().mark()).isEqualTo(Mark.of(0));
    assertThat(trace.paths().get(1).after().mark().toString()).isEqualTo("0x0/0xfffffffe");
  }

  @Test
  void goToDoesNotComeBackAndReturnDoes() throws Exception {
    Trace trace =
        follow(
            HOST,
            "PREROUTING -j A",
            "PREROUTING -j DNAT --to-destination 10.0.0.9:9",
            "A -g B",
            "A -j DNAT --to-destination 10.0.0.8:8",
            "B -j RETURN",
            "B -j DNAT --to-destination 10.0.0.7:7");
    assertThat(ends(trace)).containsExactly("forwarded tcp 203.0.113.9:40000 -> 10.0.0.9:9");
  }

  @Test
  void unknownTargetsAndPoliciesAreNotGuessed() throws Exception {
    Trace trace = follow(HOST, "PREROUTING -j SOMETHING");
    assertThat(trace.isCertain()).isFalse();
    assertThat(ends(trace)).hasSize(2);
    Trace queue = follow(HOST, "PREROUTING -j NFQUEUE --queue-num 1");
    assertThat(queue.paths()).hasSize(1);
    assertThat(queue.isCertain()).isFalse();
    Table drops =
        SaveFormat.table(Family.IPV4, TableName.NAT, "*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n")
            .orElseThrow();
    Trace dropped = new Tracer(drops, HOST).follow(packet("203.0.113.9:1", "192.0.2.1:8080"));
    assertThat(ends(dropped)).containsExactly("dropped tcp 203.0.113.9:1 -> 192.0.2.1:8080");
  }

  @Test
  void addressesThatAreNotKnownLeaveBothWays() throws Exception {
    Trace trace =
        follow(
            HostAddresses.UNKNOWN,
            "PREROUTING -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.0.0.5:80");
    assertThat(ends(trace))
        .containsExactly(
            "forwarded tcp 203.0.113.9:40000 -> 10.0.0.5:80",
            "delivered tcp 203.0.113.9:40000 -> 192.0.2.1:8080",
            "forwarded tcp 203.0.113.9:40000 -> 192.0.2.1:8080");
    assertThat(trace.takenForOthers()).hasToString("[10.0.0.5]");
  }

  @Test
  void groupsAndLoopbackFromOutsideAreNotGuessed() throws Exception {
    Table table = table("PREROUTING -p udp -j ACCEPT");
    Tracer tracer = new Tracer(table, HOST);
    assertThat(ends(tracer.follow(packet("203.0.113.9:1", "192.0.2.255:8080"))))
        .containsExactly("delivered tcp 203.0.113.9:1 -> 192.0.2.255:8080");
    assertThat(ends(tracer.follow(packet("203.0.113.9:1", "224.0.0.1:8080"))))
        .containsExactly(
            "delivered tcp 203.0.113.9:1 -> 224.0.0.1:8080",
            "forwarded tcp 203.0.113.9:1 -> 224.0.0.1:8080");
    Trace martian = tracer.follow(packet("203.0.113.9:1", "127.0.0.1:8080"));
    assertThat(martian.isCertain()).isFalse();
    assertThat(martian.paths().get(0).ending().open().orElseThrow())
        .isInstanceOf(OpenReason.LoopbackFromOutside.class);
  }

  @Test
  void whatTheHostSendsToItselfPassesOutputAndPostroutingOnly() throws Exception {
    Table table =
        table(
            "OUTPUT -o lo -j MARK --set-xmark 0x1/0x1",
            "OUTPUT -i lo -j DNAT --to-destination 10.0.0.8:8",
            "POSTROUTING -o lo -m mark --mark 0x1 -j ACCEPT",
            "INPUT -j SNAT --to-source 10.0.0.7");
    Trace trace = new Tracer(table, HOST).follow(packet("127.0.0.1:1", "127.0.0.1:8080"));
    assertThat(ends(trace)).containsExactly("delivered tcp 127.0.0.1:1 -> 127.0.0.1:8080");
    assertThat(trace.paths().get(0).traversals())
        .extracting(HookTraversal::hook)
        .containsExactly(Hook.OUTPUT, Hook.POSTROUTING);
  }

  /** What the save format can hold beside one address and one port. */
  @Test
  void rewritesOfAllForms() throws Exception {
    String[][] cases = {
      {"DNAT --to-destination 10.0.0.5", "10.0.0.5:8080"},
      {"DNAT --to-destination :81", "192.0.2.1:81"},
      {"DNAT --to-destination 10.0.0.5-10.0.0.9", "one of 10.0.0.5-10.0.0.9, port 8080"},
      {"DNAT --to-destination 10.0.0.5:80-90", "10.0.0.5"},
      {"DNAT --to-destination 10.0.0.5 --random", "10.0.0.5"},
      {"REDIRECT --to-ports 81", "the address of the interface that it came in through, port 81"},
      {"REDIRECT", "the address of the interface that it came in through, port 8080"},
      {"NETMAP --to 10.0.1.0/24", "an address of 10.0.1.0/24, port 8080"},
    };
    for (String[] one : cases) {
      Trace trace = follow(HOST, "PREROUTING -p tcp -j " + one[0]);
      assertThat(PacketWords.of(trace.paths().get(0).after().destination()))
          .as(one[0])
          .isEqualTo(one[1]);
    }
    String[][] sources = {
      {"SNAT --to-source 192.0.2.9", "192.0.2.9:40000"},
      {"SNAT --to-source 192.0.2.9:1024-2048", "192.0.2.9"},
      {"MASQUERADE", "192.0.2.1:40000"},
      {"MASQUERADE --to-ports 1024-2048", "192.0.2.1"},
      {"MASQUERADE --random-fully", "192.0.2.1"},
    };
    for (String[] one : sources) {
      Table table = table("POSTROUTING -p tcp -j " + one[0]);
      Packet packet = packet("203.0.113.9:40000", "198.51.100.1:8080");
      Trace trace =
          new Tracer(table, HOST)
              .follow(packet.through(PacketInterface.UNKNOWN, PacketInterface.of("eth0")));
      assertThat(PacketWords.of(trace.paths().get(0).after().source()))
          .as(one[0])
          .isEqualTo(one[1]);
    }
  }

  /** Each match that is modelled, with what it says of one packet, and why. */
  @Test
  void everyMatchHasItsAnswerAndReason() throws Exception {
    String[][] cases = {
      {"-s 203.0.113.0/24", "YES", "the source 203.0.113.9 is in 203.0.113.0/24"},
      {"! -s 203.0.113.0/24", "NO", "the source 203.0.113.9 is in 203.0.113.0/24"},
      {"-d 192.0.2.7/32", "NO", "the destination is 192.0.2.1, not 192.0.2.7"},
      {"-i eth+", "UNKNOWN", "where it comes in is not told (is it eth+?)"},
      {"-o eth0", "NO", "it leaves through no interface, not eth0"},
      {"! -o eth0", "YES", "it leaves through no interface, not eth0"},
      {"-p udp", "NO", "the protocol is tcp, not udp"},
      {"-p tcp -m tcp --dport 8000:9000", "YES", "the protocol is tcp, the port is 8080"},
      {"-p tcp -m tcp ! --dport 8080", "NO", "the port is 8080"},
      {"-p tcp -m tcp --sport 1:1023", "NO", "the source port is 40000, not 1:1023"},
      {"-p tcp -m multiport --dports 80,443", "NO", "the port is 8080, not 80,443"},
      {
        "-p tcp -m multiport --ports 80,40000",
        "YES",
        "the protocol is tcp, the ports are 40000 and 8080"
      },
      {
        "-m addrtype --dst-type LOCAL",
        "YES",
        "the destination 192.0.2.1 is an address of this host"
      },
      {
        "-m addrtype --src-type LOCAL",
        "NO",
        "the source 203.0.113.9 is not an address of this host"
      },
      {"-m addrtype --dst-type UNICAST", "NO", "the destination 192.0.2.1 is not of type UNICAST"},
      {"-m addrtype --src-type UNICAST", "YES", "the source 203.0.113.9 is of type UNICAST"},
      {
        "-m addrtype --dst-type BROADCAST",
        "NO",
        "the destination 192.0.2.1 is not of type BROADCAST"
      },
      {"-m mark --mark 0x1/0x1", "NO", "the mark is 0x0, not 0x1/0x1"},
      {"-m mark ! --mark 0x1/0x1", "YES", "the mark is 0x0, not 0x1/0x1"},
      {"-m conntrack --ctstate NEW", "YES", "the connection is new"},
      {"-m state --state ESTABLISHED", "NO", "the connection is new, not ESTABLISHED"},
      {"-m conntrack --ctstate DNAT", "NO", "the connection is new, not DNAT"},
      {
        "-m iprange --src-range 203.0.113.1-203.0.113.8",
        "NO",
        "the source 203.0.113.9 is not in 203.0.113.1-203.0.113.8"
      },
      {
        "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
        "YES",
        "the protocol is tcp, of the flags SYN is set"
      },
      {"-p tcp -m tcp --tcp-flags RST RST", "NO", "of the flags SYN is set, not RST"},
      {"-m comment --comment x", "YES", "it takes every packet"},
      {"-m set --match-set x src", "UNKNOWN", "what -m set --match-set x src decides is not known"},
      {"-m limit --limit 1/sec", "UNKNOWN", "what -m limit --limit 1/sec decides is not known"},
      {
        "-s 10.0.0.0/8 -m set --match-set x src",
        "NO",
        "the source 203.0.113.9 is not in 10.0.0.0/8"
      },
    };
    for (String[] one : cases) {
      Trace trace = follow(HOST, "PREROUTING " + one[0] + " -j ACCEPT");
      Step step = trace.paths().get(0).traversals().get(0).steps().get(0);
      assertThat(step.result().name()).as(one[0]).isEqualTo(one[1]);
      assertThat(ReasonText.of(trace.why(step))).as(one[0]).isEqualTo(one[2]);
    }
  }
}
