package io.portmapctl.view;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Chains as a graph in the language of Graphviz: a box a chain, a line a rule, an arrow for each
 * jump; the text is octets.
 */
public final class DotView {
  /** Of a chain with more rules, they are counted. */
  private static final int MOST_ROWS = 40;

  private static final int LONGEST = 110;
  private static final String NEW = "#e8f5e9";

  private final StringBuilder out = new StringBuilder();

  private DotView() {}

  /**
   * The graph.
   *
   * @param tables the tables, with the chains that a plan makes
   * @param created the chains that are new, as {@link #created} tells them
   * @param title what it shows
   */
  public static String render(List<Table> tables, Set<String> created, String title) {
    DotView view = new DotView();
    view.line("digraph nat {");
    view.line("  label=\"" + quoted(title) + "\"; labelloc=t; rankdir=LR;");
    view.line("  node [shape=plain, fontname=\"monospace\", fontsize=10];");
    for (Table table : tables) {
      view.table(table, created);
    }
    view.line("}");
    return Terminal.octets(view.out.toString());
  }

  private void table(Table table, Set<String> created) {
    Family family = table.family();
    line("  subgraph \"cluster_" + family.id() + "\" {");
    line("    label=\"" + family.title() + ", table nat\";");
    List<Chain> chains = List.copyOf(table.chains().values());
    for (Chain chain : chains) {
      chain(family, chain, created.contains(family.id() + " " + chain.name()));
    }
    line("  }");
    for (Chain chain : chains) {
      edges(table, chain, chains);
    }
  }

  private static String id(Family family, String chain) {
    return "\"" + family.id() + " " + quoted(Printable.escaped(Terminal.decoded(chain))) + "\"";
  }

  private void chain(Family family, Chain chain, boolean isNew) {
    StringBuilder label = new StringBuilder();
    label.append("<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">");
    label.append("<tr><td port=\"in\"").append(isNew ? " bgcolor=\"" + NEW + "\"" : "");
    label.append("><b>").append(html(chain.name())).append("</b>");
    label.append(chain.builtIn() ? " (policy " + html(chain.policy()) + ")" : "");
    label.append("</td></tr>");
    if (chain.rows().size() > MOST_ROWS) {
      label.append("<tr><td align=\"left\"><i>").append(chain.rows().size());
      label.append(" rules</i></td></tr>");
    } else {
      for (int i = 0; i < chain.rows().size(); i++) {
        label.append("<tr><td align=\"left\" port=\"r").append(i + 1).append("\">");
        label.append(html(cut(chain.rows().get(i).rule().text().latin1()))).append("</td></tr>");
      }
    }
    label.append("</table>");
    line("    " + id(family, chain.name()) + " [label=<" + label + ">];");
  }

  private void edges(Table table, Chain chain, List<Chain> chains) {
    Family family = table.family();
    Set<String> drawn = new java.util.HashSet<>();
    for (int i = 0; i < chain.rows().size(); i++) {
      String target = chain.rows().get(i).rule().target().chain().orElse("");
      if (chains.stream().noneMatch(c -> c.name().equals(target))) {
        continue;
      }
      boolean shown = chain.rows().size() <= MOST_ROWS;
      if (shown || drawn.add(target)) {
        String from = id(family, chain.name()) + (shown ? ":r" + (i + 1) : "");
        line("  " + from + " -> " + id(family, target) + ":in;");
      }
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  private static String html(String octets) {
    return WayGraph.html(Terminal.decoded(octets));
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  /** For each family the chains that a plan makes. */
  public static Set<String> created(List<Table> before, List<Table> after) {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      for (String name : after.get(i).chains().keySet()) {
        if (before.get(i).chain(name).isEmpty()) {
          created.add(after.get(i).family().id() + " " + name);
        }
      }
    }
    return Set.copyOf(created);
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
