package io.portmapctl.view;

import io.portmapctl.explain.PacketReport;
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
  /** Of a chain with more rules, those that are not on the path are counted. */
  private static final int MOST_ROWS = 40;

  /** Of a ruleset with more chains, those that are not on a packet's path are left out. */
  private static final int MOST_CHAINS = 100;

  private static final int LONGEST = 110;
  private static final String PATH = "#c62828";
  private static final String NEW = "#e8f5e9";

  private final StringBuilder out = new StringBuilder();

  /** What is highlighted. */
  private final Set<String> places;

  private DotView(Set<String> places) {
    this.places = places;
  }

  /**
   * The graph.
   *
   * @param tables the tables, with the chains that a plan makes
   * @param created the chains that are new, as {@link #created} tells them
   * @param places a packet's path ({@link PacketReport#place})
   * @param title what it shows
   */
  public static String render(
      List<Table> tables, Set<String> created, Set<String> places, String title) {
    DotView view = new DotView(places);
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
    List<Chain> chains = shown(table);
    for (Chain chain : chains) {
      chain(family, chain, created.contains(family.id() + " " + chain.name()));
    }
    line("  }");
    for (Chain chain : chains) {
      edges(table, chain, chains);
    }
  }

  private List<Chain> shown(Table table) {
    List<Chain> all = List.copyOf(table.chains().values());
    if (all.size() <= MOST_CHAINS || places.isEmpty()) {
      return all;
    }
    return all.stream().filter(c -> c.builtIn() || isOnPath(table.family(), c)).toList();
  }

  private boolean isOnPath(Family family, Chain chain) {
    for (int i = 0; i < chain.rows().size(); i++) {
      if (places.contains(PacketReport.place(family, chain.name(), i + 1))) {
        return true;
      }
    }
    return false;
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
    int left = 0;
    for (int i = 0; i < chain.rows().size(); i++) {
      boolean onPath = places.contains(PacketReport.place(family, chain.name(), i + 1));
      if (chain.rows().size() > MOST_ROWS && !onPath) {
        left++;
        continue;
      }
      label.append(left(left));
      left = 0;
      String text = html(cut(chain.rows().get(i).rule().text().latin1()));
      label.append("<tr><td align=\"left\" port=\"r").append(i + 1).append("\">");
      label.append(onPath ? "<font color=\"" + PATH + "\"><b>" + text + "</b></font>" : text);
      label.append("</td></tr>");
    }
    label.append(left(left)).append("</table>");
    line("    " + id(family, chain.name()) + " [label=<" + label + ">];");
  }

  private static String left(int count) {
    return count == 0 ? "" : "<tr><td align=\"left\"><i>" + count + " rules</i></td></tr>";
  }

  private void edges(Table table, Chain chain, List<Chain> chains) {
    Family family = table.family();
    Set<String> drawn = new java.util.HashSet<>();
    for (int i = 0; i < chain.rows().size(); i++) {
      String target = chain.rows().get(i).rule().target().chain().orElse("");
      if (chains.stream().noneMatch(c -> c.name().equals(target))) {
        continue;
      }
      boolean onPath = places.contains(PacketReport.place(family, chain.name(), i + 1));
      boolean shown = chain.rows().size() <= MOST_ROWS || onPath;
      String from = id(family, chain.name()) + (shown ? ":r" + (i + 1) : "");
      if (!shown && !drawn.add(target)) {
        continue;
      }
      line(
          "  "
              + from
              + " -> "
              + id(family, target)
              + ":in"
              + (onPath ? " [color=\"" + PATH + "\", penwidth=2]" : "")
              + ";");
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  private static String html(String octets) {
    String text = Printable.escaped(Terminal.decoded(octets));
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
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
