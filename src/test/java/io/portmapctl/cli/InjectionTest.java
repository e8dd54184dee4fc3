package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portmapctl.testing.HostileWords;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.PlainTable;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/**
 * Hostile words in every place where others' text enters, on every way out: the planned rules and
 * nothing else, JSON that says the words and parses, shell lines that run nothing of them, and no
 * raw control on a terminal. What comes out is read by {@link PlainTable}, which knows nothing of
 * ours, and by real shells.
 */
@Tag("long")
class InjectionTest {
  private static final int WORDS = Rounds.of("injections", 40, 10_000);

  /** Words of one ruleset. */
  private static final int BATCH = 20;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());

  /** Ours; no word has such a sequence. */
  private static final Pattern COLOUR = Pattern.compile("\033\\[[0-9;]*m");

  private static final List<String> TEXTS =
      List.of("diff", "brief", "json", "restore", "save", "commands");

  @TempDir private Path folder;
  private final Map<String, Integer> counts = new TreeMap<>();

  /** A ruleset in which each word stands in each place, and what becomes of it without ours. */
  private record Ruleset(Path file, String save, List<String> words, List<String> ours) {}

  private static String attachments(int count) {
    StringBuilder all = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      all.append(i == 0 ? "" : ",")
          .append("{\"containerID\":\"c")
          .append(i)
          .append("\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\",")
          .append("\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":")
          .append(10_000 + i)
          .append(",\"containerPort\":80}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[")
          .append("{\"address\":\"10.89.0.")
          .append(i + 2)
          .append("/16\"}]}}}");
    }
    return all.append("]").toString();
  }

  private Ruleset ruleset(Random random, int number) throws Exception {
    Run added =
        Run.with(
            Map.of(),
            attachments(BATCH),
            List.of("add", "-", "--ruleset", "empty", "-o", "save", "--family", "ipv4"));
    assertThat(added.exit()).as(added.err()).isZero();
    List<String> words = new ArrayList<>();
    List<String> ours = new ArrayList<>();
    StringBuilder chains = new StringBuilder();
    StringBuilder rules = new StringBuilder();
    Matcher entry =
        Pattern.compile("dnat name: \\\\\"web\\\\\" id: \\\\\"c(\\d+)\\\\\"\".* -j (\\S+)")
            .matcher(added.out());
    StringBuilder save = new StringBuilder();
    while (entry.find()) {
      // a line break makes a table that no restore loads as it is: of every other ruleset
      String word = HostileWords.word(random).replace("\n", number % 2 == 0 ? "" : "\n");
      String comment = word.substring(0, Math.min(255, word.length()));
      words.add(word);
      ours.add(entry.group(2));
      // a stranger's rule that leads to ours, and goes with it; the others stay
      String tail = " -p tcp -m tcp --dport " + (10_000 + words.size()) + " ";
      rules.append(
          "-A PREROUTING"
              + tail
              + "-m comment --comment "
              + quoted(comment)
              + " -j "
              + entry.group(2)
              + "\n");
      rules.append(
          "-A OUTPUT"
              + tail
              + "-m strange --strange "
              + quoted(word)
              + " -j "
              + entry.group(2)
              + "\n");
      rules.append(
          "-A INPUT"
              + tail
              + "-m comment --comment "
              + quoted(comment)
              + " -j DNAT --to-destination 192.0.2.1:7\n");
      rules.append("-A POSTROUTING -o " + quoted(cut(word, 15)) + tail + "-j MASQUERADE\n");
      rules.append("-A PREROUTING" + tail + "-j STRANGE --strange " + quoted(word) + "\n");
      String chain = name(word, words.size());
      chains.append(":" + chain + " - [0:0]\n");
      rules.append("-A " + chain + " -m string --string " + quoted(word) + " -j RETURN\n");
      rules.append("-A PREROUTING" + tail + "-j " + chain + "\n");
      // of every other entry the comment is not what it was
      String owner = "dnat name: \"" + word + "\" id: \"" + word + "\"";
      if (words.size() % 2 == 0) {
        entry.appendReplacement(
            save,
            Matcher.quoteReplacement(
                PlainTable.saved(cut(owner, 255)).substring(1)
                    + entry.group().replaceAll(".*(\" .*)", "$1").substring(1)));
      }
    }
    entry.appendTail(save);
    int end = save.lastIndexOf("COMMIT\n");
    String all =
        save.insert(end, rules)
            .toString()
            .replaceFirst("(?m)^-A", Matcher.quoteReplacement(chains + "-A"));
    Path file = folder.resolve("ruleset" + number);
    Files.write(file, all.getBytes(StandardCharsets.ISO_8859_1));
    return new Ruleset(file, all, words, ours);
  }

  private static String quoted(String word) {
    return '"' + word.replaceAll("([\\\\\"'])", "\\\\$1") + '"';
  }

  private static String cut(String word, int most) {
    return word.substring(0, Math.min(most, word.length()));
  }

  /** A chain's name may hold all but blanks. */
  private static String name(String word, int number) {
    return cut("X" + number + word.replaceAll("[\\s\"]", ""), 28);
  }

  private Run run(boolean terminal, String stdin, String... words) {
    Run run = Run.of(terminal, Map.of("TERM", "xterm"), stdin, List.of(words));
    counts.merge(words[0], 1, Integer::sum);
    String what = String.join(" ", words);
    assertThat(run.exit()).as("%s: %s", what, run.err()).isIn(0, 1, 2, 3, 4, 5);
    // standard error is a terminal most often
    assertThat(HostileWords.unsafe(octets(run.err()))).as("%s: %s", what, run.err()).isEmpty();
    if (terminal) {
      assertThat(HostileWords.unsafe(COLOUR.matcher(run.out()).replaceAll("")))
          .as("%s: %s", what, run.out())
          .isEmpty();
    }
    return run;
  }

  @Test
  void rulesets() throws Exception {
    Random random = new Random(17);
    String sources = attachments(BATCH);
    Path script = folder.resolve("commands.sh");
    for (int number = 0; number * BATCH < WORDS; number++) {
      Ruleset ruleset = ruleset(random, number);
      PlainTable before = PlainTable.of(ruleset.save);
      String file = ruleset.file.toString();
      for (boolean terminal : new boolean[] {false, true}) {
        for (String verb : List.of("add", "del", "gc")) {
          List<String> outs = new ArrayList<>();
          for (String format : TEXTS) {
            String input = verb.equals("gc") ? attachments(1) : sources;
            outs.add(
                run(
                        terminal,
                        input,
                        verb,
                        "-",
                        "--ruleset",
                        file,
                        "--family",
                        "ipv4",
                        "--force",
                        "-o",
                        format)
                    .out());
          }
          if (!terminal) {
            PlainTable after = before.restored(outs.get(3));
            if (verb.equals("del")) {
              assertThat(after).as(file).isEqualTo(before.without(ruleset.ours));
            }
            counts.merge(outs.get(4).isEmpty() ? "tables refused" : "tables", 1, Integer::sum);
            if (!outs.get(4).isEmpty()) { // a table that would load as another is refused
              assertThat(PlainTable.of(outs.get(4))).as(file).isEqualTo(after);
            }
            Files.write(script, outs.get(5).getBytes(StandardCharsets.ISO_8859_1));
            for (List<String> shell : SHELLS) {
              assertThat(before.after(commands(shell, script))).as(file).isEqualTo(after);
            }
            plan(outs.get(2), before, after);
          }
        }
        for (String format : List.of("table", "wide", "json")) {
          String out = run(terminal, "", "list", "--ruleset", file, "-o", format).out();
          if (format.equals("json")) {
            JSON.readTree(out.getBytes(StandardCharsets.ISO_8859_1));
          }
        }
        for (String format : List.of("diff", "json")) {
          String out =
              run(
                      terminal,
                      sources,
                      "check",
                      "-",
                      "--ruleset",
                      file,
                      "--family",
                      "ipv4",
                      "-o",
                      format)
                  .out();
          if (format.equals("json")) {
            JSON.readTree(out.getBytes(StandardCharsets.ISO_8859_1));
          } else if (!terminal) {
            mends(new Run(0, out, ""));
          }
        }
        for (String format : List.of("text", "json", "dot")) {
          String port = "" + (10_000 + random.nextInt(BATCH));
          explained(
              format,
              run(terminal, "", "explain", "--port", port, "--ruleset", file, "-o", format).out());
          String packet = "tcp 203.0.113.9:40000 -> 192.0.2.10:" + port;
          explained(
              format,
              run(terminal, "", "explain", "--packet", packet, "--ruleset", file, "-o", format)
                  .out());
          explained(
              format,
              run(terminal, attachments(3), "explain", "-", "--ruleset", file, "-o", format).out());
        }
      }
    }
    System.out.println("rulesets, " + WORDS + " words: " + counts);
  }

  private static String octets(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private void explained(String format, String out) throws Exception {
    if (format.equals("json")) {
      JSON.readTree(out.getBytes(StandardCharsets.ISO_8859_1));
    } else if (out.startsWith("digraph")) {
      counts.merge("graphs", 1, Integer::sum);
      graph(out);
    }
  }

  /** The changes of a plan in JSON, made one after the other, give the table that is restored. */
  private static void plan(String out, PlainTable before, PlainTable after) throws Exception {
    JsonNode plan = JSON.readTree(out.getBytes(StandardCharsets.ISO_8859_1));
    List<List<String>> commands = new ArrayList<>();
    for (JsonNode change : plan.get("changes")) {
      boolean latin1 = change.has("encoding") || plan.has("encoding");
      UnaryOperator<String> octets =
          text ->
              latin1
                  ? text
                  : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      List<String> command = new ArrayList<>();
      String op = change.get("op").asText();
      command.add(
          switch (op) {
            case "create-chain" -> "-N";
            case "delete-chain" -> "-X";
            case "insert-rule" -> "-I";
            case "append-rule" -> "-A";
            default -> "-D";
          });
      command.add(octets.apply(change.get("chain").asText()));
      if (op.equals("insert-rule") || op.equals("delete-rule")) {
        command.add(change.get("position").asText());
      }
      if (op.equals("insert-rule") || op.equals("append-rule")) {
        command.addAll(PlainTable.words(octets.apply(change.get("rule").asText())));
      }
      commands.add(command);
    }
    assertThat(before.after(commands)).isEqualTo(after);
  }

  private static final List<List<String>> SHELLS =
      List.of(List.of("bash"), List.of("dash"), List.of("busybox", "sh"));

  /** The commands of iptables in a script, without what each begins with. */
  private List<List<String>> commands(List<String> shell, Path script) throws Exception {
    List<List<String>> commands = new ArrayList<>();
    for (List<String> words : words(shell, script)) {
      assertThat(words.subList(0, 4)).containsExactly("iptables", "-w", "-t", "nat");
      commands.add(words.subList(4, words.size()));
    }
    return commands;
  }

  /** The words of each command of a script, as a shell makes them; it runs nothing else. */
  private List<List<String>> words(List<String> shell, Path script) throws Exception {
    Needs.program(shell.get(0));
    Path place = Files.createDirectories(folder.resolve("place"));
    List<String> words = new ArrayList<>(shell);
    words.add("-c");
    words.add(
        "cd \"$1\" && say() { printf '%s\\000' \"$@\"; printf '\\n\\000'; };"
            + " iptables() { say iptables \"$@\"; }; portmapctl() { say portmapctl \"$@\"; };"
            + " . \"$2\"");
    words.addAll(List.of("sh", place.toString(), script.toString()));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).isZero();
    try (Stream<Path> left = Files.list(place)) {
      assertThat(left).isEmpty();
    }
    List<List<String>> commands = new ArrayList<>();
    List<String> command = new ArrayList<>();
    for (String word : out.split("\0", -1)) {
      if (word.equals("\n")) {
        commands.add(List.copyOf(command));
        command.clear();
      } else {
        command.add(word);
      }
    }
    return commands;
  }

  private static final Pattern DOT =
      Pattern.compile(
          "\\s+|\"(?:[^\"\\\\]|\\\\.)*\"|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|->|[{}\\[\\]=,;:]",
          Pattern.DOTALL);

  /** A graph of graphviz: words, strings, and labels that are well-formed. */
  private static void graph(String octets) throws Exception {
    String text = new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == '<') {
        int depth = 0;
        int end = at;
        do {
          depth += text.charAt(end) == '<' ? 1 : text.charAt(end) == '>' ? -1 : 0;
          end++;
        } while (depth > 0);
        String label = text.substring(at + 1, end - 1);
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader("<label>" + label + "</label>")));
        at = end;
        continue;
      }
      Matcher token = DOT.matcher(text).region(at, text.length());
      assertThat(token.lookingAt())
          .as("at %s", text.substring(at, Math.min(at + 80, text.length())))
          .isTrue();
      at = token.end();
    }
  }

  /** A document as it may be written, with places for a word. */
  private static final String DOCUMENT =
      """
      {"containerID":"c1","ifName":"eth0","netns":"/run/netns/x","config":{"cniVersion":"1.0.0",
      "type":"portmap","name":"web","markMasqBit":13,"masqBackend":"iptables",
      "conditionsV4":["-m","comment","--comment","x"],"conditionsV6":["-s","fd00::/8"],
      "runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp",
      "hostIP":"192.0.2.1"}]},
      "prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/run/netns/x"}],
      "ips":[{"interface":0,"address":"10.89.5.6/24","gateway":"10.89.5.1"}]}}}
      """;

  private static final String RECORD =
      """
      {"kind":"cniCacheV1","containerId":"c1","ifName":"eth0","networkName":"web","netns":"/run/netns/x",
      "config":"%s","cniArgs":[["a","b"]],"capabilityArgs":{"portMappings":[{"hostPort":8080,
      "containerPort":80,"protocol":"tcp"}]},"result":{"cniVersion":"1.0.0","ips":[{"address":"10.89.5.6/24"}]}}
      """;

  /** The strings of a document, each with what puts another in its place. */
  private static void places(JsonNode node, List<java.util.function.Consumer<String>> places) {
    if (node instanceof ObjectNode object) {
      places.add(word -> object.set(word, object.textNode(word)));
      object
          .fieldNames()
          .forEachRemaining(
              name -> {
                places.add(word -> object.put(name, word));
                places(object.get(name), places);
              });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int place = i;
        places.add(word -> array.set(place, array.textNode(word)));
        places(array.get(i), places);
      }
    }
  }

  private static int placesOf(String document) throws Exception {
    List<java.util.function.Consumer<String>> places = new ArrayList<>();
    places(JSON.readTree(document), places);
    return places.size();
  }

  private static String with(String document, int place, String word) throws Exception {
    JsonNode root = JSON.readTree(document);
    List<java.util.function.Consumer<String>> places = new ArrayList<>();
    places(root, places);
    places.get(place).accept(word);
    return JSON.writeValueAsString(root);
  }

  /** In every place of documents and cache records. */
  @Test
  void documents() throws Exception {
    Random random = new Random(18);
    JsonNode document = JSON.readTree(DOCUMENT);
    String config = JSON.writeValueAsString(document.get("config"));
    String record =
        RECORD.formatted(
            java.util.Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8)));
    Path script = folder.resolve("commands.sh");
    int accepted = 0;
    for (int i = 0; i < WORDS; i++) {
      String word =
          new String(
              HostileWords.word(random).getBytes(StandardCharsets.ISO_8859_1),
              StandardCharsets.UTF_8);
      for (String whole : List.of(DOCUMENT, record)) {
        int places = placesOf(whole);
        // in the long form as in the sample a word has a few places, and a place many words
        for (int place = i % 5; place < places; place += 5) {
          String input = with(whole, place, word);
          Run restored =
              run(
                  false,
                  input,
                  "add",
                  "-",
                  "--ruleset",
                  "empty",
                  "--family",
                  "ipv4",
                  "-o",
                  "restore");
          run(true, input, "add", "-", "--ruleset", "empty");
          run(true, input, "check", "-", "--ruleset", "empty");
          Run json = run(false, input, "add", "-", "--ruleset", "empty", "-o", "json");
          JsonNode said = JSON.readTree(json.out().getBytes(StandardCharsets.ISO_8859_1));
          assertThat(said.get("kind").asText()).isEqualTo(json.exit() == 3 ? "error" : "plan");
          if (restored.exit() == 0) {
            accepted++;
            PlainTable empty =
                PlainTable.of(
                    "*nat\n"
                        + ":PREROUTING ACCEPT [0:0]\n"
                        + ":INPUT ACCEPT [0:0]\n"
                        + ":OUTPUT ACCEPT [0:0]\n"
                        + ":POSTROUTING ACCEPT [0:0]\n"
                        + "COMMIT\n");
            if (restored.out().isEmpty()) {
              continue;
            }
            PlainTable after = empty.restored(restored.out());
            Run saved =
                run(
                    false,
                    input,
                    "add",
                    "-",
                    "--ruleset",
                    "empty",
                    "--family",
                    "ipv4",
                    "-o",
                    "save");
            if (saved.exit() == 0) {
              assertThat(PlainTable.of(saved.out())).isEqualTo(after);
            }
            Run commands =
                run(
                    false,
                    input,
                    "add",
                    "-",
                    "--ruleset",
                    "empty",
                    "--family",
                    "ipv4",
                    "-o",
                    "commands");
            Files.write(
                script,
                commands
                    .out()
                    .replaceAll("(?m)^(#.*|sysctl.*)\n", "")
                    .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(empty.after(commands(SHELLS.get(i % 3), script))).isEqualTo(after);
          }
        }
      }
    }
    System.out.println("documents, " + WORDS + " words: " + counts + ", accepted: " + accepted);
  }

  /** As names of files, on the command line, in the environment. */
  @Test
  void namesAndArguments() throws Exception {
    Random random = new Random(19);
    Path sources = Files.createDirectories(folder.resolve("sources"));
    int files = 0;
    for (int i = 0; i < WORDS; i++) {
      String octets = HostileWords.word(random);
      String word =
          new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      Path file;
      try {
        file = sources.resolve(cut(word.replace("/", ""), 80) + ".json");
        Files.writeString(file, i % 2 == 0 ? "{" : DOCUMENT);
        files++;
        for (List<String> mend :
            mends(run(false, "", "check", file.toString(), "--ruleset", "empty"))) {
          assertThat(mend)
              .containsExactly(
                  "portmapctl",
                  "add",
                  octets(file.toString()),
                  "--ruleset",
                  "empty",
                  "--family",
                  "ipv4",
                  "--output",
                  "save");
        }
        run(true, "", "check", file.toString(), "--ruleset", "empty");
        run(true, "", "add", sources.toString(), "--ruleset", "empty", "-v");
        run(true, "", "list", "--ruleset", file.toString());
        Files.delete(file);
      } catch (InvalidPathException | java.nio.file.FileSystemException e) {
        counts.merge("no name of a file", 1, Integer::sum);
      }
      if (word.startsWith("-")) {
        continue; // an option, or none: usage
      }
      run(
          true,
          "",
          "add",
          "--net",
          "=" + word,
          "--container-id",
          "c1",
          "--ip",
          "10.89.0.2/16",
          "-p",
          "8080:80",
          "--ruleset",
          "empty");
      run(
          true,
          "",
          "add",
          "--net",
          "web",
          "--container-id",
          "c" + word,
          "--ip",
          "10.89.0.2/16",
          "-p",
          "8080:80",
          "--ruleset",
          "empty");
      run(true, DOCUMENT, "add", "-", "--condition-v4=" + word, "--ruleset", "empty");
      run(true, "", "list", "--ruleset", "testdata/podman-host/iptables-save.txt", "--net=" + word);
    }
    System.out.println("names, " + WORDS + " words, " + files + " files: " + counts);
  }

  /** In every text of a snapshot: the answers of programs, names of interfaces and processes. */
  @Test
  void snapshots() throws Exception {
    Random random = new Random(20);
    String whole = Files.readString(Path.of("testdata/inputs/host.snapshot.json"));
    int places = placesOf(whole);
    Path file = folder.resolve("host.json");
    for (int i = 0; i < WORDS; i++) {
      String word =
          new String(
              HostileWords.word(random).getBytes(StandardCharsets.ISO_8859_1),
              StandardCharsets.UTF_8);
      Files.writeString(file, with(whole, random.nextInt(places), word));
      for (boolean terminal : new boolean[] {true, false}) {
        for (String[] asked :
            new String[][] {
              {"list"},
              {"list", "-o", "wide"},
              {"list", "-o", "json"},
              {"explain", "--port", "8080"},
              {"explain", "--port", "8080", "-o", "json"},
            }) {
          List<String> command = new ArrayList<>(List.of(asked));
          command.addAll(List.of("--host", file.toString()));
          Run run = run(terminal, "", command.toArray(new String[0]));
          if (command.contains("json")) {
            JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
          }
        }
      }
    }
    System.out.println("snapshots, " + WORDS + " words: " + counts);
  }

  /** The commands that mend, as three shells read them; empty where there are none. */
  private List<List<String>> mends(Run run) throws Exception {
    String heading = "What mends it:\n";
    int at = run.out().indexOf(heading);
    if (at < 0) {
      return List.of();
    }
    counts.merge("commands that mend", 1, Integer::sum);
    Path script = folder.resolve("mends.sh");
    Files.write(
        script, run.out().substring(at + heading.length()).getBytes(StandardCharsets.ISO_8859_1));
    List<List<String>> first = words(SHELLS.get(0), script);
    for (List<String> shell : SHELLS) {
      assertThat(words(shell, script)).isEqualTo(first);
    }
    return first;
  }
}
