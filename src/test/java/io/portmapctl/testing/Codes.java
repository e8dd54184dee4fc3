package io.portmapctl.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The codes of JSON documents as {@code src/main/codes.tsv} tells them. */
public final class Codes {
  /** Where they stand: a line a code, of tab-separated kind, code and meaning. */
  public static final Path FILE = Path.of("src/main/codes.tsv");

  private Codes() {}

  /** The codes of a kind, {@code notice} or {@code error}, each with its meaning. */
  public static Map<String, String> of(String kind) {
    Map<String, String> codes = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(FILE)) {
        String[] fields = line.split("\t");
        if (fields[0].equals(kind) && codes.put(fields[1], fields[2]) != null) {
          throw new AssertionError(FILE + " has twice " + fields[1]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return codes;
  }
}
