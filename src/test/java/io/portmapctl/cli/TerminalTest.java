package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Run;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others wrote reaches no terminal raw: words that a terminal would obey, in every place where
 * others write, through everything that is printed there.
 */
@Tag("fast")
class TerminalTest {
  private static final String GOOD =
      "{\"containerID\":\"5f3c\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"0.3.1\",\"name\":\"web\","
          + "\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,"
          + "\"containerPort\":80}]},\"prevResult\":{\"ips\":[{\"version\":\"4\","
          + "\"address\":\"10.1.1.5/24\"}]}}}";

  /** Each as the octets of a ruleset. */
  private static final Map<String, String> WORDS =
      Map.of(
          "a title (OSC)",
          "\u001b]0;x\u0007",
          "C1 in UTF-8",
          octets("\u009b2J"),
          "C1 as a byte",
          "\u009b2J",
          "right to left",
          octets("\u202eabc\u2066"),
          "hidden",
          octets("a\u200b\ufeff\udb40\udc41"),
          "DEL and backspaces",
          "abc\b\b\b\u007f",
          "a carriage return",
          "abc\rOK",
          "a line separator",
          octets("a\u2028b"));

  /** For each place the ruleset that has a word there. */
  private static final Map<String, Function<String, String>> PLACES = new LinkedHashMap<>();

  static {
    PLACES.put("comment of a stranger", w -> save("", rule("x" + w)));
    PLACES.put(
        "comment of a rule before ours",
        w ->
            save(
                "",
                "-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment \""
                    + w
                    + "\" -j REDIRECT --to-ports 1\n"));
    PLACES.put("chain of a stranger", w -> save(":X" + bare(w) + " - [0:0]\n", ""));
    PLACES.put(
        "chain of a stranger that takes the port",
        w ->
            save(
                ":X" + bare(w) + " - [0:0]\n",
                "-A PREROUTING -p tcp -m tcp --dport 80 -j X"
                    + bare(w)
                    + "\n-A X"
                    + bare(w)
                    + " -j DNAT --to-destination 10.9.9.9:9\n"));
    PLACES.put("network in an entry", w -> save("", entry(w, "5f3d")));
    PLACES.put("container in an entry", w -> save("", entry("web", w)));
    PLACES.put(
        "words of a match that is not modelled",
        w -> save("", "-A PREROUTING -m string --string \"" + w + "\" --algo bm -j ACCEPT\n"));
    PLACES.put("what is no ruleset", w -> "*nat\n" + w + "\nCOMMIT\n");
    PLACES.put("an unknown target", w -> save("", "-A PREROUTING -j Y" + bare(w) + "\n"));
  }

  @TempDir private Path folder;

  private static String octets(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Without what ends a word. */
  private static String bare(String word) {
    return word.replace(";", "").replace(" ", "");
  }

  private static String rule(String comment) {
    return "-A OUTPUT -m comment --comment \"" + comment + "\" -j RETURN\n";
  }

  private static String save(String chains, String rules) {
    String one;
    try {
      one = Files.readString(Path.of("testdata/inputs/one-container.save"));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    int first = one.indexOf("-A ");
    return one.substring(0, first) + chains + rules + one.substring(first);
  }

  private static String entry(String network, String container) {
    return "-A CNI-HOSTPORT-DNAT -m comment --comment \"dnat name: \\\""
        + network
        + "\\\" id: \\\""
        + container
        + "\\\"\" -j CNI-DN-000424c9342b4af4c305b\n";
  }

  private List<List<String>> commands(String ruleset) {
    String document = folder.resolve("document").toString();
    List<List<String>> all = new ArrayList<>();
    for (String line :
        List.of(
            "list",
            "list -o wide",
            "list -o json",
            "check SOURCE",
            "check SOURCE -o json",
            "add SOURCE",
            "add SOURCE --verbose",
            "add SOURCE -o json",
            "add SOURCE -o save",
            "add SOURCE -o restore",
            "add SOURCE -o commands --force",
            "del SOURCE --prune",
            "del --chain CNI-DN-000424c9342b4af4c305b -o commands",
            "gc SOURCE --all-networks",
            "explain SOURCE",
            "explain SOURCE -o json",
            "explain -o dot",
            "explain --port 80",
            "explain --port 80 -o json",
            "explain --packet PACKET --local-address 192.0.2.10 --verbose",
            "explain --packet PACKET --local-address 192.0.2.10 -o json",
            "explain --packet PACKET --local-address 192.0.2.10 -o dot")) {
      List<String> words = new ArrayList<>();
      for (String word : line.split(" ")) {
        words.add(
            word.replace("SOURCE", document)
                .replace("PACKET", "tcp 203.0.113.9:40000 -> 192.0.2.10:80"));
      }
      words.addAll(List.of("--family", "ipv4", "--ruleset", ruleset));
      all.add(words);
    }
    return all;
  }

  /** What a terminal would obey in octets; a byte that is no UTF-8 as well. */
  private static String obeyed(String octets) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
              .toString();
    } catch (CharacterCodingException e) {
      return "bytes that are no UTF-8";
    }
    StringBuilder found = new StringBuilder();
    text.codePoints()
        .filter(c -> c != '\n')
        .filter(
            c ->
                c < 32
                    || c >= 127 && c < 160
                    || Character.getType(c) == Character.FORMAT
                    || c == 0x2028
                    || c == 0x2029)
        .forEach(c -> found.append(String.format("U+%04X ", c)));
    return found.toString();
  }

