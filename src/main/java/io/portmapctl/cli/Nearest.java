package io.portmapctl.cli;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of the known words a misspelt one was meant to be. */
public final class Nearest {
  /** What other programs call by other words; of ours those that mean it, the likelier first. */
  private static final Map<String, List<String>> ELSEWHERE =
      Map.ofEntries(
          Map.entry("rm", List.of("del")),
          Map.entry("remove", List.of("del")),
          Map.entry("unpublish", List.of("del")),
          Map.entry("ls", List.of("list")),
          Map.entry("ps", List.of("list")),
          Map.entry("show", List.of("list")),
          Map.entry("create", List.of("add")),
          Map.entry("new", List.of("add")),
          Map.entry("publish", List.of("add")),
          Map.entry("verify", List.of("check")),
          Map.entry("status", List.of("check")),
          Map.entry("trace", List.of("explain")),
          Map.entry("why", List.of("explain")),
          Map.entry("prune", List.of("gc")),
          Map.entry("cleanup", List.of("gc")),
          Map.entry("--port", List.of("--publish")),
          Map.entry("--ports", List.of("--publish", "--port")),
          Map.entry("--publish", List.of("--port")),
          Map.entry("--name", List.of("--container-id")),
          Map.entry("--id", List.of("--container-id")),
          Map.entry("--address", List.of("--ip")));

  private Nearest() {}

  /** The nearest of the known words, where one is near, or is what others mean by the word. */
  public static Optional<String> to(String word, Collection<String> known) {
    Optional<String> meant =
        ELSEWHERE.getOrDefault(word, List.of()).stream().filter(known::contains).findFirst();
    return meant.isPresent() ? meant : nearest(word, known);
  }

  private static Optional<String> nearest(String word, Collection<String> known) {
    int near = Math.max(1, word.length() / 3);
    return known.stream()
        .filter(k -> distance(word, k) <= near || begins(k, word) || begins(word, k))
        .min((one, other) -> Integer.compare(distance(word, one), distance(word, other)));
  }

  private static boolean begins(String word, String beginning) {
    return beginning.length() > 1 && word.startsWith(beginning);
  }

  /** A question to put into a message, with a blank after it; empty where nothing is near. */
  public static String question(String word, Collection<String> known) {
    return to(word, known).map(w -> "did you mean '" + w + "'? ").orElse("");
  }

  /** How many characters must be typed, left out, replaced or swapped with their neighbour. */
  static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int other = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        best = Math.min(best, cost[i - 1][j - 1] + other);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[from.length()][to.length()];
  }
}
