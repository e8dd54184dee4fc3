package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A saved ruleset without what container programs own; all else to the octet. */
@Tag("fast")
class StripTest {
  private static final Path OWN = Path.of("testdata/inputs/strip-own.save");
  private static final Path CONTAINERS = Path.of("testdata/inputs/strip-containers.save");

  @TempDir private Path folder;

  private static String octets(Path file) throws Exception {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private Run strip(String text, String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), text, StandardCharsets.ISO_8859_1);
    List<String> words = new ArrayList<>(List.of("strip", file.toString()));
    words.addAll(List.of(more));
    return Run.of(words.toArray(new String[0]));
  }

  private String stripped(String text, String... more) throws Exception {
    Run run = strip(text, more);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(strip(run.out(), more).out()).isEqualTo(run.out());
    return run.out();
  }

  /** The rules of programs, each table's among the own ones. */
  private static String mixed() throws Exception {
    StringBuilder out = new StringBuilder();
    String containers = octets(CONTAINERS);
    String table = "";
    for (String line : octets(OWN).split("(?<=\n)")) {
      if (line.startsWith("*")) {
        int start = containers.indexOf(line) + line.length();
        table = containers.substring(start, containers.indexOf("COMMIT\n", start));
        out.append(line).append(lines(table, ":"));
        table = table.replaceAll("(?m)^-A", "[1:60] -A");
      } else if (line.equals("COMMIT\n")) {
        out.append(lines(table, "["));
        out.append(line);
      } else {
        out.append(line);
      }
    }
    return out.toString();
  }

  private static String lines(String text, String start) {
    return text.lines()
        .filter(l -> l.startsWith(start))
        .map(l -> l + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void whatOthersOwnStaysToTheOctet() throws Exception {
    assertThat(stripped(mixed())).isEqualTo(octets(OWN));
    String windows = mixed().replace("\n", "\r\n");
    assertThat(stripped(windows)).isEqualTo(octets(OWN).replace("\n", "\r\n"));
    assertThat(strip(octets(OWN)).err()).isEqualTo("Nothing is of container programs.\n");
    assertThat(strip(mixed()).err())
        .isEqualTo(
            "Taken out: 31 chains, 70 rules (cni 17, docker 21, netavark 13, crio 5, kube-proxy"
                + " 14).\n");
  }

  @Test
  void onlyWhatIsAskedFor() throws Exception {
    String left = mixed();
    for (String program : List.of("cni", "docker", "netavark", "crio", "kube-proxy")) {
      String without = stripped(left, "--only", program);
      assertThat(without).isNotEqualTo(left);
      left = without;
    }
    assertThat(left).isEqualTo(octets(OWN));
    String cni = stripped(mixed(), "--only", "CNI");
    assertThat(cni).contains("DOCKER", "NETAVARK", "KUBE-").doesNotContain("CNI-HOSTPORT");
    assertThat(strip(mixed(), "--only", "firewalld").exit()).isEqualTo(2);
  }

  /** A chain that docker makes for the user goes where the user has put nothing into it. */
  @Test
  void chainsForUsersStayWithTheirRules() throws Exception {
    String empty =
        "*filter\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n"
            + "-A DOCKER-USER -j RETURN\nCOMMIT\n";
    assertThat(stripped(empty)).isEqualTo("*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n");
    String used =
        empty.replace(
            "-A DOCKER-USER", "-A DOCKER-USER -s 192.0.2.1/32 -j DROP\n-A" + " DOCKER-USER");
    assertThat(stripped(used)).isEqualTo(used);
  }

  @Test
  void whatIsQuotedIsNoTarget() throws Exception {
    String text =
        "*nat\n:PREROUTING ACCEPT [0:0]\n"
            + "-A PREROUTING -m comment --comment -j -j ACCEPT\n"
            + "-A PREROUTING -m comment --comment \"a \\\" -j CNI-FORWARD\n-A PREROUTING -j DOCKER"
            + "\nCOMMIT\n\" -j ACCEPT\n"
            + "-A PREROUTING -m comment --comment \"\u00e4\u00ff\" -j ACCEPT\nCOMMIT\n";
    assertThat(stripped(text)).isEqualTo(text);
    assertThat(stripped(text.replace("-j ACCEPT\nCOMMIT", "-g DOCKER\nCOMMIT")))
        .isEqualTo(
            text.replace("-A PREROUTING -m comment --comment \"\u00e4\u00ff\" -j ACCEPT\n", ""));
  }

  @Test
  void whatIsNoSavedRulesetIsNamed() throws Exception {
    for (String none : List.of("", "# a comment\n")) {
      assertThat(strip(none).exit()).isEqualTo(3);
      assertThat(strip(none).err())
          .endsWith(": no table in it: expected what iptables-save writes (\"*nat\")\n");
    }
    assertThat(strip("*nat\n:PREROUTING ACCEPT [0:0]\n").err()).contains("COMMIT");
    assertThat(strip("table ip nat {\n}\n").err()).contains("line 1");
    assertThat(strip("*nat\nblah\nCOMMIT\n").err()).contains("line 2").contains("blah");
    assertThat(strip("*nat\n-A X -m comment --comment \"x\nCOMMIT\n").err()).contains("quote");
    assertThat(strip("*nat\nblah\nCOMMIT\n").out()).isEmpty();
    assertThat(Run.of("strip").exit()).isEqualTo(2);
    assertThat(Run.of("strip", "nothing-there").exit()).isEqualTo(3);
    Run piped = Run.with(Map.of(), "*nat\n:X - [0:0]\nCOMMIT\n", List.of("strip", "-", "-q"));
    assertThat(piped).isEqualTo(new Run(0, "*nat\n:X - [0:0]\nCOMMIT\n", ""));
  }

  /** Random rulesets with containers: no line of others goes, and none of ours stays. */
  @Test
  void randomRulesetsKeepTheLinesOfOthers() throws Exception {
    for (int seed = 0; seed < Rounds.of("rounds", 60, 600); seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      String save = SaveFormat.print(make.tableWithContainers(family), true);
      String expected =
          save.lines()
              .filter(l -> !l.matches("(:|(.* )?-A )CNI-.*|.* -[jg] CNI-[^\"]*"))
              .map(l -> l + "\n")
              .collect(Collectors.joining());
      if (save.lines().noneMatch(l -> l.matches(".*(DOCKER|KUBE|NETAVARK).*"))) {
        assertThat(stripped(save)).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }
}
