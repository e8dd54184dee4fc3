package io.portmapctl.fault;

/**
 * A JSON value that stands where another was expected.
 *
 * @param type its type
 * @param text the string, or the literal of a number, a truth value or null; empty for the others
 */
public record Found(Type type, String text) {

  /** The types of JSON; of an integer none of its own is needed but for what is expected. */
  public enum Type {
    /** An object. */
    OBJECT,
    /** An array. */
    ARRAY,
    /** A string. */
    STRING,
    /** A number. */
    NUMBER,
    /** A number without fraction and exponent. */
    INTEGER,
    /** True or false. */
    BOOLEAN,
    /** Null. */
    NULL
  }
}
