package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.NftMonitor;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way beside the kernel: random hosts in namespaces, one real packet at a time. How
 * explain says that it ends, and by which rule, is what {@code nft monitor trace}, the counters of
 * legacy's rules and what arrives there and back tell.
 */
@Tag("live")
class PathIT {
  private static final int PACKETS = Rounds.of("pathPackets", 300, 10_000);

  /** The first host's seed. */
  private static final long SEED = Long.getLong("portmapctl.pathSeed", 0);

  private static final int A_HOST = 38;

  /** So many hosts stand on one ground, one after another. */
  private static final int A_GROUND = 8;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** How often the kernel did what, and how often that was not foretold. */
  private final Map<String, Integer> tally = new TreeMap<>();

  private final List<String> differences = new ArrayList<>();

  @Test
  void whatIsToldOfAWayIsWhatTheKernelDoes() throws Exception {
    int hosts = (PACKETS + A_HOST - 1) / A_HOST;
    for (long seed = SEED; seed < SEED + hosts; seed += A_GROUND) {
      try (TrialSite ground = new TrialSite()) {
        for (long each = seed; each < Math.min(seed + A_GROUND, SEED + hosts); each++) {
          host(each, ground);
        }
      }
    }
    System.out.printf("paths beside the kernel: %s%n", tally);
    assertThat(differences).isEmpty();
    assertThat(tally.getOrDefault("undecided", 0)).as("undecided").isZero();
  }

  private void host(long seed, TrialSite ground) throws Exception {
    try (RandomHost host = new RandomHost(seed, ground, folder)) {
      host.watch();
      for (int i = 0; i < A_HOST; i++) {
        RandomHost.Sent sent = host.packet();
        if (one(host, sent, seed) && i % 4 == 0) {
          count("later packets");
          one(host, host.again(sent.second()), seed);
        }
      }
    }
  }

  /** Whether it was answered. */
  private boolean one(RandomHost host, RandomHost.Sent packet, long seed) throws Exception {
    RandomHost.Sent sent = packet;
    JsonNode told = told(host, sent);
    KernelWay way = host.send(sent, 0);
    String difference = difference(sent, way, told);
    for (int again = 1; again < 4 && (!way.clear() || !difference.isEmpty()); again++) {
      sent = host.again(sent);
      way = host.send(sent, again);
      difference = difference(sent, way, told);
    }
    count(end(way));
    String by = told.at("/decidedBy/kind").asText();
    // whether a router has a container, and who answers for an address, is not known here, nor is
    // it to the one who tells
    boolean others = List.of("route", "neighbour").contains(by) && elsewhere(way);
    // nor whether an answer that leaves by another interface comes to the one who asked
    boolean otherWay =
        told.path("onTheWayBack").asBoolean()
            && told.at("/ways/0/reason").asText().contains("it leaves by another interface");
    if (isOpenOrder(told)) {
      count("of two orders of chains");
    } else if (told.path("result").asText().equals("unknown") && otherWay) {
      count("answers that leave by another interface");
    } else if (told.path("result").asText().equals("unknown") && !others) {
      count(isDrawn(told) ? "undecided, as the kernel draws the port" : "undecided");
      System.out.printf("undecided: seed %d: %s: %s%n", seed, sent.text(), brief(told));
    }
    if (elsewhere(way)) {
      count("decided by other machines");
    }
    if (!difference.isEmpty()) {
      differences.add(
          "seed %d: %s: %s%n  told: %s%n  kernel: %s%n"
              .formatted(seed, sent.text(), difference, brief(told), story(way)));
      Files.writeString(Path.of("target/path-host"), host.script());
      System.out.println(differences.get(differences.size() - 1));
    }
    return way.answered();
  }

  /** Whether the answer goes to a port that the kernel draws by lot, and rules ask for it. */
  private static boolean isDrawn(JsonNode told) {
    for (JsonNode step : told.path("steps")) {
      boolean taken = step.path("result").asText().equals("match");
      if (taken && step.path("rule").asText().contains("--random-fully")) {
        return told.path("onTheWayBack").asBoolean();
      }
    }
    return false;
  }

  private void count(String what) {
    tally.merge(what, 1, Integer::sum);
  }

