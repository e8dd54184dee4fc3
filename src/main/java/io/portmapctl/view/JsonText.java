package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.notice.Notice;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes one JSON document as text. */
final class JsonText {
  private JsonText() {}

  /** What is written between the braces of the document. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  static String document(Body body) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                  .withArrayEmptySeparator(""));
      DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
      printer.indentObjectsWith(indenter);
      printer.indentArraysWith(indenter);
      json.setPrettyPrinter(printer);
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return Terminal.octets(escaped(out.append('\n').toString()));
  }

  /** A text; null where it is empty. */
  static void text(JsonGenerator json, String field, String value) throws IOException {
    if (value.isEmpty()) {
      json.writeNullField(field);
    } else {
      json.writeStringField(field, value);
    }
  }

  static void texts(JsonGenerator json, String field, List<String> values) throws IOException {
    json.writeArrayFieldStart(field);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** What a reader should know: for each a code and a text. */
  static void notices(JsonGenerator json, String field, List<? extends Notice> notices)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Notice notice : notices) {
      json.writeStartObject();
      notice(json, notice);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** The code and the text of something that a reader should know. */
  static void notice(JsonGenerator json, Notice notice) throws IOException {
    json.writeStringField("code", notice.code());
    json.writeStringField("text", NoticeText.of(notice));
  }

  static void number(JsonGenerator json, String field, OptionalInt value) throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(field, value.getAsInt());
    } else {
      json.writeNullField(field);
    }
  }

  static void address(JsonGenerator json, String field, Optional<IpAddress> address)
      throws IOException {
    text(json, field, address.map(IpAddress::toString).orElse(""));
  }

  /** Network and container ID; null where it is not known whose something is. */
  static void identity(JsonGenerator json, Optional<Identity> identity) throws IOException {
    text(json, "network", identity.map(Identity::network).orElse(""));
    text(json, "containerID", identity.map(Identity::containerId).orElse(""));
  }

  /**
   * A terminal obeys some characters that JSON need not escape, and half a character cannot be
   * written; they stand in strings only.
   */
  private static String escaped(String json) {
    StringBuilder out = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i += Character.charCount(json.codePointAt(i))) {
      int c = json.codePointAt(i);
      if (c == '\n' || Printable.isShown(c)) {
        out.appendCodePoint(c);
      } else {
        for (char half : Character.toChars(c)) {
          out.append(String.format("\\u%04x", (int) half));
        }
      }
    }
    return out.toString();
  }
}
