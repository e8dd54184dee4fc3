package io.portmapctl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portmapctl.testing.Foretold;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A published port is broken on purpose, in every way of {@code testdata/breakages.tsv}: what
 * explain foretells of each sender is what a real connection of it meets, and what was broken is
 * what it names.
 */
@Tag("live")
class BreakagesIT {
  /** One of so many is tried. */
  private static final int EVERY = Rounds.of("breakagesEvery", 3, 1);

  /** What the name of those that are tried begins with, for who works on one. */
  private static final String ONLY = System.getProperty("portmapctl.breakage", "");

  private static final String PROBE = "--probe";

  @TempDir private Path folder;

  /**
   * A way to break it.
   *
   * @param name what is broken
   * @param options of {@code add}
   * @param script what breaks it, run on the host
   * @param who whose answer names it, with a 6 behind it for IPv6; {@code works} where nobody's
   *     does
   * @param probed whether it takes a look into the container to tell
   * @param words what the JSON of {@code decidedBy}, with its cure, holds then
   */
  private record Breakage(
      String name, String options, String script, String who, boolean probed, String words) {}

  private static List<Breakage> breakages() throws Exception {
    List<Breakage> all = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("testdata/breakages.tsv"))) {
      if (!line.startsWith("#") && line.startsWith(ONLY)) {
        String[] cells = line.split("\t", -1);
        boolean probed = cells[4].startsWith(PROBE + " ");
        all.add(
            new Breakage(
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                probed,
                probed ? cells[4].substring(PROBE.length() + 1) : cells[4]));
      }
    }
    return all;
  }

  /** What became of one breakage: what is said and is not so, counts, and what is said rightly. */
  private record Outcome(
      List<String> wrong, int connections, int named, int cured, Optional<String> said) {}

  private static final Path README = Path.of("README.md");

  /** A row of the README's table: what is broken, of whom is asked, and what is said then. */
  private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| from ([^|]+) \\| .* \\|");

  /** What a cure begins with that is to be typed as it stands. */
  private static final Pattern COMMAND =
      Pattern.compile("(?:ip6?tables(?:-nft|-legacy)?|nft|ip|sysctl) [^\\n]*");

  /** As often a cure may show the next cause, whose cure counts too. */
  private static final int ROUNDS = 2;

  @Test
  void whatIsForetoldHappensAndWhatIsBrokenIsNamed() throws Exception {
    List<Breakage> all = breakages();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<Outcome>> running = new ArrayList<>();
      for (int i = 0; i < all.size(); i += EVERY) {
        Breakage breakage = all.get(i);
        running.add(threads.submit(() -> outcome(breakage)));
      }
      List<String> wrong = new ArrayList<>();
      List<String> unnamed = new ArrayList<>();
      Map<String, String> said = new HashMap<>();
      int connections = 0;
      int cured = 0;
      for (int i = 0; i < running.size(); i++) {
        Outcome outcome = running.get(i).get();
        wrong.addAll(outcome.wrong);
        connections += outcome.connections;
        cured += outcome.cured;
        String name = all.get(i * EVERY).name;
        outcome.said.ifPresent(words -> said.put(name, words));
        if (outcome.named == 0) {
          unnamed.add(name);
        }
      }
      System.out.printf(
          "breakages: %d, %d connections as foretold, %d cured%n",
          running.size(), connections, cured);
      assertThat(wrong).isEmpty();
      assertThat(unnamed).isEmpty();
      readmeShows(said);
    } finally {
      threads.shutdownNow();
    }
  }

  /** The README's table says of each way that was tried what explain said; else it is written. */
  private static void readmeShows(Map<String, String> said) throws Exception {
    StringBuilder written = new StringBuilder();
    String readme = Files.readString(README);
    int rows = 0;
    for (String line : readme.split("\n", -1)) {
      Matcher row = ROW.matcher(line);
      boolean tried = row.matches() && said.containsKey(row.group(1));
      rows += row.matches() ? 1 : 0;
      written
          .append(
              tried
                  ? "| %s | from %s | %s |"
                      .formatted(row.group(1), row.group(2), said.get(row.group(1)))
                  : line)
          .append('\n');
    }
    written.setLength(written.length() - 1);
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.writeString(README, written);
    }
    assertThat(rows).isGreaterThan(30);
    assertThat(Files.readString(README)).isEqualTo(written.toString());
  }

  private Outcome outcome(Breakage breakage) throws Exception {
    List<String> wrong = new ArrayList<>();
    Optional<String> said = Optional.empty();
    int named = 0;
    try (Site site = broken(breakage)) {
      List<JsonNode> answers =
          breakage.probed
              ? Foretold.answers(site, "8080/tcp", PROBE)
              : Foretold.answers(site, "8080/tcp");
      boolean harmless = breakage.who.equals("works");
      for (Map.Entry<JsonNode, Boolean> each : Foretold.reached(site, answers).entrySet()) {
        JsonNode answer = each.getKey();
        boolean really = each.getValue();
        String result = answer.get("result").asText();
        boolean open = breakage.words.startsWith("?") && result.equals("unknown");
        boolean lan = answer.get("from").asText().equals("lan");
        if (!open && !result.equals(really ? "works" : "fails") || harmless && lan && !really) {
          wrong.add("%s: really %s: %s".formatted(breakage.name, really, answer));
        }
        named += harmless ? 1 : 0;
        boolean thief = breakage.script.contains("10.89.5.7"); // somebody else answers
        if ((thief || !result.equals("works")) && Foretold.who(answer).equals(breakage.who)) {
          String decided = answer.path("decidedBy").toString() + answer.path("cure");
          boolean all =
              Arrays.stream(breakage.words.split(" ", -1))
                  .allMatch(word -> decided.contains(word.replace("?", "")));
          named += all ? 1 : 0;
          said = all && said.isEmpty() ? Optional.of(said(answer)) : said;
        } else if (harmless && lan && said.isEmpty()) {
          said = Optional.of(said(answer));
        }
      }
      int cured = harmless ? 0 : cured(site, breakage, answers, wrong);
      return new Outcome(wrong, answers.size(), named, cured, said);
    }
  }

  /** The result, and the sentence beside it, for a cell of a table. */
  private static String said(JsonNode answer) {
    String result = answer.get("result").asText();
    List<String> to = new ArrayList<>();
    String after = answer.path("after").path("destination").asText("");
    if (result.equals("works") && !after.isEmpty()) {
      to.add(after);
    }
    answer.path("arrivals").forEach(a -> to.add(a.get("destination").asText()));
    String said =
        (result.equals("fails") ? "does not work" : result.equals("works") ? result : "not known")
            + (to.isEmpty() ? "" : " -> " + String.join(" or ", to))
            + ": "
            + answer.get("reason").asText();
    // namespaces are named by the process that made them
    return said.replaceAll("/run/netns/[^ ]+", "/run/netns/NAME").replace("|", "\\|");
  }

  /**
   * Types the cure of who the breakage is about, where it is one that can be typed: he reaches the
   * container then, or the next cause is named, and its cure cures.
   */
  private static int cured(Site site, Breakage breakage, List<JsonNode> answers, List<String> wrong)
      throws Exception {
    for (JsonNode answer : answers) {
      boolean fails = answer.get("result").asText().equals("fails");
      if (fails && answer.path("cure").asText("").isEmpty()) {
        wrong.add("%s: no cure: %s".formatted(breakage.name, answer));
      }
    }
    List<String> typed = new ArrayList<>();
    List<JsonNode> now = answers;
    for (int round = 0; round < ROUNDS; round++) {
      Optional<JsonNode> ill =
          now.stream()
              .filter(a -> a.get("result").asText().equals("fails"))
              .filter(a -> Foretold.who(a).equals(breakage.who))
              .findFirst();
      String cure = ill.map(a -> a.get("cure").asText("")).orElse("");
      if (ill.isEmpty() || !COMMAND.matcher(cure).matches() || cure.contains(", with ")) {
        break;
      }
      typed.add(cure);
      script(site, cure);
      now = Foretold.answers(site, "8080/tcp");
      JsonNode same = same(now, ill.get());
      if (Foretold.reached(site, List.of(same)).get(same)) {
        // a connection makes a neighbour known that did not answer before
        JsonNode after = same(Foretold.answers(site, "8080/tcp"), ill.get());
        if (!after.get("result").asText().equals("works")) {
          wrong.add("%s: cured by %s, and not seen: %s".formatted(breakage.name, typed, after));
        }
        return 1;
      }
    }
    if (!typed.isEmpty()) {
      wrong.add("%s: not cured by %s: %s".formatted(breakage.name, typed, now));
    }
    return 0;
  }

  private static JsonNode same(List<JsonNode> answers, JsonNode other) {
    return answers.stream()
        .filter(a -> Foretold.who(a).equals(Foretold.who(other)))
        .filter(a -> a.get("destination").equals(other.get("destination")))
        .findFirst()
        .orElseThrow();
  }

  private Site broken(Breakage breakage) throws Exception {
    Site site = Site.make();
    Foretold.serve(site);
    site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
    site.peer().must("", "ip", "route", "add", "default", "via", "2001:db8::1");
    Thread.sleep(300);
    site.settle();
    String ports = breakage.options.contains("-p ") ? "" : " -p 8080:80";
    script(
        site,
        Namespace.launcher()
            + " add -q --net web --container-id c1 --ip 10.89.5.6/24 --ip fd00:89:5::6/64"
            + ports
            + " "
            + breakage.options
            + " --apply --lock-file "
            + folder.resolve("lock-" + site.host().name()));
    // the host has spoken with its containers, and knows their ports
    for (String address : List.of("10.89.5.6", "10.89.5.7", "[fd00:89:5::6]", "[fd00:89:5::7]")) {
      site.host().run("", List.of("timeout", "2", "socat", "-u", "-", "TCP:" + address + ":80"));
    }
    script(site, breakage.script);
    return site;
  }

  private static void script(Site site, String script) throws Exception {
    String names =
        "HOST=%s PEER=%s C1=%s C2=%s%n"
            .formatted(
                site.host().name(),
                site.peer().name(),
                site.container().name(),
                site.sibling().name());
    Run run = site.host().run("", List.of("sh", "-c", names + script));
    assertThat(run.exit()).as("%s: %s", script, run.err()).isZero();
  }
}
