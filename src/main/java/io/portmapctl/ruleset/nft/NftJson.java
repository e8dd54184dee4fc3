package io.portmapctl.ruleset.nft;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value as nft prints it.
 *
 * @param value a {@code Map}, a {@code List}, a {@code String}, or a {@link Bare}
 */
record NftJson(Object value) {
  /** Deeper than any expression that nft makes. */
  private static final int DEEPEST = 100;

  private static final NftJson NOTHING = new NftJson("");

  /**
   * A number, {@code true}, {@code false} or {@code null}.
   *
   * @param text as it stands
   */
  record Bare(String text) {}

  /** Takes the objects of a ruleset, one after another. */
  interface Taker {
    /**
     * Takes one.
     *
     * @param index its place, from 0
     */
    void take(NftJson object, int index) throws NftFormatException;
  }

  /**
   * Reads a document {@code {"nftables": […]}}, one object of it at a time.
   *
   * @throws NftFormatException where it is none
   */
  static void each(String text, Taker taker) throws NftFormatException {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      boolean found = false;
      if (parser.nextToken() == null) {
        throw new NftFormatException(NftFormatException.Kind.NO_JSON, "1");
      }
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean objects = parser.currentName().equals("nftables");
          parser.nextToken();
          if (objects && parser.currentToken() == JsonToken.START_ARRAY) {
            found = true;
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
              taker.take(new NftJson(read(parser, 0)), i);
            }
          } else {
            read(parser, 0);
          }
        }
      } else {
        read(parser, 0);
      }
      if (parser.nextToken() != null) {
        throw new NftFormatException(NftFormatException.Kind.NO_JSON, line(parser));
      }
      if (!found) {
        throw new NftFormatException(NftFormatException.Kind.NO_RULESET, "");
      }
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new NftFormatException(NftFormatException.Kind.NO_JSON, Long.toString(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text is read without
    }
  }

  private static String line(JsonParser parser) {
    return Integer.toString(parser.currentLocation().getLineNr());
  }

  private static Object read(JsonParser parser, int depth) throws IOException, NftFormatException {
    if (depth > DEEPEST) {
      throw new NftFormatException(NftFormatException.Kind.TOO_DEEP, line(parser));
    }
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> fields = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, read(parser, depth + 1));
      }
      return fields;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(read(parser, depth + 1));
      }
      return items;
    }
    if (token == null) {
      throw new NftFormatException(NftFormatException.Kind.NO_JSON, "1");
    }
    return token == JsonToken.VALUE_STRING ? parser.getText() : new Bare(parser.getText());
  }

  /** The field of that name; empty text where there is none. */
  NftJson get(String name) {
    return field(name).orElse(NOTHING);
  }

  /** The field of that name, where this is an object that has it. */
  Optional<NftJson> field(String name) {
    return value instanceof Map<?, ?> fields
        ? Optional.ofNullable(fields.get(name)).map(NftJson::new)
        : Optional.empty();
  }

  /** The name of an object's first field; empty for what is none. */
  String kind() {
    return value instanceof Map<?, ?> fields && !fields.isEmpty()
        ? String.valueOf(fields.keySet().iterator().next())
        : "";
  }

  /** Whether it is an array. */
  boolean isList() {
    return value instanceof List<?>;
  }

  /** Whether it is a text, a number or the like. */
  boolean isScalar() {
    return value instanceof String || value instanceof Bare bare && !bare.text().equals("null");
  }

  /** The items of an array; what is none counts as one item. */
  List<NftJson> items() {
    if (!(value instanceof List<?> items)) {
      return List.of(this);
    }
    List<NftJson> all = new ArrayList<>();
    items.forEach(item -> all.add(new NftJson(item)));
    return all;
  }

  /** A text or number; empty for anything else. */
  String text() {
    return value instanceof String text
        ? text
        : value instanceof Bare bare && !bare.text().equals("null") ? bare.text() : "";
  }

  /** The number; empty for anything else. */
  Optional<Long> number() {
    try {
      return Optional.of(Long.valueOf(text()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The whole in one line. */
  String compact() {
    StringBuilder out = new StringBuilder();
    print(value, out);
    return out.toString();
  }

  private static void print(Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> fields) {
      String before = "{";
      for (Map.Entry<?, ?> field : fields.entrySet()) {
        out.append(before).append('"').append(field.getKey()).append("\":");
        print(field.getValue(), out);
        before = ",";
      }
      out.append(fields.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> items) {
      String before = "[";
      for (Object item : items) {
        out.append(before);
        print(item, out);
        before = ",";
      }
      out.append(items.isEmpty() ? "[]" : "]");
    } else if (value instanceof Bare bare) {
      out.append(bare.text());
    } else {
      String text = String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\"");
      out.append('"').append(text).append('"');
    }
  }
}
