package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What check says of others' rules around a mapping, each found wrong once, and list of some. */
@Tag("fast")
class ShadowedTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> MAPPING =
      List.of("--net", "web", "--container-id", "c1", "--ip", "10.89.5.6/24", "-p", "8080:80");

  private static final String OURS = "-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT";

  @TempDir private Path folder;

  /**
   * A ruleset with the mapping and others' rules.
   *
   * @param layout mark or snat
   * @param more what is given beside the mapping
   * @param foreign rules as {@code CHAIN rule}, put first in their chain; {@code +CHAIN rule} puts
   *     one last
   */
  private Path ruleset(String layout, List<String> more, String... foreign) throws IOException {
    List<String> args = new ArrayList<>(List.of("add", "--layout", layout, "--family", "ipv4"));
    args.addAll(MAPPING);
    args.addAll(more);
    Path start = folder.resolve("start.save");
    Files.writeString(
        start,
        "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
            + ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:EXT - [0:0]\nCOMMIT\n");
    args.addAll(List.of("--ruleset", start.toString(), "-o", "save"));
    Run plan = Run.with(Map.of(), "", args);
    assertThat(plan.exit()).as(plan.err()).isZero();
    List<String> lines = new ArrayList<>(plan.out().lines().toList());
    int at = first(lines);
    for (String one : foreign) {
      boolean last = one.startsWith("+");
      String rule = last ? one.substring(1) : one;
      String chain = rule.substring(0, rule.indexOf(' '));
      if (lines.stream().noneMatch(l -> l.startsWith(":" + chain + " "))) {
        lines.add(1, ":" + chain + " - [0:0]");
        at++;
      }
      lines.add(last ? lines.indexOf("COMMIT") : at++, "-A " + rule);
    }
    Path file = folder.resolve("ruleset.save");
    Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1);
    return file;
  }

  private static int first(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("-A ") || lines.get(i).equals("COMMIT")) {
        return i;
      }
    }
    throw new AssertionError(lines);
  }

  private JsonNode check(String layout, List<String> more, Path ruleset) throws IOException {
    List<String> args = new ArrayList<>(List.of("check", "--layout", layout, "--family", "ipv4"));
    args.addAll(MAPPING);
    args.addAll(more);
    args.addAll(List.of("--ruleset", ruleset.toString(), "-o", "json"));
    Run run = Run.with(Map.of(), "", args);
    JsonNode json = JSON.readTree(run.out());
    boolean ok = json.get("ok").asBoolean();
    assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(ok ? 0 : 1);
    return json;
  }

  private void is(String status, String layout, List<String> more, String... foreign)
      throws IOException {
    JsonNode json = check(layout, more, ruleset(layout, more, foreign));
    JsonNode found = json.get("attachments").get(0);
    String name = String.join("; ", foreign) + "\n" + json.toPrettyString();
    assertThat(found.get("status").asText()).as(name).isEqualTo(status);
    // what mends it never takes away a rule of others
    for (JsonNode line : json.get("mend")) {
      for (String rule : foreign) {
        String text = rule.substring(rule.indexOf(' ') + 1);
        assertThat(line.asText()).as(name).doesNotEndWith(" " + text);
      }
    }
  }

  private void is(String status, String... foreign) throws IOException {
    is(status, "mark", List.of(), foreign);
  }

  @Test
  void whatTakesNothingIsNoAlarm() throws IOException {
    is("ok");
    // docker published the same port on localhost alone
    is(
        "ok",
        "PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
        "+DOCKER -i docker0 -j RETURN",
        "+DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT"
            + " --to-destination 172.17.0.2:80");
    is("ok", "PREROUTING ! -s 10.0.0.0/8 -j X", "+X -s 10.1.0.0/16 -j ACCEPT");
    is("ok", "PREROUTING ! -i eth0 -j X", "+X -i eth0 -j ACCEPT");
    is("ok", "PREROUTING -i lo -j ACCEPT");
    is("ok", "OUTPUT -o eth0 -j ACCEPT");
    is(
        "ok",
        "PREROUTING -j X",
        "+X -s 0.0.0.0/1 -j RETURN",
        "+X -s 128.0.0.0/1 -j RETURN",
        "+X -j ACCEPT");
    is(
        "ok",
        "POSTROUTING -g Y",
        "+Y -s 10.89.5.0/24 -j MASQUERADE",
        "+Y -s 127.0.0.0/8 -j MASQUERADE");
    is("ok", "PREROUTING -p udp -m udp --dport 8080 -j ACCEPT", "PREROUTING -p tcp -j LOG");
    is("ok", "PREROUTING -m recent --set --name x --rsource");
    is("ok", "PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    is("ok", "POSTROUTING -s 192.168.0.0/16 ! -o eth0 -j MASQUERADE");
    is("ok", "CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x1/0x1");
  }

  @Test
  void whatTakesSomeIsPartly() throws IOException {
    is("partly-shadowed", "PREROUTING -i tailscale0 -j ACCEPT");
    is(
        "partly-shadowed",
        "PREROUTING -p tcp -m multiport --sports 1:100,40000:50000 -j X",
        "+X -p tcp -m tcp --sport 40000:41000 -j ACCEPT");
    is("partly-shadowed", "PREROUTING -j X", "+X ! -s 10.1.0.0/16 -j RETURN", "+X -j ACCEPT");
    is("partly-shadowed", "PREROUTING -s 198.51.100.0/24 -j ACCEPT");
    is("partly-shadowed", "POSTROUTING -s 10.89.5.7/32 -j ACCEPT");
    is("partly-shadowed", "OUTPUT -d 127.0.0.0/8 -j ACCEPT");
    is("partly-shadowed", "CNI-HOSTPORT-MASQ -j MASQUERADE");
  }

  @Test
  void whatTakesAllIsNamed() throws IOException {
    is("shadowed", "PREROUTING -j ACCEPT");
    is("shadowed", "PREROUTING -p tcp -m tcp --dport 8000:9000 -j REDIRECT --to-ports 81");
    is("shadowed", "OUTPUT -p tcp -m multiport --dports 1,8080 -j RETURN");
    is("shadowed", "PREROUTING -j X", "+X -m set --match-set y src -j ACCEPT", "+X -j ACCEPT");
    is("shadowed", "PREROUTING -g X", "+X -p udp -j ACCEPT");
    is("shadowed", "CNI-HOSTPORT-DNAT -j CNI-HOSTPORT-OTHER", "+CNI-HOSTPORT-OTHER -j ACCEPT");
    is("shadowed", "PREROUTING -p tcp -m recent --set --name x --rsource -m tcp -j ACCEPT");
    // both halves of chance end elsewhere
    is(
        "shadowed",
        "PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j DNAT"
            + " --to-destination 10.0.0.1:1",
        "PREROUTING -p tcp -j RETURN");
  }

  @Test
  void whatChanceDecidesIsOpen() throws IOException {
    is("open", "PREROUTING -m limit --limit 1/sec -j ACCEPT");
    is("open", "PREROUTING -j X", "+X -m limit --limit 1/sec -j RETURN", "+X -j ACCEPT");
    is("open", "PREROUTING -m set --match-set x src -j ACCEPT");
    is("open", "PREROUTING -m mark --mark 0x5 -j ACCEPT");
  }

  @Test
  void theMasqueradeIsJudged() throws IOException {
    for (String layout : List.of("mark", "snat")) {
      is("shadowed", layout, List.of(), "POSTROUTING -m conntrack --ctstate DNAT -j ACCEPT");
      is("shadowed", layout, List.of(), "POSTROUTING -j RETURN");
    }
    is("shadowed", "snat", List.of(), "CNI-HOSTPORT-SNAT -j RETURN");
    is("shadowed", "snat", List.of(), "CNI-HOSTPORT-SNAT -j ACCEPT");
    is("shadowed", "POSTROUTING -j MARK --set-xmark 0x0/0x2000");
    is("shadowed", "POSTROUTING -j MARK --set-xmark 0x2000/0x0");
    is("shadowed", "POSTROUTING -j CONNMARK --restore-mark --nfmask 0x2000 --ctmask 0x1");
    is("shadowed", "+CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x0/0xffffffff");
    is("shadowed", "CNI-HOSTPORT-SETMARK -j RETURN");
    is("shadowed", "CNI-HOSTPORT-MASQ -j RETURN");
    List<String> external = List.of("--set-mark-chain", "EXT");
    is("partly-shadowed", "mark", external);
    is("partly-shadowed", "mark", external, "+EXT -j MARK --set-xmark 0x4000/0x4000");
    is(
        "ok",
        "mark",
        external,
        "+EXT -j MARK --set-xmark 0x4000/0x4000",
        "+POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE");
  }

  /** Without our own mark a rule that turns it over would set it: that is no cure. */
  @Test
  void ourOwnMarkIsToBlameForNothing() throws IOException {
    String flip = "-j MARK --set-xmark 0x2000/0x0";
    Path ruleset = ruleset("mark", List.of(), "+CNI-HOSTPORT-SETMARK " + flip);
    JsonNode found = check("mark", List.of(), ruleset).get("attachments").get(0);
    assertThat(found.get("status").asText()).isEqualTo("shadowed");
    assertThat(found.get("shadowedBy").findValuesAsText("rule")).containsOnly(flip);
  }

  @Test
  void aConditionOnTheMarkIsFollowed() throws IOException {
    List<String> marked = List.of("--condition-v4", "-m mark --mark 0x1/0x1");
    is("ok", "mark", marked);
    is("shadowed", "mark", marked, "PREROUTING -j MARK --set-xmark 0x0/0x1");
    is("shadowed", "mark", marked, "PREROUTING -j MARK --set-xmark 0x1/0x0");
    is("ok", "mark", marked, "PREROUTING -j MARK --set-xmark 0x1/0x1");
  }

  /** What check prints last makes it right, and leaves every rule of others where it was. */
  @Test
  void whatMendsItMovesOurs() throws IOException {
    JsonNode json =
        check("mark", List.of(), ruleset("mark", List.of(), "PREROUTING -s 10.0.0.0/8 -j ACCEPT"));
    assertThat(json.get("mend"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "iptables -w -t nat -D PREROUTING " + OURS,
            "iptables -w -t nat -I PREROUTING 1 " + OURS);
    json =
        check(
            "mark",
            List.of(),
            ruleset(
                "mark",
                List.of(),
                "PREROUTING -j DOCKER",
                "+DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80"));
    assertThat(json.get("mend")).isEmpty();
    assertThat(json.get("advice").toString()).contains("DOCKER is docker's");
  }

  @Test
  void listSaysWhatCheckKnows() throws IOException {
    Map<String, String> states =
        Map.of(
            "PREROUTING -j ACCEPT", "shadowed",
            "OUTPUT -p tcp -m tcp --dport 8080 -j RETURN", "shadowed",
            "PREROUTING -s 10.0.0.0/8 -j ACCEPT", "ok",
            "PREROUTING -m limit --limit 1/sec -j ACCEPT", "ok");
    for (String foreign : new TreeSet<>(states.keySet())) {
      Path file = ruleset("mark", List.of(), foreign);
      JsonNode mapping = list(file);
      assertThat(mapping.get("state").asText()).as(foreign).isEqualTo(states.get(foreign));
      assertThat(mapping.has("takenBy")).isEqualTo(states.get(foreign).equals("shadowed"));
    }
    Path file = ruleset("mark", List.of());
    String only =
        Files.readString(file)
            .replace("-A PREROUTING " + OURS, "-A PREROUTING -s 9.9.9.9/32 -j CNI-HOSTPORT-DNAT");
    Files.writeString(file, only);
    assertThat(list(file).get("state").asText()).isEqualTo("incomplete");
  }

  private static JsonNode list(Path file) throws IOException {
    Run run = Run.with(Map.of(), "", List.of("list", "--ruleset", file.toString(), "-o", "json"));
    return JSON.readTree(run.out()).get("mappings").get(0);
  }
}