  private static JsonNode told(RandomHost host, RandomHost.Sent sent) throws Exception {
    Run run =
        Run.of(
            "explain", "--packet", sent.text(), "--host", host.snapshot().toString(), "-o", "json");
    assertThat(run.exit()).as(sent.text() + run.err()).isZero();
    return JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String end(KernelWay way) {
    if (way.answered()) {
      return "works";
    }
    String by = way.decided().map(d -> " by " + d.variant()).orElse("");
    return (way.ofAnswer()
            ? "no answer"
            : way.rejected() ? "rejected" : by.isEmpty() ? "not routed" : "dropped")
        + by;
  }

  /**
   * It left this host, or its answer did, and other machines had it in hand, or they sent the
   * answer to another of its interfaces: nothing here tells what they do.
   */
  private static boolean elsewhere(KernelWay way) {
    boolean left =
        way.owner()
            ? way.lines().stream()
                .anyMatch(
                    l -> l.table().equals(NftMonitor.TABLE) && l.chain().equals("postrouting"))
            : way.left();
    boolean lost = way.decided().isEmpty() && !way.stranger() && left;
    return !way.answered() && (lost || way.astray());
  }

  /**
   * Another machine's packet was led back to that machine, which answers itself past this host: it
   * knows no such address of its own, and nothing here tells that both are one.
   */
  private static boolean turnsBack(RandomHost.Sent sent, KernelWay way) {
    boolean another = !List.of("host", "c1", "c2").contains(sent.from());
    return another && way.decided().isEmpty() && way.arrived().equals(Optional.of(sent.from()));
  }

  /** In what the kernel did otherwise; empty where in nothing. */
  private static String difference(RandomHost.Sent sent, KernelWay way, JsonNode told) {
    if (!isOpenOrder(told)) {
      return differenceOf(sent, way, told);
    }
    List<String> all = new ArrayList<>();
    told.path("ways").forEach(each -> all.add(differenceOf(sent, way, each)));
    return all.contains("") ? "" : "none of the ways: " + all;
  }

  /** Whether both orders of chains of one priority are told, since nobody tells which it is. */
  private static boolean isOpenOrder(JsonNode told) {
    List<String> results = new ArrayList<>();
    told.path("ways").forEach(each -> results.add(each.path("result").asText()));
    return results.size() > 1 && !results.contains("unknown");
  }

  private static String differenceOf(RandomHost.Sent sent, KernelWay way, JsonNode told) {
    String result = told.path("result").asText();
    JsonNode by = told.path("decidedBy");
    String disposition = told.path("disposition").asText();
    if (result.equals("unknown")) {
      return "";
    }
    if (result.equals("works")) {
      return way.answered() || elsewhere(way) || turnsBack(sent, way) ? "" : "works";
    }
    if (way.answered()) {
      // by another interface than the one that leads to who answers
      boolean around = way.astray() && told.path("onTheWayBack").asBoolean();
      return around ? "" : "fails";
    }
    if (turnsBack(sent, way)) {
      return "";
    }
    if (elsewhere(way)) {
      return disposition.equals("no-answer") || disposition.equals("not-routed") ? "" : disposition;
    }
    if (way.ofAnswer()
        && sent.source().equals("::1")
        && by.path("kind").asText().equals("nothing")) {
      return ""; // nothing of ::1 comes back, with or without the rule that takes it first
    }
    boolean ruled = List.of("rule", "policy").contains(by.path("kind").asText());
    Optional<KernelWay.Decider> decider =
        ruled
            ? Optional.of(
                new KernelWay.Decider(
                    by.path("variant").asText(),
                    by.path("family").asText(),
                    by.path("table").asText(),
                    by.path("chain").asText(),
                    by.path("index").asInt(0)))
            : Optional.empty();
    boolean unmasked = by.path("table").asText().equals("nat") && disposition.equals("no-answer");
    if (unmasked && way.decided().isEmpty() && way.arrived().isPresent()) {
      return ""; // a rule keeps the packet from masquerade: the kernel blames nobody for the answer
    }
    boolean stranger =
        by.path("kind").asText().equals("nothing") && told.path("onTheWayBack").asBoolean();
    if (stranger && way.ofAnswer() && isSentBack(way)) {
      return "";
    }
    if (!decider.equals(way.decided())) {
      return "decided by " + by;
    }
    String end =
        way.ofAnswer()
            ? "no-answer"
            : way.rejected() ? "rejected" : ruled ? "dropped" : "not-routed";
    boolean same =
        disposition.equals(end) || end.equals("not-routed") && disposition.equals("dropped");
    return same ? "" : disposition + ", not " + end;
  }

  /** A stranger's answer came to this host, and what it was told in turn was dropped. */
  private static boolean isSentBack(KernelWay way) {
    boolean guest = way.arrived().filter(a -> !a.equals("host")).isPresent();
    return guest && way.decided().map(d -> d.chain().equals("OUTPUT")).orElse(false);
  }

  /** What is told, without the rules that do not match. */
  private static String brief(JsonNode told) {
    StringBuilder out = new StringBuilder();
    for (String field : List.of("result", "disposition", "onTheWayBack", "decidedBy", "after")) {
      out.append(field).append(' ').append(told.path(field)).append("; ");
    }
    out.append(told.at("/ways/0/reason"));
    for (JsonNode step : told.path("steps")) {
      if (!step.path("result").asText().equals("no-match")) {
        out.append("\n    ");
        for (String field :
            List.of("hook", "variant", "table", "chain", "index", "rule", "result")) {
          out.append(step.path(field).asText()).append(' ');
        }
      }
    }
    return out.toString();
  }

  private static String story(KernelWay way) {
    StringBuilder out = new StringBuilder(end(way));
    out.append(" arrived ").append(way.arrived()).append(' ').append(way.decided());
    out.append(way.stranger() ? " stranger" : "").append(' ').append(way.refusal());
    for (NftMonitor.Line line : way.lines()) {
      out.append("\n    ").append(line.family()).append(' ').append(line.table()).append(' ');
      out.append(line.chain()).append(' ').append(line.kind()).append(' ').append(line.text());
    }
    return out.append("\n    legacy: ").append(way.hits()).toString();
  }
}
