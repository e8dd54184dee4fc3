package io.portmapctl.view;

import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Stations, and the ways of classes of senders between them, as a cluster of a graph in the
 * language of Graphviz. Names of nodes are made here, so that no name of a host can break the
 * graph.
 */
final class WayGraph {
  /** Of a station with more rows, those that decide nothing are counted behind so many. */
  private static final int MOST_ROWS = 30;

  private static final int LONGEST = 84;

  /** How a class fares. */
  enum Tone {
    /** It does not matter. */
    PLAIN("#616161", "#ffffff"),
    /** It works. */
    WORKS("#2e7d32", "#e8f5e9"),
    /** It does not. */
    FAILS("#c62828", "#ffebee"),
    /** It is not known. */
    UNKNOWN("#b26a00", "#fff8e1");

    private final String line;
    private final String fill;

    Tone(String line, String fill) {
      this.line = line;
      this.fill = fill;
    }
  }

  /** A line of a station. */
  private static final class Row {
    private final String key;
    private final String where;
    private final String text;

    /** How many jumps lead to its chain. */
    private final int depth;

    /** Its place in the chain; 0 for what is no rule. */
    private final int number;

    /** Whether it only says that nothing is there. */
    private final boolean quiet;

    private final Map<Integer, Tone> classes = new TreeMap<>();
    private final Set<Tone> decides = EnumSet.noneOf(Tone.class);

    Row(String key, String where, String text, int depth, int number, boolean quiet) {
      this.key = key;
      this.where = where;
      this.text = text;
      this.depth = depth;
      this.number = number;
      this.quiet = quiet;
    }

    /** One line for two that say the same of two places. */
    Row and(Row next) {
      Row both = new Row(key, where + ", " + next.where, text, depth, number, quiet);
      both.classes.putAll(classes);
      return both;
    }
  }

  /** A box. */
  private static final class Station {
    private final String title;
    private final boolean end;
    private final Map<Integer, Tone> classes = new TreeMap<>();
    private final List<Row> rows = new ArrayList<>();

    /** The line of that key, if there is one. */
    Optional<Row> row(String key) {
      return rows.stream().filter(r -> r.key.equals(key)).findFirst();
    }

    Station(String title, boolean end) {
      this.title = title;
      this.end = end;
    }
  }

  /** An arrow. */
  private record Arrow(String from, String to, boolean back) {}

  private final String prefix;
  private final Map<String, String> ids = new LinkedHashMap<>();
  private final Map<String, Station> stations = new LinkedHashMap<>();
  private final Map<Arrow, Map<Integer, Tone>> arrows = new LinkedHashMap<>();
  private final Map<String, String> senders = new LinkedHashMap<>();

  /**
   * A graph.
   *
   * @param prefix what the names of its nodes begin with
   */
  WayGraph(String prefix) {
    this.prefix = prefix;
  }

  /** The way of one class, which stations and rows are added to one after another. */
  final class Way {
    private final int number;
    private final Tone tone;
    private final String start;
    private String at;
    private Station station = new Station("", false);

    /** The line that it met last in the station where it is. */
    private Optional<Row> last = Optional.empty();

    Way(int number, Tone tone, String sender, List<String> told) {
      this.number = number;
      this.tone = tone;
      this.start = prefix + "c" + number;
      this.at = start;
      senders.put(start, box(sender, told));
    }

    private String box(String sender, List<String> told) {
      StringBuilder label =
          new StringBuilder(
              "<table border=\"2\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" color=\""
                  + tone.line
                  + "\" bgcolor=\""
                  + tone.fill
                  + "\"><tr><td align=\"left\"><b>"
                  + html(sender)
                  + "</b></td></tr>");
      told.forEach(
          t -> label.append("<tr><td align=\"left\">").append(html(t)).append("</td></tr>"));
      return start + " [label=<" + label + "</table>>];";
    }

    /** Goes on to a station. */
    void to(String key, String title) {
      to(key, title, false, false);
    }

    /** Comes to where it is sent to. */
    void arrives(String key, String title) {
      to(key, title, true, false);
    }

    /** Its answer goes back through a station. */
    void back(String key, String title) {
      to(key, title, false, true);
    }

