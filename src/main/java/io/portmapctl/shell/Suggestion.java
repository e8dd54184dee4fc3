package io.portmapctl.shell;

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
}
