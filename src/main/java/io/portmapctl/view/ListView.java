package io.portmapctl.view;

import io.portmapctl.check.Mapping;
import io.portmapctl.check.MappingReason;
import io.portmapctl.check.Program;
import io.portmapctl.check.State;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The mappings of a ruleset as a table; runs of ports with equal offset are one row. */
public final class ListView {
  private static final int NEVER = Integer.MAX_VALUE;

  /** What a narrow line can do without; the first first. */
  private static final List<String> DISPENSABLE = List.of("LAYOUT", "CONNS", "TO", "NETWORK");

  /** The columns that say whose a mapping is. */
  private static final List<String> OWNER = List.of("NETWORK", "CONTAINER");

  /** What is listed for a mapping or a run of them. */
  private record Run(Mapping first, Mapping last, long connections) {

    /** Whether a mapping of the same kind goes on where this run ends. */
    boolean goesOn(Mapping next) {
      return isNext(last.hostPort(), next.hostPort())
          && isNext(last.containerPort(), next.containerPort());
    }

    private static boolean isNext(OptionalInt port, OptionalInt next) {
      return port.isPresent() && next.equals(OptionalInt.of(port.getAsInt() + 1));
    }

    String hostPorts() {
      return ports(first.hostPort(), last.hostPort());
    }

    String containerPorts() {
      return ports(first.containerPort(), last.containerPort());
    }

    private static String ports(OptionalInt from, OptionalInt to) {
      String one = from.isPresent() ? Integer.toString(from.getAsInt()) : "?";
      return from.equals(to) ? one : one + "-" + to.getAsInt();
    }
  }

  private ListView() {}

