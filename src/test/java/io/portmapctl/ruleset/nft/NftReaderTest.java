package io.portmapctl.ruleset.nft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.text.Octets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What nft listed as JSON (1.0.6), held to what it listed as text ({@code nft -s -a list ruleset}):
 * the same tables, chains and rules, in the same words. {@code statements} has every statement and
 * expression that the kernel took.
 */
@Tag("fast")
class NftReaderTest {
  private static final Path FOLDER = Path.of("testdata/nft/rulesets");
  private static final Pattern HEAD =
      Pattern.compile("^(table|\\t(?:chain)) (.*?) \\{ # handle (\\d+)$");
  private static final Pattern RULE = Pattern.compile("^\\t\\t(.*) # handle (\\d+)$");

  static NftRuleset ruleset(String name) throws Exception {
    return NftReader.read(
        Files.readString(FOLDER.resolve(name + ".json"), StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "netavark", "portmap", "crio", "firewalld", "statements"})
  void rulesAreWrittenInNftsOwnWords(String name) throws Exception {
    Map<String, String> ours = new LinkedHashMap<>();
    for (NftTable table : ruleset(name).tables()) {
      for (NftChain chain : table.chains()) {
        for (NftRule rule : chain.rules()) {
          String place = table.family() + " " + table.name() + " " + chain.name();
          ours.put(place + " " + rule.handle().orElse(-1), rule.text(table.family()).latin1());
        }
      }
    }
    Map<String, String> theirs = listed(name);
    assertThat(ours.keySet()).isEqualTo(theirs.keySet());
    theirs.entrySet().removeAll(new LinkedHashMap<>(ours).entrySet());
    theirs.replaceAll((place, words) -> words + " but was " + ours.get(place));
    assertThat(theirs.values()).isEmpty();
  }

  /** The rules of the text, by table, chain and handle. */
  private static Map<String, String> listed(String name) throws Exception {
    Map<String, String> rules = new LinkedHashMap<>();
    String table = "";
    String chain = "";
    for (String line :
        Files.readAllLines(FOLDER.resolve(name + ".txt"), StandardCharsets.ISO_8859_1)) {
      Matcher head = HEAD.matcher(line);
      Matcher rule = RULE.matcher(line);
      if (head.matches() && head.group(1).equals("table")) {
        table = head.group(2);
      } else if (head.matches()) {
        chain = head.group(2).replace("chain ", "");
      } else if (line.startsWith("\t") && !line.startsWith("\t\t") && line.endsWith("}")) {
        chain = "";
      } else if (rule.matches() && !chain.isEmpty()) {
        rules.put(table + " " + chain + " " + rule.group(2), rule.group(1));
      }
    }
    return rules;
  }

  /** What programs of the field make is modelled wholly. */
  @ParameterizedTest
  @ValueSource(strings = {"docker", "netavark", "portmap", "crio", "firewalld"})
  void nothingOfTheFieldsProgramsIsUnknown(String name) throws Exception {
    List<String> unknown = new ArrayList<>();
    for (NftTable table : ruleset(name).tables()) {
      assertThat(table.iptables())
          .isEqualTo(table.family().equals("ip") && name.equals("firewalld"));
      assertThat(table.isFollowed()).isTrue();
      if (table.iptables()) { // a direct rule: firewalld has iptables make it
        continue;
      }
      for (NftChain chain : table.chains()) {
        for (NftRule rule : chain.rules()) {
          for (Statement statement : rule.statements()) {
            if (statement.toString().contains("Unknown[")) {
              unknown.add(statement.toString());
            }
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void chainsSayWhereTheyAreCalled() throws Exception {
    NftTable table = ruleset("docker").tables().get(0);
    NftChain raw = table.chain(new Octets("raw-PREROUTING")).orElseThrow();
    assertThat(raw.base()).contains(new NftChain.Base("filter", "prerouting", -300, false));
    assertThat(table.chain(new Octets("nat-prerouting-and-output")).orElseThrow().base()).isEmpty();
    assertThat(ruleset("statements").tables())
        .extracting(NftTable::family)
        .containsExactly("inet", "ip", "bridge", "netdev", "arp");
    assertThat(ruleset("statements").tables())
        .extracting(NftTable::dormant)
        .containsExactly(false, true, false, false, false);
  }

  @Test
  void setsSayWhatMayChange() throws Exception {
    Map<Octets, NftSet> sets = ruleset("statements").tables().get(0).sets();
    assertThat(sets.get(new Octets("dyn")).dynamic()).as("rules add to it").isTrue();
    NftSet expiring = sets.get(new Octets("to"));
    assertThat(expiring.dynamic()).isFalse();
    assertThat(expiring.elements()).singleElement().matches(Element::expires);
    assertThat(sets.get(new Octets("s4")).elements()).noneMatch(Element::expires).hasSize(2);
  }

  /**
   * Tables that iptables-nft made are known by their shape; what nft wrote into one, and iptables
   * does not print as it is, makes it one of nft.
   */
  @Test
  void tablesOfIptablesAreKnown() throws Exception {
    String xt = "{\"xt\":{\"type\":\"match\",\"name\":\"recent\"}}";
    assertThat(iptables("PREROUTING", xt)).isTrue();
    assertThat(iptables("PREROUTING", port("80"))).isTrue();
    assertThat(iptables("prerouting", port("80"))).isFalse();
    assertThat(iptables("PREROUTING", port("{\"set\":[80,81]}"))).isFalse();
    assertThat(iptables("PREROUTING", xt + ",{\"dnat\":{\"addr\":\"1.2.3.4\"}}")).isFalse();
  }

  private static String port(String value) {
    return "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},"
        + "\"right\":"
        + value
        + "}},{\"counter\":{\"packets\":0,\"bytes\":0}}";
  }

  private static boolean iptables(String chain, String rule) throws Exception {
    String table = "\"family\":\"ip\",\"table\":\"nat\",";
    String json =
        "{\"nftables\":[{\"table\":{\"family\":\"ip\",\"name\":\"nat\"}},{\"chain\":{"
            + table
            + "\"name\":\""
            + chain
            + "\",\"type\":\"nat\",\"hook\":\"prerouting\",\"prio\":-100,\"policy\":\"accept\"}},"
            + "{\"rule\":{"
            + table
            + "\"chain\":\""
            + chain
            + "\",\"expr\":["
            + rule
            + "]}}]}";
    return NftReader.read(json).tables().get(0).iptables();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| NO_JSON 1",
        "{\"nftables\": | NO_JSON 1",
        "{\"nftables\": []} {} | NO_JSON 1",
        "{} | NO_RULESET ",
        "[] | NO_RULESET ",
        "{\"nftables\": 1} | NO_RULESET ",
        "{\"nftables\": [{\"table\": {\"name\": \"x\"}}]} | INCOMPLETE $.nftables[0].table.family",
        "{\"nftables\": [{\"rule\": {\"family\": \"ip\", \"table\": \"x\", \"chain\": \"c\"}}]}"
            + " | INCOMPLETE $.nftables[0].rule.chain",
        "{\"nftables\": [1, {\"chain\": {\"family\": \"ip\", \"table\": \"x\"}}]}"
            + " | INCOMPLETE $.nftables[1].chain.name"
      })
  void faultsNameTheirPlace(String line) {
    String[] parts = line.split("\\| ", -1);
    assertThatThrownBy(() -> NftReader.read(parts[0]))
        .isInstanceOf(NftFormatException.class)
        .hasMessage(parts[1]);
  }

  @Test
  void whatIsNestedTooDeepIsRefused() {
    String deep = "{\"nftables\": " + "[".repeat(500) + "]".repeat(500) + "}";
    assertThatThrownBy(() -> NftReader.read(deep)).hasMessage("TOO_DEEP 1");
  }

  /** What nobody has modelled keeps its words. */
  @Test
  void whatIsUnknownKeepsItsWords() throws Exception {
    String rule =
        "{\"nftables\":[{\"table\":{\"family\":\"ip\",\"name\":\"x\"}},{\"chain\":{\"family\":"
            + "\"ip\",\"table\":\"x\",\"name\":\"c\"}},{\"rule\":{\"family\":\"ip\",\"table\":\"x\","
            + "\"chain\":\"c\",\"expr\":[{\"match\":{\"op\":\"==\",\"left\":{\"osf\":{\"key\":"
            + "\"name\"}},\"right\":\"Linux\"}},{\"wonder\":{\"a\":[1,true,null,\"b\"]}}]}}]}";
    NftRule read = NftReader.read(rule).tables().get(0).chains().get(0).rules().get(0);
    assertThat(read.statements().get(1))
        .isEqualTo(new Statement.Unknown("wonder", "{\"wonder\":{\"a\":[1,true,null,\"b\"]}}"));
    assertThat(read.text("ip").latin1())
        .isEqualTo("{\"osf\":{\"key\":\"name\"}} Linux {\"wonder\":{\"a\":[1,true,null,\"b\"]}}");
  }
}
