package io.portmapctl.cni;

/** Prints JSON values in one line, with what is not ASCII as escapes. */
final class JsonPrinter {
  private final StringBuilder out = new StringBuilder();

  private JsonPrinter() {}

  /** A value's text. */
  static String print(Json value) {
    JsonPrinter printer = new JsonPrinter();
    printer.value(value);
    return printer.out.toString();
  }

  private void value(Json value) {
    if (value instanceof Json.Obj object) {
      char before = '{';
      for (Json.Field field : object.fields()) {
        out.append(before);
        text(field.name());
        out.append(':');
        value(field.value());
        before = ',';
      }
      out.append(before == '{' ? "{}" : "}");
    } else if (value instanceof Json.Array array) {
      char before = '[';
      for (Json item : array.items()) {
        out.append(before);
        value(item);
        before = ',';
      }
      out.append(before == '[' ? "[]" : "]");
    } else if (value instanceof Json.Text text) {
      text(text.value());
    } else {
      out.append(value.found().text()); // as it was spelled
    }
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
