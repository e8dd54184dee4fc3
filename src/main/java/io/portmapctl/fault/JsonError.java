package io.portmapctl.fault;

/**
 * Why a text is not JSON.
 *
 * @param why what is wrong
 * @param line its line, from 1; 0 where no place is known
 * @param column its column, from 1
 * @param parser what the parser says of wrong syntax, without the text's content; else empty
 */
public record JsonError(Why why, int line, int column, String parser) {

  /** The longest literal of a number that is read. */
  public static final int LONGEST_NUMBER = 1000;

  /** The deepest nesting that is read. */
  public static final int DEEPEST = 100;

  /** As many values, of whatever type, are read of one text. */
  public static final int MOST_VALUES = 1_000_000;

  /** What may be wrong. */
  public enum Why {
    /** It ends within a value. */
    TRUNCATED,
    /** It is nested too deep. */
    TOO_DEEP,
    /** A number is too long. */
    LONG_NUMBER,
    /** It has too many values. */
    TOO_MANY,
    /** Its octets are not of a Unicode encoding. */
    NOT_UNICODE,
    /** Its syntax. */
    SYNTAX
  }
}
