package io.portmapctl.testing;

import io.portmapctl.net.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule as it may be written and as iptables-save prints it: a line of {@code
 * testdata/spellings.tsv}, of matches, or of {@code testdata/target-spellings.tsv}.
 *
 * @param written the words, without {@code -A CHAIN}
 * @param printed the kernel's words
 * @param family whose program
 * @param table the table in which it may stand
 */
public record Spelling(String written, String printed, Family family, String table) {

  /** All of them. */
  public static List<Spelling> all() throws IOException {
    List<Spelling> all = new ArrayList<>();
    for (String line : lines("spellings.tsv")) {
      String[] columns = line.split("\t", -1);
      all.add(of(columns, columns[0] + " -j RETURN", (columns[1] + " -j RETURN").strip()));
    }
    for (String line : lines("target-spellings.tsv")) {
      String[] columns = line.split("\t", -1);
      all.add(of(columns, columns[0], columns[1]));
    }
    return all;
  }

  private static List<String> lines(String file) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("testdata", file)));
    lines.removeIf(l -> l.startsWith("#"));
    return lines;
  }

  private static Spelling of(String[] columns, String written, String printed) {
    Family family = Family.IPV4;
    String table = "nat";
    for (String word : columns.length > 2 ? columns[2].split(" ", -1) : new String[0]) {
      if (word.equals(Family.IPV6.program())) {
        family = Family.IPV6;
      } else {
        table = word;
      }
    }
    return new Spelling(written, printed, family, table);
  }
}
