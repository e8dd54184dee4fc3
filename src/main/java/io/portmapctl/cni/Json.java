package io.portmapctl.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.portmapctl.fault.Found;
import io.portmapctl.fault.JsonError;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON value as CNI needs it: fields in order with duplicates kept (so that the last of two wins,
 * whatever its case) and numbers as they were spelled. Jackson's streaming reader alone loads a
 * third of what its tree model does.
 */
sealed interface Json {

  /** The value as an error tells it. */
  Found found();

  record Text(String value) implements Json {
    @Override
    public Found found() {
      return new Found(Found.Type.STRING, value);
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
    public Found found() {
      return new Found(isWhole() ? Found.Type.INTEGER : Found.Type.NUMBER, literal);
    }
  }

  record Bool(boolean value) implements Json {
    @Override
    public Found found() {
      return new Found(Found.Type.BOOLEAN, Boolean.toString(value));
    }
  }

  record Null() implements Json {
    @Override
    public Found found() {
      return new Found(Found.Type.NULL, "null");
    }
  }

  record Array(List<Json> items) implements Json {
    @Override
    public Found found() {
      return new Found(Found.Type.ARRAY, "");
    }
  }

  record Obj(List<Field> fields) implements Json {
    @Override
    public Found found() {
      return new Found(Found.Type.OBJECT, "");
    }
  }

  record Field(String name, Json value) {}

  /** A text that is not JSON. */
  final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient JsonError error;

    FormatException(JsonError error) {
      super(error.parser());
      this.error = error;
    }

    /** Why it is not. */
    JsonError error() {
      return error;
    }
  }

  /** Every document of a text, one after another. */
  static List<Json> parseAll(byte[] text) throws FormatException {
    List<Json> documents = new ArrayList<>();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(JsonError.DEEPEST).build())
            .build();
    try (JsonParser parser = factory.createParser(text)) {
      Values values = new Values(parser);
      while (parser.nextToken() != null) {
        documents.add(values.next());
      }
    } catch (JsonProcessingException e) {
      throw new FormatException(error(e));
    } catch (CharConversionException e) {
      throw new FormatException(new JsonError(JsonError.Why.NOT_UNICODE, 0, 0, ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return documents;
  }

  /** What Jackson says, in kinds; its text is English, and all that it gives. */
  private static JsonError error(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    JsonError.Why why =
        message.startsWith("Unexpected end-of-input")
            ? JsonError.Why.TRUNCATED
            : message.contains("nesting depth")
                ? JsonError.Why.TOO_DEEP
                : message.startsWith("Number value length")
                    ? JsonError.Why.LONG_NUMBER
                    : JsonError.Why.SYNTAX;
    JsonLocation at = e.getLocation();
    return at == null
        ? new JsonError(why, 0, 0, message)
        : new JsonError(why, at.getLineNr(), at.getColumnNr(), message);
  }

  /** Reads values one after another, and no more than so many. */
  final class Values {
    private final JsonParser parser;
    private int read;

    Values(JsonParser parser) {
      this.parser = parser;
    }

    /** The value that begins where the parser is. */
    Json next() throws IOException, FormatException {
      if (++read > JsonError.MOST_VALUES) {
        throw new FormatException(new JsonError(JsonError.Why.TOO_MANY, 0, 0, ""));
      }
      JsonToken token = parser.currentToken();
      switch (token) {
        case START_OBJECT -> {
          List<Field> fields = new ArrayList<>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.add(new Field(name, next()));
          }
          return new Obj(fields);
        }
        case START_ARRAY -> {
          List<Json> items = new ArrayList<>();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(next());
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
}
