package io.portmapctl.shell;

import io.portmapctl.text.Printable;

/**
 * What a word may become.
 *
 * @param value the word
 * @param description what it is; may be empty
 * @param whole whether the word is then whole; a folder's name is not
 */
record Suggestion(String value, String description, boolean whole) {

  static Suggestion of(String value, String description) {
    return new Suggestion(value, description, true);
  }

  /** Whether the word can stand on a terminal as it is: what cannot be seen is not offered. */
  boolean printable() {
    return Printable.escaped(value).equals(value);
  }
}
