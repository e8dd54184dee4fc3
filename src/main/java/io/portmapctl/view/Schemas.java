package io.portmapctl.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The JSON Schemas of the documents that commands print, one for each {@code kind}. */
public final class Schemas {
  /** The kinds of documents. */
  public static final List<String> KINDS =
      List.of(
          "plan",
          "saved-plan",
          "check",
          "list",
          "trace",
          "reach",
          "explanation",
          "snapshot",
          "error");

  private Schemas() {}

  /** The schema of one of the kinds, as text. */
  public static String text(String kind) {
    String name = "schema/" + kind + ".schema.json";
    try (InputStream schema = Schemas.class.getResourceAsStream(name)) {
      if (schema == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