    private void to(String key, String title, boolean end, boolean back) {
      String id = ids.computeIfAbsent(key, k -> prefix + "s" + ids.size());
      station = stations.computeIfAbsent(id, k -> new Station(title, end));
      if (!at.equals(id)) {
        arrows
            .computeIfAbsent(new Arrow(at, id, back), k -> new TreeMap<>())
            .merge(number, tone, (a, b) -> b);
        last = Optional.empty();
      }
      station.classes.put(number, tone);
      at = id;
    }

    /** The class starts once more, on another way that it may take. */
    void again() {
      at = start;
      last = Optional.empty();
    }

    /**
     * A line of the station where it is.
     *
     * @param key what tells it from other lines of the station
     * @param where whose line it is, as a table's; may be empty
     */
    void row(String key, String where, String text) {
      row(new Row(key, where, text, 0, 0, false));
    }

    /** The same where nothing happens; not shown where something happens to others. */
    void quiet(String key, String where, String text) {
      row(new Row(key, where, text, 0, 0, true));
    }

    /** The same of a rule, or with number 0 of a chain that a jump leads to. */
    void rule(String key, String where, String text, int depth, int number) {
      row(
          new Row(
              key, where, "  ".repeat(2 * depth) + Printable.escaped(text), depth, number, false));
    }

    /** The line that was added last decides. */
    void decides() {
      last.ifPresent(row -> row.decides.add(tone));
    }

    private void row(Row row) {
      Row there = station.row(row.key).orElse(row);
      if (there == row) {
        insert(row);
      }
      there.classes.put(number, tone);
      last = Optional.of(there);
    }

    /**
     * Behind the line that the class met last, and behind those of the same chain that come before
     * it, which other classes have met.
     */
    private void insert(Row row) {
      List<Row> rows = station.rows;
      int place = last.map(rows::indexOf).orElse(rows.size() - 1) + 1;
      while (place < rows.size() && isBefore(rows.get(place), row)) {
        place++;
      }
      rows.add(place, row);
    }

    private static boolean isBefore(Row other, Row row) {
      boolean inside = other.depth > row.depth;
      boolean earlier = other.depth == row.depth && other.number > 0 && other.number < row.number;
      return other.where.equals(row.where) && (inside || earlier);
    }
  }

  /** The cluster, under some lines. */
  String text(List<String> title) {
    StringBuilder out = new StringBuilder();
    out.append("  subgraph cluster_").append(prefix).append(" {\n");
    out.append("    label=<<b>").append(title(title)).append("</b>>;\n");
    out.append("    { rank=same;\n");
    senders.values().forEach(s -> out.append("      ").append(s).append('\n'));
    if (senders.size() > 1) {
      String order = String.join(" -> ", senders.keySet());
      out.append("      ").append(order).append(" [style=invis];\n");
    }
    out.append("    }\n");
    stations.forEach((id, station) -> out.append(box(id, station)));
    arrows.forEach((arrow, classes) -> out.append(line(arrow, classes)));
    return out.append("  }\n").toString();
  }

  private static String title(List<String> lines) {
    return lines.stream().map(WayGraph::html).collect(Collectors.joining("<br/>"));
  }

  /** The names of the boxes that no arrow leads away from. */
  List<String> last() {
    List<String> last = new ArrayList<>(stations.keySet());
    arrows.keySet().forEach(a -> last.remove(a.from));
    return last;
  }

  /** The name of the first box; empty where there is none. */
  String first() {
    return senders.keySet().stream().findFirst().orElse("");
  }

  private static String box(String id, Station station) {
    boolean decides = station.rows.stream().anyMatch(r -> r.decides.contains(Tone.FAILS));
    StringBuilder label = new StringBuilder();
    label
        .append("<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" color=\"")
        .append(decides ? Tone.FAILS.line : Tone.PLAIN.line)
        .append("\" bgcolor=\"#ffffff\"><tr><td colspan=\"3\" bgcolor=\"")
        .append(station.end ? "#bbdefb" : "#eceff1")
        .append("\"><b>")
        .append(html(station.title))
        .append("</b></td></tr>");
    int shown = 0;
    int left = 0;
    String where = "";
    for (Row row : rows(station)) {
      if (row.decides.isEmpty() && shown >= MOST_ROWS) {
        left++;
        continue;
      }
      shown++;
      label.append(row(row, row.where.equals(where) ? "" : row.where, station));
      where = row.where;
    }
    if (left > 0) {
      label.append("<tr><td colspan=\"3\" align=\"left\"><i>").append(left);
      label.append(" more rules</i></td></tr>");
    }
    return "    " + id + " [label=<" + label + "</table>>];\n";
  }

