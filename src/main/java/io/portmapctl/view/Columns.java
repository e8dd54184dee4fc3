package io.portmapctl.view;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells as aligned columns. */
final class Columns {
  private final List<Integer> widths;
  private final int gap;
  private final String ellipsis;

  private Columns(List<Integer> widths, int gap, String ellipsis) {
    this.widths = widths;
    this.gap = gap;
    this.ellipsis = ellipsis;
  }

  /**
   * Columns for these rows.
   *
   * @param rows all rows, each with as many cells
   * @param least for each column how far it may be cut; where it must not, a large number
   * @param most how wide a line may be
   * @param ellipsis what stands in the place of what is cut out
   */
  static Columns of(List<List<String>> rows, List<Integer> least, int most, String ellipsis) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < least.size(); column++) {
      int width = 0;
      for (List<String> row : rows) {
        width = Math.max(width, length(row.get(column)));
      }
      widths.add(width);
    }
    int sum = widths.stream().mapToInt(w -> w).sum();
    int gap = sum + 2 * (widths.size() - 1) <= most ? 2 : 1;
    int over = sum + gap * (widths.size() - 1) - most;
    while (over > 0) {
      int widest = -1;
      for (int column = 0; column < least.size(); column++) {
        boolean wider = widest < 0 || widths.get(column) > widths.get(widest);
        if (widths.get(column) > least.get(column) && wider) {
          widest = column;
        }
      }
      if (widest < 0) {
        break;
      }
      widths.set(widest, widths.get(widest) - 1);
      over--;
    }
    return new Columns(List.copyOf(widths), gap, ellipsis);
  }

  /** How wide the widest line is. */
  int width() {
    return widths.stream().mapToInt(w -> w).sum() + gap * (widths.size() - 1);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** How a cell is coloured. */
  interface Paint {
    /** The text of a column's cell, coloured. */
    String cell(int column, String text);
  }

  /** One row as a line; the last cell is not padded. */
  String line(List<String> cells) {
    return line(cells, (column, text) -> text);
  }

  /** The same in colours. */
  String line(List<String> cells, Paint paint) {
    StringBuilder out = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cut(cells.get(column), widths.get(column));
      out.append(paint.cell(column, cell));
      if (column < cells.size() - 1) {
        out.append(" ".repeat(widths.get(column) - length(cell) + gap));
      }
    }
    return out.toString().stripTrailing();
  }

  /** Cut in the middle; of an address with a port the port stays whole. */
  private String cut(String cell, int width) {
    if (length(cell) <= width) {
      return cell;
    }
    int room = Math.max(0, width - ellipsis.length());
    int colon = cell.lastIndexOf(':');
    int port = colon > 0 && cell.charAt(colon - 1) == ']' ? colon - 1 : colon;
    int tail = colon >= 0 ? cell.length() - port : room / 2;
    tail = Math.min(tail, room);
    int head = cell.offsetByCodePoints(0, Math.min(length(cell), room - tail));
    return cell.substring(0, head) + ellipsis + cell.substring(cell.length() - tail);
  }
}
