package io.portmapctl.path.nft;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Effort;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Station;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.nft.NftReader;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.OpenReason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What nft's chains do with packets, one statement after another, and whole rulesets of programs.
 */
@Tag("fast")
class NftStationTest {
  private static final HostAddresses HOST =
      new HostAddresses(
          Optional.of(
              List.of(
                  link("lo", "127.0.0.1/8", "::1/128"),
                  link("eth0", "192.0.2.10/24", "2001:db8::10/64"),
                  link("br-one", "192.168.0.1/24", "fd00::1/64"))));

  private final PacketSpace space = new PacketSpace();

  private static HostInterface link(String name, String... addresses) {
    return new HostInterface(
        name,
        List.of(addresses).stream().map(a -> Cidr.parse(a).orElseThrow()).toList(),
        List.of(),
        true);
  }

  private static NftRuleset ruleset(String name) throws Exception {
    Path file = Path.of("testdata/nft/rulesets", name + ".json");
    return NftReader.read(Files.readString(file, StandardCharsets.ISO_8859_1));
  }

  /** One base chain of family inet, and what else its table has; of a rule its expressions. */
  private static NftRuleset chain(String hook, String policy, String others, String... rules)
      throws Exception {
    StringBuilder json = new StringBuilder("{\"nftables\":[{\"table\":{\"family\":\"inet\",");
    json.append("\"name\":\"t\"}},{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"b\",");
    json.append("\"type\":\"").append(policy.equals("nat") ? "nat" : "filter");
    json.append("\",\"hook\":\"").append(hook).append("\",\"prio\":0,\"policy\":\"");
    json.append(policy.equals("nat") ? "accept" : policy).append("\"}},");
    json.append("{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\"}}").append(others);
    for (String rule : rules) {
      String[] parts = rule.split(": ", 2);
      json.append(",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"");
      json.append(parts[0]).append("\",\"handle\":7,\"expr\":[");
      json.append(parts[1].replace('\'', '"')).append("]}}");
    }
    return NftReader.read(json.append("]}").toString());
  }

  private static String equal(String left, String right) {
    return "{'match':{'op':'==','left':" + left + ",'right':" + right + "}}";
  }

  private static String port(String value) {
    return equal("{'payload':{'protocol':'tcp','field':'dport'}}", value);
  }

  private static String mark(String value) {
    return "{'mangle':{'key':{'meta':{'key':'mark'}},'value':" + value + "}}";
  }

  private Station station(NftRuleset ruleset, String chain) {
    return NftStation.of(ruleset, space, HOST, Family.IPV4, FibLookup.UNKNOWN, "").stream()
        .filter(s -> s.site().chain().equals(chain))
        .findFirst()
        .orElseThrow();
  }

  private List<Part> parts(NftRuleset ruleset, PacketSet packets) {
    return station(ruleset, "b").through(packets, Station.Observer.NOBODY);
  }

  private PacketSet tcp(int port) {
    return space
        .of(Family.IPV4)
        .and(space.of(Field.PROTOCOL, Interval.of(6)))
        .and(space.of(Field.DESTINATION_PORT, Interval.of(port)))
        .and(space.of(Field.STATE, Interval.of(1)))
        .and(space.of(Field.REPLY, Interval.of(0)))
        .and(space.ofMark(0, 0xffffffffL))
        .and(space.ofConnmark(0, 0xffffffffL));
  }

  private PacketSet from(String source, String in, PacketSet set) {
    return set.and(space.of(Field.SOURCE, IpAddress.parse(source).orElseThrow()))
        .and(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(in)));
  }

  private PacketSet to(String destination, PacketSet set) {
    PacketSet there = space.of(Field.DESTINATION, IpAddress.parse(destination).orElseThrow());
    PacketSet here = set.and(there);
    for (Field unset :
        List.of(
            Field.SOURCE_TRANSLATED,
            Field.DESTINATION_TRANSLATED,
            Field.ADDRESS_MOVED,
            Field.PORT_MOVED)) {
      here = here.and(space.of(unset, Interval.of(0)));
    }
    return here;
  }

