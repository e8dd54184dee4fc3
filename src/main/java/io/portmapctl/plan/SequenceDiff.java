package io.portmapctl.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The shortest edit from one list to another (Myers, "An O(ND) Difference Algorithm", 1986). Beyond
 * a bound of differences it gives up being shortest: the middle is replaced as a whole.
 */
public final class SequenceDiff {
  private static final int MOST_DIFFERENCES = 400;

  private SequenceDiff() {}

  /** What happens to one element. */
  public enum Kind {
    /** It stays. */
    KEEP,
    /** It goes. */
    DELETE,
    /** It is new. */
    INSERT
  }

  /**
   * One step, in order.
   *
   * @param kind what happens
   * @param element to which element
   */
  public record Step<T>(Kind kind, T element) {}

  /** The steps that lead from one list to the other; deletions come before insertions. */
  public static <T> List<Step<T>> between(List<? extends T> from, List<? extends T> to) {
    int prefix = 0;
    int shorter = Math.min(from.size(), to.size());
    while (prefix < shorter && from.get(prefix).equals(to.get(prefix))) {
      prefix++;
    }
    int suffix = 0;
    while (suffix < shorter - prefix
        && from.get(from.size() - 1 - suffix).equals(to.get(to.size() - 1 - suffix))) {
      suffix++;
    }
    List<Step<T>> steps = new ArrayList<>(from.size() + to.size());
    from.subList(0, prefix).forEach(e -> steps.add(new Step<>(Kind.KEEP, e)));
    middle(
        steps, from.subList(prefix, from.size() - suffix), to.subList(prefix, to.size() - suffix));
    from.subList(from.size() - suffix, from.size())
        .forEach(e -> steps.add(new Step<>(Kind.KEEP, e)));
    return steps;
  }

  private static <T> void middle(
      List<Step<T>> steps, List<? extends T> from, List<? extends T> to) {
    int n = from.size();
    int m = to.size();
    int most = n == 0 || m == 0 ? 0 : Math.min(n + m, MOST_DIFFERENCES);
    List<int[]> history = new ArrayList<>();
    int[] reach = new int[2 * most + 3];
    for (int d = 0; d <= most && most > 0; d++) {
      history.add(reach.clone());
      for (int k = -d; k <= d; k += 2) {
        int at = k + most + 1;
        int x =
            k == -d || k != d && reach[at - 1] < reach[at + 1] ? reach[at + 1] : reach[at - 1] + 1;
        int y = x - k;
        while (x < n && y < m && from.get(x).equals(to.get(y))) {
          x++;
          y++;
        }
        reach[at] = x;
        if (x >= n && y >= m) {
          steps.addAll(backtrack(history, most, from, to));
          return;
        }
      }
    }
    from.forEach(e -> steps.add(new Step<>(Kind.DELETE, e)));
    to.forEach(e -> steps.add(new Step<>(Kind.INSERT, e)));
  }

  private static <T> List<Step<T>> backtrack(
      List<int[]> history, int most, List<? extends T> from, List<? extends T> to) {
    List<Step<T>> reversed = new ArrayList<>();
    int x = from.size();
    int y = to.size();
    for (int d = history.size() - 1; d >= 0; d--) {
      int[] reach = history.get(d);
      int k = x - y;
      int at = k + most + 1;
      boolean down = k == -d || k != d && reach[at - 1] < reach[at + 1];
      int previousX = down ? reach[at + 1] : reach[at - 1];
      int previousY = previousX - (down ? k + 1 : k - 1);
      while (x > previousX && y > previousY && x > 0 && y > 0) {
        reversed.add(new Step<>(Kind.KEEP, from.get(--x)));
        y--;
      }
      if (d > 0) {
        if (down) {
          reversed.add(new Step<>(Kind.INSERT, to.get(--y)));
        } else {
          reversed.add(new Step<>(Kind.DELETE, from.get(--x)));
        }
      }
    }
    Collections.reverse(reversed);
    return reversed;
  }
}