  /**
   * The table, as octets.
   *
   * @param wide whether everything is shown, however long the lines become
   * @param theme the colours
   * @param unicode whether the reader's locale has more than ASCII
   * @param width how wide a line may be
   */
  public static String render(
      List<Mapping> mappings, boolean wide, Theme theme, boolean unicode, int width) {
    List<Run> runs = runs(mappings);
    boolean counted = mappings.stream().anyMatch(m -> m.connections().isPresent());
    List<List<String>> rows = new ArrayList<>();
    rows.add(header(wide, counted));
    runs.forEach(r -> rows.add(cells(r, wide, counted)));
    Columns columns =
        fitting(rows, least(wide, counted), wide ? NEVER : width, unicode ? "\u2026" : "~");
    List<String> titles = List.copyOf(rows.get(0));
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      if (i == 0) {
        out.append(theme.strong(columns.line(row)));
      } else if (runs.get(i - 1).first().state() != State.OK) {
        out.append(theme.warning(columns.line(row)));
      } else {
        out.append(
            columns.line(
                row, (c, text) -> OWNER.contains(titles.get(c)) ? theme.owner(text) : text));
      }
      out.append('\n');
    }
    return Terminal.octets(out.toString());
  }

  /** Columns for these rows; where the line is too narrow for all, some are left out. */
  private static Columns fitting(
      List<List<String>> rows, List<Integer> least, int width, String ellipsis) {
    Columns columns = Columns.of(rows, least, width, ellipsis);
    for (String name : DISPENSABLE) {
      int column = rows.get(0).indexOf(name);
      if (columns.width() > width && column >= 0) {
        least.remove(column);
        rows.forEach(r -> r.remove(column));
        columns = Columns.of(rows, least, width, ellipsis);
      }
    }
    return columns;
  }

  private static List<Run> runs(List<Mapping> mappings) {
    List<Run> runs = new ArrayList<>();
    Map<String, Integer> last = new HashMap<>();
    for (Mapping mapping : mappings) {
      long connections = mapping.connections().orElse(0);
      Integer at = last.get(kind(mapping));
      if (at != null && runs.get(at).goesOn(mapping)) {
        Run run = runs.get(at);
        runs.set(at, new Run(run.first(), mapping, run.connections() + connections));
      } else {
        last.put(kind(mapping), runs.size());
        runs.add(new Run(mapping, mapping, connections));
      }
    }
    return runs;
  }

  /** All but the ports; what differs in it cannot share a row. */
  private static String kind(Mapping mapping) {
    return String.join(
        " ",
        mapping.chain(),
        mapping.family().id(),
        mapping.protocol(),
        mapping.hostIp().map(IpAddress::toString).orElse("*"),
        mapping.containerIp().map(IpAddress::toString).orElse("?"),
        mapping.state().id(),
        mapping.snat() + "/" + mapping.wins() + "/" + mapping.connections().isPresent(),
        mapping.reason().name(),
        MappingText.conditions(mapping),
        mapping.takenBy().map(ListView::taker).orElse(""));
  }

  private static String taker(Mapping.Taker taker) {
    return taker.chain()
        + " "
        + taker.program().map(Program::name).orElse("")
        + taker.container().map(Sentences::brief).orElse("");
  }

  private static List<String> header(boolean wide, boolean counted) {
    List<String> header = new ArrayList<>(List.of("PROTO", "HOST", "TO", "NETWORK", "CONTAINER"));
    header.add("LAYOUT");
    if (counted) {
      header.add(wide ? "CONNECTIONS" : "CONNS");
    }
    header.add("STATE");
    if (wide) {
      header.addAll(List.of("SNAT", "CHAIN", "CONDITIONS", "REASON"));
    }
    return header;
  }

  private static List<Integer> least(boolean wide, boolean counted) {
    List<Integer> least = new ArrayList<>(List.of(NEVER, 14, 14, 7, 12, NEVER));
    if (counted) {
      least.add(NEVER);
    }
    least.add(NEVER);
    if (wide) {
      least.addAll(List.of(NEVER, NEVER, NEVER, NEVER));
    }
    return least;
  }

  private static List<String> cells(Run run, boolean wide, boolean counted) {
    Mapping mapping = run.first();
    List<String> cells = new ArrayList<>();
    cells.add(mapping.protocol().isEmpty() ? "?" : mapping.protocol());
    String any = mapping.family() == Family.IPV4 ? "*" : "[::]";
    cells.add(mapping.hostIp().map(IpAddress::bracketed).orElse(any) + ":" + run.hostPorts());
    cells.add(
        mapping.containerIp().map(IpAddress::bracketed).orElse("?") + ":" + run.containerPorts());
    cells.add(mapping.owner().map(Identity::network).map(Printable::escaped).orElse("?"));
    cells.add(mapping.owner().map(o -> container(o, wide)).orElse("?"));
    cells.add(mapping.layout().map(l -> l.id()).orElse("?"));
    if (counted) {
      cells.add(mapping.connections().isPresent() ? Long.toString(run.connections()) : "-");
    }
    cells.add(mapping.state().id() + remarks(mapping));
    if (wide) {
      cells.add(mapping.snat() ? "yes" : "no");
      cells.add(Printable.escaped(Terminal.decoded(mapping.chain())));
      cells.add(MappingText.conditions(mapping));
      cells.add(Printable.escaped(MappingText.reason(mapping)));
    }
    return cells;
  }

  /** What a reader of the state must know beside it. */
  private static String remarks(Mapping mapping) {
    List<String> remarks = new ArrayList<>();
    if (mapping.state() == State.CONFLICT && !mapping.wins()) {
      remarks.add(mapping.reason() == MappingReason.LOST_IN_PART ? "loses some" : "loses");
    }
    if (mapping.reason() == MappingReason.CLAIMED_ELSEWHERE) {
      remarks.add("perhaps");
    }
    if (!mapping.conditions().isEmpty()) {
      remarks.add("conditions");
    }
    return remarks.isEmpty() ? "" : " (" + String.join(", ", remarks) + ")";
  }

  /** Of the long random IDs of container runtimes the digits by which they are told apart. */
  private static String container(Identity owner, boolean wide) {
    String id = Printable.escaped(owner.containerId());
    return !wide && id.matches("[0-9a-f]{32,}") ? id.substring(0, 12) : id;
  }
}
