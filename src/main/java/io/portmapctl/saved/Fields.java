package io.portmapctl.saved;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.portmapctl.fault.Found;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.fault.SavedPlanFault.Expected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of one object: texts, lists of texts, and objects of texts. */
final class Fields {
  private final String place;
  private final Map<String, Object> values;

  private Fields(String place, Map<String, Object> values) {
    this.place = place;
    this.values = values;
  }

  /** Those of an object. */
  static Fields of(String place, String json) throws SavedPlanFormat.FormatException {
    return object(place, read(json));
  }

  /** Those of each object of a list. */
  static List<Fields> list(String place, String json) throws SavedPlanFormat.FormatException {
    if (!(read(json) instanceof List<?> list)) {
      throw wrong(place, read(json), Expected.ARRAY);
    }
    List<Fields> all = new ArrayList<>();
    for (Object each : list) {
      all.add(object(place + "/" + all.size(), each));
    }
    return all;
  }

  private static Fields object(String place, Object value) throws SavedPlanFormat.FormatException {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(place, value, Expected.OBJECT);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    map.forEach((name, each) -> values.put(String.valueOf(name), each));
    return new Fields(place, values);
  }

  boolean has(String field) {
    return values.containsKey(field);
  }

  private Object value(String field) throws SavedPlanFormat.FormatException {
    Object value = values.get(field);
    if (value == null) {
      throw new SavedPlanFormat.FormatException(new SavedPlanFault.MissingField(place, field));
    }
    return value;
  }

  String text(String field) throws SavedPlanFormat.FormatException {
    return text(place + "/" + field, value(field));
  }

  private static String text(String place, Object value) throws SavedPlanFormat.FormatException {
    if (!(value instanceof String text)) {
      throw wrong(place, value, Expected.TEXT);
    }
    return text;
  }

  /** A text whose characters stand for bytes. */
  String octets(String field) throws SavedPlanFormat.FormatException {
    String text = text(field);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 255) {
        throw wrong(place + "/" + field, text.substring(i, i + 1), Expected.OCTETS);
      }
    }
    return text;
  }

  List<String> texts(String field) throws SavedPlanFormat.FormatException {
    if (!(value(field) instanceof List<?> list)) {
      throw wrong(place + "/" + field, value(field), Expected.ARRAY);
    }
    List<String> texts = new ArrayList<>();
    for (Object each : list) {
      texts.add(text(place + "/" + field + "/" + texts.size(), each));
    }
    return List.copyOf(texts);
  }

  Map<String, String> textsByName(String field) throws SavedPlanFormat.FormatException {
    Fields fields = object(place + "/" + field, value(field));
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : fields.values.keySet()) {
      texts.put(name, fields.text(name));
    }
    return texts;
  }

  private static SavedPlanFormat.FormatException wrong(
      String place, Object value, Expected expected) {
    Found found =
        value instanceof String text
            ? new Found(Found.Type.STRING, text)
            : value instanceof Map
                ? new Found(Found.Type.OBJECT, "")
                : value instanceof List
                    ? new Found(Found.Type.ARRAY, "")
                    : new Found(Found.Type.NUMBER, String.valueOf(value));
    return SavedPlanFormat.unexpected(place, found, expected, List.of());
  }

  /** JSON that was read once and is well formed. */
  private static Object read(String json) {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();
    try (JsonParser parser = factory.createParser(json)) {
      parser.nextToken();
      return value(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    if (parser.hasToken(JsonToken.START_OBJECT)) {
      Map<String, Object> fields = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, value(parser));
      }
      return fields;
    }
    if (parser.hasToken(JsonToken.START_ARRAY)) {
      List<Object> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(parser));
      }
      return items;
    }
    return parser.hasToken(JsonToken.VALUE_STRING)
        ? parser.getText()
        : new Literal(parser.getText());
  }

  /** A number, true, false or null. */
  private record Literal(String text) {
    @Override
    public String toString() {
      return text;
    }
  }
}
