package io.portmapctl.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What {@code explain --port} foretells of a site's senders, and what a real connection meets. */
public final class Foretold {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Connections wait: as many threads as there are at once. */
  private static final Executor THREADS = command -> new Thread(command).start();

  private Foretold() {}

  /** Has the container answer {@code here} and its sibling otherwise, at port 80. */
  public static void serve(Site site) throws Exception {
    for (Namespace each : List.of(site.container(), site.sibling())) {
      each.start(
          "socat",
          "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0",
          "SYSTEM:read line; echo " + (each == site.container() ? "here" : "elsewhere"));
    }
  }

  /** The answers of all families that are about the site's own namespaces, and no examples. */
  public static List<JsonNode> answers(Site site, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("explain", "-o", "json", "--port"));
    words.addAll(List.of(options));
    Run run = site.host().portmapctl(words.toArray(new String[0]));
    if (run.exit() != 0) {
      throw new AssertionError(run.err());
    }
    JsonNode told = JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
    List<JsonNode> answers = new ArrayList<>();
    for (JsonNode family : told.get("ports")) {
      family.get("answers").forEach(answers::add);
    }
    answers.removeIf(a -> !isReal(a) || from(site, a).isEmpty());
    return answers;
  }

  private static boolean isReal(JsonNode answer) {
    String from = answer.get("from").asText();
    return List.of("lan", "host", "localhost", "container", "sibling").contains(from);
  }

  /** Whether each sender reaches the container. */
  public static Map<JsonNode, Boolean> reached(Site site, List<JsonNode> answers) {
    Map<JsonNode, CompletableFuture<Boolean>> running = new LinkedHashMap<>();
    for (JsonNode answer : answers) {
      running.put(answer, CompletableFuture.supplyAsync(() -> reaches(site, answer), THREADS));
    }
    Map<JsonNode, Boolean> reached = new LinkedHashMap<>();
    running.forEach((answer, result) -> reached.put(answer, result.join()));
    return reached;
  }

  /** From whom an answer is, with a 6 behind it for IPv6. */
  public static String who(JsonNode answer) {
    boolean six = answer.get("destination").asText().contains(":");
    return answer.get("from").asText() + (six ? "6" : "");
  }

  /** Who sends; nobody where it is about another container than the site has. */
  private static Optional<Namespace> from(Site site, JsonNode answer) {
    if (answer.path("arrivals").size() > 1 && !answer.get("from").asText().equals("lan")) {
      return Optional.empty(); // it is nobody's sibling who may be sent to himself
    }
    return switch (answer.get("from").asText()) {
      case "lan" -> Optional.of(site.peer());
      case "container" -> container(site, answer.get("source").asText());
      case "sibling" ->
          leadsTo(answer, "7") ? Optional.of(site.container()) : Optional.of(site.sibling());
      default -> Optional.of(site.host());
    };
  }

  private static Optional<Namespace> container(Site site, String address) {
    return address.endsWith("6")
        ? Optional.of(site.container())
        : address.endsWith("7") ? Optional.of(site.sibling()) : Optional.empty();
  }

  /** Whether an answer comes to a container whose address ends so. */
  private static boolean leadsTo(JsonNode answer, String end) {
    String to = answer.path("after").path("destination").asText();
    return to.matches(".*[.:]" + end + "(\\])?:[0-9]+");
  }

  private static boolean reaches(Site site, JsonNode answer) {
    Namespace from = from(site, answer).orElseThrow();
    String to = answer.get("destination").asText();
    String address = to.contains(":") ? "[" + to + "]" : to;
    try {
      // the first packet may be lost while neighbours are asked for
      return Site.tcp(from, address) || Site.tcp(from, address);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
