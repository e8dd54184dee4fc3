package io.portmapctl.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A place in a document: its value, its path, and where its errors are collected. */
record Cursor(Json value, String path, Errors errors) {

  /** The errors of one document. */
  record Errors(String source, List<InputError> list) {
    void add(String path, String message) {
      list.add(new InputError(source, path, message));
    }
  }

  /** The field of that name, regardless of case, the last of several; null counts as absent. */
  Optional<Cursor> field(String name) {
    if (!(value instanceof Json.Obj object)) {
      return Optional.empty();
    }
    Optional<Cursor> found = Optional.empty();
    for (Json.Field field : object.fields()) {
      boolean erases = field.value() instanceof Json.Null && found.isPresent();
      if (field.name().equalsIgnoreCase(name) && !erases) {
        found = Optional.of(new Cursor(field.value(), child(name), errors));
      }
    }
    return found.filter(c -> !(c.value instanceof Json.Null));
  }

  private String child(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  void error(String message) {
    errors.add(path, message);
  }

  void wrongType(String wanted) {
    error("expected " + wanted + ", found " + value.shown());
  }

  /** The object field of that name; an error when it is something else. */
  Optional<Cursor> object(String name) {
    Optional<Cursor> found = field(name);
    if (found.isPresent() && !(found.get().value instanceof Json.Obj)) {
      found.get().wrongType("an object");
      return Optional.empty();
    }
    return found;
  }

  /** The items of the array field of that name; empty when absent. */
  List<Cursor> items(String name) {
    Optional<Cursor> found = field(name);
    if (found.isEmpty()) {
      return List.of();
    }
    if (!(found.get().value instanceof Json.Array array)) {
      found.get().wrongType("an array");
      return List.of();
    }
    List<Cursor> items = new ArrayList<>();
    for (Json item : array.items()) {
      items.add(new Cursor(item, found.get().path + "[" + items.size() + "]", errors));
    }
    return items;
  }

  /** The string field of that name. */
  Optional<String> text(String name) {
    return field(name).flatMap(Cursor::text);
  }

  /** This value as a string. */
  Optional<String> text() {
    if (value instanceof Json.Text text) {
      return Optional.of(text.value());
    }
    wrongType("a string");
    return Optional.empty();
  }

  /** The boolean field of that name. */
  Optional<Boolean> bool(String name) {
    Optional<Cursor> found = field(name);
    if (found.isPresent() && !(found.get().value instanceof Json.Bool)) {
      found.get().wrongType("true or false");
      return Optional.empty();
    }
    return found.map(c -> c.value instanceof Json.Bool bool && bool.value());
  }

  /** This value as a whole number in a range. */
  Optional<Integer> number(int low, int high) {
    if (value instanceof Json.Numeral number
        && number.literal().matches("-?[0-9]{1,9}")
        && Integer.parseInt(number.literal()) >= low
        && Integer.parseInt(number.literal()) <= high) {
      return Optional.of(Integer.parseInt(number.literal()));
    }
    wrongType("a whole number from " + low + " to " + high);
    return Optional.empty();
  }

  /** This value as an index below a size; empty for any other whole number. */
  Optional<Integer> index(int size) {
    if (!(value instanceof Json.Numeral number) || !number.literal().matches("-?[0-9]+")) {
      wrongType("a whole number");
      return Optional.empty();
    }
    String digits = number.literal();
    return digits.length() < 10 && !digits.startsWith("-") && Integer.parseInt(digits) < size
        ? Optional.of(Integer.parseInt(digits))
        : Optional.empty();
  }
}
