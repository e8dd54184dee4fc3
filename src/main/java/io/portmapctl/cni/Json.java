package io.portmapctl.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.portmapctl.text.Printable;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON value as CNI needs it: fields in order with duplicates kept (so that the last of two wins,
 * whatever its case) and numbers as they were spelled. Jackson's streaming reader alone loads a
 * third of what its tree model does.
 */
sealed interface Json {

  /** The value as it would be quoted in a message. */
  String shown();

  record Text(String value) implements Json {
    @Override
    public String shown() {
      return Printable.quoted(value);
    }
  }

  record Numeral(String literal) implements Json {

    /** Whether it is spelled as a whole number: without a fraction and an exponent. */
    boolean isWhole() {
      for (int i = 0; i < literal.length(); i++) {
        char c = literal.charAt(i);
        if ((c < '0' || c > '9') && c != '-') {
          return false;
        }
      }
      return true;
    }

    @Override
    public String shown() {
      return literal;
    }
  }

  record Bool(boolean value) implements Json {
    @Override
    public String shown() {
      return Boolean.toString(value);
    }
  }

  record Null() implements Json {
    @Override
    public String shown() {
      return "null";
    }
  }

  record Array(List<Json> items) implements Json {
    @Override
    public String shown() {
      return "an array";
    }
  }

  record Obj(List<Field> fields) implements Json {
    @Override
    public String shown() {
      return "an object";
    }
  }

  record Field(String name, Json value) {}

  /** The deepest nesting that is read. */
  int MAX_DEPTH = 100;

  /**
   * Every document of a text, one after another.
   *
   * @throws JsonProcessingException for text that is not JSON
   */
  static List<Json> parseAll(byte[] text) throws JsonProcessingException {
    List<Json> documents = new ArrayList<>();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();
    try (JsonParser parser = factory.createParser(text)) {
      while (parser.nextToken() != null) {
        documents.add(value(parser));
      }
    } catch (JsonProcessingException e) {
      throw e;
    } catch (CharConversionException e) {
      throw new JsonParseException(null, "not of a Unicode encoding");
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
    return documents;
  }

  /** What is not JSON about a text, in one line and without the text's content. */
  static String message(JsonProcessingException e) {
    String where =
        e.getLocation() == null
            ? ""
            : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
    String message = Printable.escaped(e.getOriginalMessage().replace("\n", " "));
    int cut = Math.max(message.indexOf(" (for "), message.indexOf(" (not recognized"));
    if (message.startsWith("Unexpected end-of-input")) {
      message = "it ends too early";
    } else if (message.contains("nesting depth")) {
      message = "nested deeper than " + MAX_DEPTH + " levels";
    } else if (message.startsWith("Number value length")) {
      message = "a number longer than 1000 characters";
    } else if (cut > 0) {
      message = message.substring(0, cut);
    }
    return (where.isEmpty() ? "" : where + ": ") + message;
  }

  private static Json value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    switch (token) {
      case START_OBJECT -> {
        List<Field> fields = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.add(new Field(name, value(parser)));
        }
        return new Obj(fields);
      }
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        return new Array(items);
      }
      case VALUE_STRING -> {
        return new Text(parser.getText());
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        return new Bool(token == JsonToken.VALUE_TRUE);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        return new Numeral(parser.getText());
      }
      default -> {
        return new Null();
      }
    }
  }
}
