package io.portmapctl.host.route;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.portmapctl.fault.FileFault;
import io.portmapctl.fault.JsonError;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An object that ip prints: a route, a rule, an interface.
 *
 * @param content what it is of
 * @param place its place in the list, from 0
 * @param fields its fields in order; each a {@code String}, a {@code List} or a {@code Map},
 *     numbers and the like as they stand
 */
record IpJson(FileFault.Content content, String place, Map<String, Object> fields) {

  /**
   * Reads a list of objects. Empty ones, which ip prints for what a filter leaves out, are not
   * there.
   */
  static List<IpJson> parse(String text, FileFault.Content content) throws IpFormatException {
    if (text.isBlank()) {
      return List.of(); // what some versions print for no entry
    }
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(JsonError.DEEPEST).build())
            .build();
    List<IpJson> all = new ArrayList<>();
    try (JsonParser parser = factory.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new IpFormatException(new FileFault.NotAnArray(content));
      }
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        IpJson one = of(content, "[" + i + "]", read(parser));
        if (!one.fields.isEmpty()) {
          all.add(one);
        }
      }
      if (parser.nextToken() != null) {
        throw new IpFormatException(new FileFault.NotAnArray(content));
      }
    } catch (JsonProcessingException e) {
      throw new IpFormatException(new FileFault.NotJson(content, error(e)));
    } catch (IOException e) {
      throw new IpFormatException(
          new FileFault.NotJson(content, new JsonError(JsonError.Why.NOT_UNICODE, 0, 0, "")));
    }
    return all;
  }

  private static JsonError error(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    JsonError.Why why =
        message.startsWith("Unexpected end-of-input")
            ? JsonError.Why.TRUNCATED
            : message.contains("nesting depth") ? JsonError.Why.TOO_DEEP : JsonError.Why.SYNTAX;
    JsonLocation at = e.getLocation();
    return at == null
        ? new JsonError(why, 0, 0, message)
        : new JsonError(why, at.getLineNr(), at.getColumnNr(), message);
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
    return parser.getText();
  }

  private static IpJson of(FileFault.Content content, String place, Object value)
      throws IpFormatException {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IpFormatException(new FileFault.NotAnObject(content, place));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    map.forEach((name, field) -> fields.put(String.valueOf(name), field));
    return new IpJson(content, place, fields);
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** A text or number; empty where there is none. */
  String text(String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  /** A text or number, where there is one. */
  Optional<String> optional(String name) {
    return fields.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  boolean isTrue(String name) {
    return text(name).equals("true");
  }

  boolean isFalse(String name) {
    return text(name).equals("false");
  }

  /** The objects of a list; none where there is no such list. */
  List<IpJson> objects(String name) throws IpFormatException {
    List<IpJson> all = new ArrayList<>();
    if (fields.get(name) instanceof List<?> items) {
      for (int i = 0; i < items.size(); i++) {
        all.add(of(content, place + "." + name + "[" + i + "]", items.get(i)));
      }
    }
    return all;
  }

  /** An object in it, where there is one. */
  Optional<IpJson> object(String name) throws IpFormatException {
    return fields.get(name) instanceof Map<?, ?> map
        ? Optional.of(of(content, place + "." + name, map))
        : Optional.empty();
  }

  /** The words of a list. */
  List<String> words(String name) {
    List<String> words = new ArrayList<>();
    if (fields.get(name) instanceof List<?> items) {
      for (Object item : items) {
        if (item instanceof String word) {
          words.add(word);
        }
      }
    }
    return words;
  }

  IpFormatException wrong(String name, FileFault.Wanted wanted) {
    return new IpFormatException(
        new FileFault.WrongField(content, place, name, text(name), wanted));
  }

  /** A text that must be there. */
  String required(String name, FileFault.Wanted wanted) throws IpFormatException {
    String text = text(name);
    if (text.isEmpty()) {
      throw wrong(name, wanted);
    }
    return text;
  }

  /** A number of decimal digits or, behind 0x, of hexadecimal ones. */
  OptionalLong number(String name) throws IpFormatException {
    String text = text(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw wrong(name, FileFault.Wanted.NUMBER);
    }
  }

  /** An address, where there is one. */
  Optional<IpAddress> address(String name) throws IpFormatException {
    String text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<IpAddress> address = IpAddress.parse(text);
    if (address.isEmpty()) {
      throw wrong(name, FileFault.Wanted.ADDRESS);
    }
    return address;
  }

  /** A network, where there is one; {@code default} is all. */
  Optional<Cidr> network(String name, Family family) throws IpFormatException {
    String text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.equals("default") || text.equals("all")) {
      return Optional.of(Cidr.any(family));
    }
    Optional<Cidr> network =
        Cidr.parse(text).filter(n -> n.address().family() == family).map(Cidr::network);
    if (network.isEmpty()) {
      throw wrong(name, FileFault.Wanted.NETWORK);
    }
    return network;
  }
}
