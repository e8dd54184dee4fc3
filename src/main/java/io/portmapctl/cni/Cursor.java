package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A place in a document: its value, its path, and who hears of what is wrong there. */
record Cursor(Json value, String path, Diagnostics diagnostics) {

  /** The beginning of a document. */
  static Cursor root(Json document, Diagnostics diagnostics) {
    return new Cursor(document, "", diagnostics);
  }

  /** The array of these texts, as if it stood in a field of that name. */
  static List<Cursor> items(String name, List<String> texts, Diagnostics diagnostics) {
    List<Cursor> items = new ArrayList<>();
    for (String text : texts) {
      items.add(new Cursor(new Json.Text(text), name + "[" + items.size() + "]", diagnostics));
    }
    return items;
  }

  /** The same place, for a look of which nobody shall hear. */
  Cursor unheard() {
    return new Cursor(value, path, diagnostics.unheard());
  }

  /**
   * The field of that name, regardless of case; null counts as absent. Of several it is the last,
   * and of several objects all fields together, as the Go decoder has them.
   */
  Optional<Cursor> field(String name) {
    if (!(value instanceof Json.Obj object)) {
      return Optional.empty();
    }
    Optional<Json> found = Optional.empty();
    for (Json.Field field : object.fields()) {
      boolean erases = field.value() instanceof Json.Null && found.isPresent();
      if (field.name().equalsIgnoreCase(name) && !erases) {
        found = Optional.of(found.map(f -> over(f, field.value())).orElse(field.value()));
      }
    }
    return found.isEmpty() || found.get() instanceof Json.Null
        ? Optional.empty()
        : Optional.of(new Cursor(found.get(), at(name), diagnostics));
  }

  /** A value that comes after another of its name: of two objects the fields join. */
  private static Json over(Json earlier, Json later) {
    if (!(earlier instanceof Json.Obj first) || !(later instanceof Json.Obj second)) {
      return later;
    }
    List<Json.Field> fields = new ArrayList<>(first.fields());
    fields.addAll(second.fields());
    return new Json.Obj(fields);
  }

  /** The path of the field of that name. */
  String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Whether it is that text. */
  boolean is(String text) {
    return value instanceof Json.Text is && is.value().equals(text);
  }

  /** Whether the field of that name is that text. */
  boolean has(String name, String text) {
    Optional<Cursor> found = field(name);
    return found.isPresent() && found.get().is(text);
  }

  void error(DocumentFault fault) {
    diagnostics.error(path, fault);
  }

  void wrongType(Found.Type expected) {
    error(new DocumentFault.WrongType(expected, value.found()));
  }

  /** Says that a field of this object is missing. */
  void missing(String name, DocumentFault.Piece piece) {
    diagnostics.error(at(name), new DocumentFault.Missing(piece, false));
  }

  /** The object field of that name. */
  Value<Cursor> object(String name) {
    Optional<Cursor> found = field(name);
    if (found.isPresent() && !(found.get().value instanceof Json.Obj)) {
      found.get().wrongType(Found.Type.OBJECT);
      return new Value.Wrong<>();
    }
    return Value.of(found);
  }

  /** The items of the array field of that name; empty when absent. */
  List<Cursor> items(String name) {
    Optional<Cursor> found = field(name);
    if (found.isEmpty()) {
      return List.of();
    }
    if (!(found.get().value instanceof Json.Array array)) {
      found.get().wrongType(Found.Type.ARRAY);
      return List.of();
    }
    List<Cursor> items = new ArrayList<>();
    for (Json item : array.items()) {
      items.add(new Cursor(item, found.get().path + "[" + items.size() + "]", diagnostics));
    }
    return items;
  }

  /** The string field of that name. */
  Value<String> text(String name) {
    Optional<Cursor> found = field(name);
    return found.isPresent() ? found.get().text() : new Value.Absent<>();
  }

  /** This value as a string. */
  Value<String> text() {
    if (value instanceof Json.Text text) {
      return new Value.Present<>(text.value());
    }
    wrongType(Found.Type.STRING);
    return new Value.Wrong<>();
  }

  /** The boolean field of that name. */
  Value<Boolean> bool(String name) {
    Optional<Cursor> found = field(name);
    if (found.isEmpty()) {
      return new Value.Absent<>();
    }
    if (found.get().value instanceof Json.Bool bool) {
      return new Value.Present<>(bool.value());
    }
    found.get().wrongType(Found.Type.BOOLEAN);
    return new Value.Wrong<>();
  }

  /** The field of that name as a whole number in a range. */
  Value<Integer> number(String name, int low, int high) {
    Optional<Cursor> found = field(name);
    return found.isPresent() ? found.get().number(low, high) : new Value.Absent<>();
  }

  private Value<Integer> number(int low, int high) {
    if (value instanceof Json.Numeral number
        && number.isWhole()
        && number.literal().length() <= 10) {
      long is = Long.parseLong(number.literal());
      if (is >= low && is <= high) {
        return new Value.Present<>((int) is);
      }
    }
    error(new DocumentFault.NotInRange(low, high, value.found()));
    return new Value.Wrong<>();
  }

  /** This value as an index below a size; empty for any other whole number. */
  Optional<Integer> index(int size) {
    if (!(value instanceof Json.Numeral number) || !number.isWhole()) {
      wrongType(Found.Type.INTEGER);
      return Optional.empty();
    }
    String digits = number.literal();
    return digits.length() < 10 && !digits.startsWith("-") && Integer.parseInt(digits) < size
        ? Optional.of(Integer.parseInt(digits))
        : Optional.empty();
  }
}
