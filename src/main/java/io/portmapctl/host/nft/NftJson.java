package io.portmapctl.host.nft;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value as nft prints it.
 *
 * @param value a {@code Map}, a {@code List} or a {@code String}; numbers and the like as they
 *     stand
 */
record NftJson(Object value) {
  private static final NftJson NOTHING = new NftJson("");

  /**
   * Reads a document.
   *
   * @throws IOException where it is none
   */
  static NftJson parse(String text) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      return new NftJson(read(parser));
    }
  }

  private static Object read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> fields = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, read(parser));
      }
      return fields;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(read(parser));
      }
      return items;
    }
    if (token == null) {
      throw new IOException("no JSON document");
    }
    return parser.getText();
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
    return value instanceof String text ? text : "";
  }

  /** The number; empty for anything else. */
  Optional<Integer> number() {
    try {
      return Optional.of(Integer.valueOf(text()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