  private static Run run(List<String> words, String stdin) {
    return Run.of(true, Map.of("NO_COLOR", "1", "COLUMNS", "120"), stdin, words);
  }

  @Test
  void whatOthersWroteIntoRules() throws Exception {
    Files.writeString(folder.resolve("document"), GOOD);
    SoftAssertions all = new SoftAssertions();
    ObjectMapper json = new ObjectMapper();
    int seen = 0;
    for (Map.Entry<String, Function<String, String>> place : PLACES.entrySet()) {
      for (Map.Entry<String, String> word : WORDS.entrySet()) {
        Path file = folder.resolve("ruleset");
        Files.write(
            file, place.getValue().apply(word.getValue()).getBytes(StandardCharsets.ISO_8859_1));
        for (List<String> words : commands(file.toString())) {
          String name = place.getKey() + ", " + word.getKey() + ": " + words;
          Run run = run(words, "");
          all.assertThat(run.exit()).as(name).isNotEqualTo(70);
          all.assertThat(obeyed(run.out())).as(name).isEmpty();
          all.assertThat(obeyed(octets(run.err()))).as(name).isEmpty();
          if (words.contains("json") && !run.out().isEmpty()) {
            json.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
          }
          seen += run.out().contains("\\") || run.err().contains("\\") ? 1 : 0;
        }
      }
    }
    all.assertAll();
    assertThat(seen).as("answers with a word that was made visible").isGreaterThan(300);
  }

  @Test
  void namesOfFilesAndWhatDocumentsHold() throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (Map.Entry<String, String> each : WORDS.entrySet()) {
      if (each.getKey().equals("C1 as a byte")) {
        continue; // a name of a file is text to Java
      }
      String word =
          new String(each.getValue().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      Path odd = folder.resolve("f" + word.replace("/", ""));
      String text = new ObjectMapper().writeValueAsString(word);
      List<String> documents =
          List.of(
              "{",
              text,
              "{" + text + ":1}",
              "{\"type\":" + text + ",\"name\":\"n\"}",
              "{\"type\":\"portmap\",\"name\":" + text + ",\"cniVersion\":" + text + "}",
              GOOD.replace("\"web\"", text),
              GOOD.replace("\"5f3c\"", text),
              GOOD.replace("10.1.1.5", word.replaceAll("\\p{Cntrl}", "")));
      for (String document : documents) {
        Files.writeString(odd, document);
        Path folderOf = Files.createDirectories(folder.resolve("in" + word));
        Files.writeString(folderOf.resolve("x" + word), document);
        for (String line :
            List.of(
                "add FILE --ruleset empty",
                "add FILE --ruleset empty -o json",
                "add FOLDER --ruleset empty --verbose",
                "add FILE --ruleset empty -o document",
                "del FILE --ruleset empty",
                "gc FOLDER --ruleset empty --verbose",
                "list --ruleset FILE",
                "list --ruleset empty --attachments FILE",
                "list --host FILE",
                "list --ruleset FILE -o json",
                "explain --packet PACKET --ruleset empty --addresses FILE",
                "add --ruleset empty --net FILE --container-id FILE --ip FILE -p FILE",
                "add --ruleset empty --FILE",
                "FILE",
                "list --port FILE --ruleset empty",
                "explain --packet FILE --ruleset empty",
                "add FILE --ruleset empty --host-interface FILE",
                "check /no/FILE --ruleset empty")) {
          List<String> words = new ArrayList<>();
          for (String w : line.split(" ")) {
            words.add(
                w.replace("FILE", w.startsWith("/no/") ? word : odd.toString())
                    .replace("FOLDER", folderOf.toString())
                    .replace("PACKET", "tcp 203.0.113.9:40000 -> 192.0.2.10:80"));
          }
          Run run = run(words, "");
          String name = each.getKey() + ", " + document + ": " + line;
          all.assertThat(run.exit()).as(name).isNotEqualTo(70);
          all.assertThat(obeyed(run.out())).as(name).isEmpty();
          all.assertThat(obeyed(octets(run.err()))).as(name).isEmpty();
        }
      }
    }
    all.assertAll();
  }
}