  /** What a statement before has changed stays changed where one behind it stops the rule. */
  @Test
  void whatWasChangedStaysChanged() throws Exception {
    NftRuleset ruleset =
        chain("prerouting", "drop", "", "b: " + mark("5") + "," + port("80") + ",{'accept':null}");
    List<Part> parts = parts(ruleset, tcp(80).or(tcp(81)));
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.ACCEPTED, Part.Kind.DROPPED);
    assertThat(parts.get(1).packets()).isEqualTo(tcp(81).markChanged(5, 0xffffffffL));
    assertThat(parts.get(0).last().orElseThrow().text().latin1())
        .isEqualTo("meta mark set 0x00000005 tcp dport 80 accept");
  }

  @Test
  void jumpsComeBackAndGotosDoNot() throws Exception {
    String jump = "b: " + port("80") + ",{'jump':{'target':'c'}}";
    String go = "b: " + port("81") + ",{'goto':{'target':'c'}}";
    NftRuleset ruleset =
        chain("input", "drop", "", jump, go, "b: {'accept':null}", "c: " + mark("1"));
    List<Part> parts = parts(ruleset, tcp(80).or(tcp(81)));
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.ACCEPTED, Part.Kind.DROPPED);
    assertThat(parts.get(0).packets()).isEqualTo(tcp(80).markChanged(1, 0xffffffffL));
    assertThat(parts.get(1).packets()).isEqualTo(tcp(81).markChanged(1, 0xffffffffL));
    assertThat(parts.get(1).rules()).as("the policy").isEmpty();
  }

  @Test
  void jumpsStandBeforeWhatDecides() throws Exception {
    NftRuleset ruleset =
        chain(
            "input",
            "accept",
            "",
            "b: {'jump':{'target':'c'}}",
            "c: " + port("80") + ",{'drop':null}");
    Part part = parts(ruleset, tcp(80)).get(0);
    assertThat(part.kind()).isEqualTo(Part.Kind.DROPPED);
    assertThat(part.rules()).extracting(RuleSite::chain).containsExactly("b", "c");
    assertThat(part.rules()).extracting(RuleSite::number).containsExactly(1, 1);
    assertThat(part.rules().get(1).handle()).hasValue(7);
  }

  /** Nobody knows whom a limit lets through: the same packets go both ways. */
  @Test
  void chanceGoesBothWays() throws Exception {
    String limit = "{'limit':{'rate':1,'burst':5,'per':'second'}}";
    NftRuleset ruleset = chain("input", "drop", "", "b: " + limit + ",{'accept':null}");
    List<Part> parts = parts(ruleset, tcp(80));
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.ACCEPTED, Part.Kind.DROPPED);
    assertThat(parts).extracting(Part::packets).containsExactly(tcp(80), tcp(80));
  }

  @Test
  void whatIsNotModelledIsOpenAndNamed() throws Exception {
    NftRuleset ruleset =
        chain(
            "input", "drop", "", "b: " + port("80") + ",{'wonder':{'a':1}}", "b: {'accept':null}");
    List<Part> parts = parts(ruleset, tcp(80).or(tcp(81)));
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.OPEN, Part.Kind.ACCEPTED);
    assertThat(parts.get(0).packets()).isEqualTo(tcp(80));
    assertThat(parts.get(0).open())
        .contains(new OpenReason.UnknownTarget("{\"wonder\":{\"a\":1}}"));
    assertThat(parts.get(1).packets()).as("or the next rule").isEqualTo(tcp(80).or(tcp(81)));
  }

  /** An answer that is not known divides the packets by a question; negated it is the same one. */
  @Test
  void oneQuestionIsAskedOnce() throws Exception {
    String zone = "{'ct':{'key':'zone'}}";
    NftRuleset ruleset =
        chain(
            "input",
            "accept",
            "",
            "b: " + equal(zone, "3") + ",{'drop':null}",
            "b: " + equal(zone, "3").replace("==", "!=") + ",{'drop':null}");
    List<Part> parts = parts(ruleset, tcp(80));
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.DROPPED, Part.Kind.DROPPED);
    assertThat(parts.get(0).packets().meets(parts.get(1).packets())).isFalse();
  }

  @Test
  void whatPacketsChangeIsNotKnown() throws Exception {
    String set =
        ",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"type\":\"inet_service\","
            + "\"flags\":[\"dynamic\"],\"elem\":[80]}}";
    NftRuleset ruleset = chain("input", "accept", set, "b: " + port("'@s'") + ",{'drop':null}");
    assertThat(parts(ruleset, tcp(80)))
        .extracting(Part::kind)
        .containsExactly(Part.Kind.DROPPED, Part.Kind.ACCEPTED);
    NftRuleset steady =
        chain(
            "input",
            "accept",
            set.replace("dynamic", "constant"),
            "b: " + port("'@s'") + ",{'drop':null}");
    assertThat(parts(steady, tcp(80))).extracting(Part::kind).containsExactly(Part.Kind.DROPPED);
    assertThat(parts(steady, tcp(81))).extracting(Part::kind).containsExactly(Part.Kind.ACCEPTED);
  }

  @Test
  void circlesAndDepthEnd() throws Exception {
    NftRuleset ruleset =
        chain("input", "accept", "", "b: {'jump':{'target':'c'}}", "c: {'jump':{'target':'c'}}");
    assertThat(parts(ruleset, tcp(80)))
        .extracting(Part::open)
        .contains(Optional.of(OpenReason.Limit.CIRCLE));
    NftRuleset nowhere = chain("input", "accept", "", "b: {'jump':{'target':'d'}}");
    assertThat(parts(nowhere, tcp(80)).get(0).kind()).isEqualTo(Part.Kind.OPEN);
  }

  /** Rules that tell packets apart in too many ways are not followed for ever. */
  @Test
  void whatIsTooInvolvedIsGivenUp() throws Exception {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      rules.add(
          "b: "
              + equal("{'&':[{'meta':{'key':'mark'}}," + (1 + i * 7919) + "]}", "" + (1 + i * 7919))
              + ","
              + equal("{'payload':{'protocol':'ip','field':'saddr'}}", "'10.0." + i % 250 + ".1'")
              + ","
              + mark("{'^':[{'meta':{'key':'mark'}}," + i * 31 + "]}"));
    }
    PacketSpace bounded = new PacketSpace(new Effort(200_000));
    NftRuleset ruleset = chain("input", "accept", "", rules.toArray(String[]::new));
    List<Part> parts =
        NftStation.of(ruleset, bounded, HOST, Family.IPV4, FibLookup.UNKNOWN, "")
            .get(0)
            .through(bounded.all(), Station.Observer.NOBODY);
    assertThat(parts)
        .extracting(Part::open)
        .containsExactly(Optional.of(OpenReason.Limit.TOO_MANY_STEPS));
  }

  @Test
  void whoKnowsTheRoutesIsAsked() throws Exception {
    String fib = "{'fib':{'result':'oif','flags':['saddr','iif']}}";
    NftRuleset ruleset =
        chain("prerouting", "accept", "", "b: " + equal(fib, "false") + ",{'drop':null}");
    FibLookup routes =
        (packets, asked) ->
            Optional.of(new FibLookup.Answer(packets.and(tcp(80)), packets.and(tcp(81))));
    List<Part> parts =
        NftStation.of(ruleset, space, HOST, Family.IPV4, routes, "")
            .get(0)
            .through(tcp(80).or(tcp(81)), Station.Observer.NOBODY);
    assertThat(parts).extracting(Part::kind).containsExactly(Part.Kind.DROPPED, Part.Kind.ACCEPTED);
    assertThat(parts).extracting(Part::packets).containsExactly(tcp(81), tcp(80));
    assertThat(parts(ruleset, tcp(80))).hasSize(2);
  }

  // ---- programs

  @Test
  void dockerTranslatesItsPortAndDropsWhatIsNotPublished() throws Exception {
    NftRuleset docker = ruleset("docker");
    PacketSet lan = from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8080)));
    Part part = station(docker, "nat-PREROUTING").through(lan, Station.Observer.NOBODY).get(0);
    assertThat(part.kind()).isEqualTo(Part.Kind.TRANSLATED);
    assertThat(part.translation().orElseThrow().text().latin1()).contains("192.168.0.2:80");
    assertThat(part.rules())
        .extracting(RuleSite::chain)
        .containsExactly("nat-PREROUTING", "nat-prerouting-and-output");
    PacketSet direct = from("192.0.2.77", "eth0", to("192.168.0.2", tcp(81)));
    assertThat(station(docker, "raw-PREROUTING").through(direct, Station.Observer.NOBODY))
        .extracting(Part::kind)
        .containsExactly(Part.Kind.DROPPED);
    PacketSet out = direct.and(space.of(Field.OUTPUT_INTERFACE, Interval.ofInterface("br-one")));
    Part dropped = station(docker, "filter-FORWARD").through(out, Station.Observer.NOBODY).get(0);
    assertThat(dropped.kind()).isEqualTo(Part.Kind.DROPPED);
    assertThat(dropped.last().orElseThrow().text().latin1())
        .isEqualTo("counter drop comment \"UNPUBLISHED PORT DROP\"");
  }

  @Test
  void ofCrioTheMapSaysWhereTo() throws Exception {
    PacketSet lan = from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8443)));
    Part part = station(ruleset("crio"), "prerouting").through(lan, Station.Observer.NOBODY).get(0);
    assertThat(part.translation().orElseThrow().text().latin1()).contains("10.85.0.4:443");
    assertThat(
            station(ruleset("crio"), "prerouting")
                .through(
                    from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8444))),
                    Station.Observer.NOBODY))
        .extracting(Part::kind)
        .containsExactly(Part.Kind.ACCEPTED);
  }

  @Test
  void netavarksFirstContainerHasThePort() throws Exception {
    PacketSet lan = from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8080)));
    Part part =
        station(ruleset("netavark"), "PREROUTING").through(lan, Station.Observer.NOBODY).get(0);
    assertThat(part.translation().orElseThrow().text().latin1()).contains("10.88.0.9:80");
    assertThat(part.packets()).isEqualTo(lan.connmarkChanged(0x1000, 0xffffffffL));
  }

  @Test
  void firewalldRejectsWhatNoZoneAllows() throws Exception {
    NftRuleset firewalld = ruleset("firewalld");
    PacketSet lan = from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8443)));
    Station input = station(firewalld, "filter_INPUT");
    assertThat(input.through(lan, Station.Observer.NOBODY))
        .extracting(Part::kind)
        .containsExactly(Part.Kind.ACCEPTED);
    Part refused =
        input
            .through(
                from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8444))), Station.Observer.NOBODY)
            .get(0);
    assertThat(refused.kind()).isEqualTo(Part.Kind.REJECTED);
    Part translated =
        station(firewalld, "nat_PREROUTING")
            .through(
                from("192.0.2.77", "eth0", to("192.0.2.10", tcp(8080))), Station.Observer.NOBODY)
            .get(0);
    assertThat(translated.translation().orElseThrow().text().latin1()).contains("10.88.0.5:80");
  }

  /** Whole families of packets come through whole rulesets, with nothing open. */
  @Test
  void nothingOfTheFieldsProgramsIsOpen() throws Exception {
    for (String name : List.of("docker", "netavark", "portmap", "crio", "firewalld")) {
      for (Family family : Family.values()) {
        PacketSpace whole = new PacketSpace(new Effort(20_000_000));
        for (Station station :
            NftStation.of(ruleset(name), whole, HOST, family, FibLookup.UNKNOWN, "")) {
          PacketSet all = whole.of(family);
          PacketSet together = whole.none();
          for (Part part : station.through(all, Station.Observer.NOBODY)) {
            assertThat(part.kind()).as(name + " " + station.site()).isNotEqualTo(Part.Kind.OPEN);
            together = together.or(part.packets().withoutMarks().withoutQuestions());
          }
          assertThat(all.minus(together).isEmpty()).as(name + " " + station.site()).isTrue();
        }
      }
    }
  }

  @Test
  void chainsOfOtherFamiliesAreNamed() throws Exception {
    NftRuleset statements = ruleset("statements");
    assertThat(LinkStation.of(statements, space, HOST, Family.IPV4, Optional.empty(), ""))
        .extracting(s -> s.site().family() + " " + s.site().table() + " " + s.site().hook())
        .containsExactly("bridge b FORWARD", "netdev n PREROUTING", "arp a POSTROUTING");
    assertThat(NftStation.of(statements, space, HOST, Family.IPV4, FibLookup.UNKNOWN, ""))
        .extracting(s -> s.site().table() + " " + s.site().hook() + " " + s.site().place())
        .as("no dormant table")
        .containsExactly(
            "t POSTROUTING 100", "t PREROUTING -100", "t FORWARD 0", "t PREROUTING -145");
    assertThat(station(statements, "base").site().hook()).isEqualTo(Hook.PREROUTING);
  }
}