  /** Its lines, where nothing happens as few as can be. */
  private static List<Row> rows(Station station) {
    Set<String> busy = new HashSet<>();
    station.rows.stream().filter(r -> !r.quiet).forEach(r -> busy.add(r.where));
    List<Row> rows = new ArrayList<>();
    for (Row row : station.rows) {
      if (row.quiet && busy.contains(row.where)) {
        continue;
      }
      Row before = rows.isEmpty() ? row : rows.get(rows.size() - 1);
      if (row.quiet
          && before != row
          && before.quiet
          && before.text.equals(row.text)
          && before.classes.equals(row.classes)) {
        rows.set(rows.size() - 1, before.and(row));
      } else {
        rows.add(row);
      }
    }
    return rows;
  }

  private static String row(Row row, String where, Station station) {
    // what ends a way is what is looked for; where nothing does, what leads to the container is
    Tone tone =
        row.decides.contains(Tone.FAILS)
            ? Tone.FAILS
            : row.decides.stream().findFirst().orElse(Tone.PLAIN);
    String cell = "<td align=\"left\" valign=\"top\"" + paint(row, tone);
    List<String> lines = row.text.lines().map(l -> html(cut(l))).toList();
    // each line is ended: one that is not stands in the middle
    String end = lines.size() > 1 ? "<br align=\"left\"/>" : "";
    String shown =
        lines.stream()
            .map(l -> (row.decides.isEmpty() ? l : bold(l, tone)) + end)
            .collect(Collectors.joining());
    String some = row.classes.keySet().equals(station.classes.keySet()) ? "" : numbers(row.classes);
    String mark =
        row.decides.isEmpty()
            ? some
            : bold((tone == Tone.UNKNOWN ? "may decide " : "decides ") + some, tone);
    return "<tr>"
        + (row.where.isEmpty()
            ? cell + " colspan=\"2\">" + shown
            : cell + ">" + html(where) + "</td>" + cell + ">" + shown)
        + "</td><td align=\"right\" valign=\"top\""
        + paint(row, tone)
        + ">"
        + mark
        + "</td></tr>";
  }

  private static String paint(Row row, Tone tone) {
    return row.decides.isEmpty() ? "" : " bgcolor=\"" + tone.fill + "\"";
  }

  private static String bold(String html, Tone tone) {
    return html.isEmpty() ? "" : "<font color=\"" + tone.line + "\"><b>" + html + "</b></font>";
  }

  private String line(Arrow arrow, Map<Integer, Tone> classes) {
    Set<Tone> tones = new LinkedHashSet<>(classes.values());
    Tone tone = tones.size() == 1 ? tones.iterator().next() : Tone.PLAIN;
    return "    "
        + arrow.from
        + " -> "
        + arrow.to
        + " [color=\""
        + tone.line
        + "\", fontcolor=\""
        + tone.line
        + "\""
        + (senders.size() < 2 || senders.containsKey(arrow.from)
            ? ""
            : ", label=\" " + numbers(classes) + "\"")
        + (arrow.back ? ", style=dashed" : "")
        + "];\n";
  }

  /** {@code 1-3, 5}. */
  private static String numbers(Map<Integer, Tone> classes) {
    List<String> runs = new ArrayList<>();
    List<Integer> all = List.copyOf(classes.keySet());
    for (int i = 0; i < all.size(); i++) {
      int first = i;
      while (i + 1 < all.size() && all.get(i + 1) == all.get(i) + 1) {
        i++;
      }
      String join = i - first > 1 ? "-" : ", ";
      runs.add(first == i ? "" + all.get(i) : all.get(first) + join + all.get(i));
    }
    return String.join(", ", runs);
  }

  /**
   * Without what stands in the middle: a rule begins with what it takes and ends with what it does.
   */
  private static String cut(String text) {
    int end = LONGEST / 2;
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST - end) + " ... " + text.substring(text.length() - end);
  }

  /** As Graphviz reads its HTML; blanks in front stay there. */
  static String html(String text) {
    String escaped = Printable.escaped(text);
    String inner = escaped.stripLeading();
    return "&#160;".repeat(escaped.length() - inner.length())
        + inner
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;")
            .replace("\\", "&#92;") // \N would be the name of the node
            // no characters, and XML takes them for errors
            .replace("\ufffe", "&#92;ufffe")
            .replace("\uffff", "&#92;uffff");
  }
}
