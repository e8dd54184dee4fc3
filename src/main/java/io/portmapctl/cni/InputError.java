package io.portmapctl.cni;

/**
 * Something wrong with an input.
 *
 * @param source the file or other source, and which document in it where there are several
 * @param path the JSON path, empty where none applies
 * @param code which kind of error it is
 * @param message what was found and what is allowed
 */
public record InputError(String source, String path, Code code, String message) {

  /** The kinds of errors; a program may rely on their identifiers, never on a message. */
  public enum Code {
    /** Nothing is there where something must be. */
    MISSING("missing"),
    /** A JSON value of another type than the field's. */
    WRONG_TYPE("wrong-type"),
    /** A number that is too small or too large. */
    OUT_OF_RANGE("out-of-range"),
    /** A text that is no address literal, or none with a prefix, or none of the family. */
    NOT_AN_ADDRESS("not-an-address"),
    /** A name that the CNI specification or the kernel does not allow. */
    BAD_NAME("bad-name"),
    /** A value that is none of a closed set. */
    UNKNOWN_VALUE("unknown-value"),
    /** A word that is not allowed where it stands. */
    NOT_ALLOWED("not-allowed"),
    /** Two fields that cannot both be. */
    CONTRADICTION("contradiction"),
    /** A thing that is given twice. */
    DUPLICATE("duplicate"),
    /** A text that is not JSON, or a field that does not hold a JSON document. */
    NOT_JSON("not-json"),
    /** A source without any document that is of use. */
    EMPTY("empty"),
    /** A document of a kind that describes no port mappings of ours. */
    OTHER_KIND("other-kind"),
    /** A file or folder that is not there. */
    NOT_FOUND("not-found"),
    /** A file that cannot be read. */
    UNREADABLE("unreadable"),
    /** What was asked for cannot be done, for the reason that the message gives. */
    FAILED("failed");

    private final String id;

    Code(String id) {
      this.id = id;
    }

    /** The identifier, in lower case with hyphens. */
    public String id() {
      return id;
    }
  }

  /** An error that no document is the cause of. */
  public InputError(String source, String path, String message) {
    this(source, path, Code.FAILED, message);
  }

  /** {@code SOURCE: PATH: MESSAGE}. */
  @Override
  public String toString() {
    return source + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
