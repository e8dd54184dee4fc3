package io.portmapctl.view;

import io.portmapctl.plan.SequenceDiff;
import io.portmapctl.saved.PlanDifference;
import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.util.List;

/** How the plan of now differs from the saved one, as a unified diff of the two. */
public final class PlanDifferenceView {
  private PlanDifferenceView() {}

  /** The text, as octets; a terminal may show it. */
  public static String render(PlanDifference difference, Theme theme) {
    StringBuilder out = new StringBuilder();
    out.append(theme.strong("--- the saved plan")).append('\n');
    out.append(theme.strong("+++ the plan of now")).append('\n');
    int[] at = {1, 1};
    for (PlanDifference.Part part : difference.parts()) {
      int removed = count(part, SequenceDiff.Kind.INSERT);
      int added = count(part, SequenceDiff.Kind.DELETE);
      out.append(
              theme.place(
                  "@@ -"
                      + range(at[0], removed)
                      + " +"
                      + range(at[1], added)
                      + " @@ "
                      + title(part)))
          .append('\n');
      at[0] += removed;
      at[1] += added;
      for (SequenceDiff.Step<Octets> line : part.lines()) {
        String text = Printable.escaped(line.element().decoded());
        out.append(
                switch (line.kind()) {
                  case KEEP -> " " + text;
                  case DELETE -> theme.removed("-" + text);
                  case INSERT -> theme.added("+" + text);
                })
            .append('\n');
      }
    }
    return Terminal.octets(out.toString());
  }

  /** How many lines of a part one side has: all but those of the other alone. */
  private static int count(PlanDifference.Part part, SequenceDiff.Kind without) {
    List<SequenceDiff.Step<Octets>> lines = part.lines();
    return (int) lines.stream().filter(l -> l.kind() != without).count();
  }

  private static String range(int at, int lines) {
    return (lines == 0 ? at - 1 : at) + "," + lines;
  }

  /** What a part is about. */
  static String title(PlanDifference.Part part) {
    String family = part.family().map(f -> f.title() + ": ").orElse("");
    return family
        + switch (part.kind()) {
          case SOURCES -> "the sources";
          case CHANGES -> "the changes";
          case SYSCTLS -> "the settings";
          case CONNTRACK -> "the entries of connection tracking";
          case KEPT -> "the documents that are kept";
          case STATE -> "the rules that matter";
          case ELSEWHERE -> "other tables that translate the ports";
        };
  }
}
