package io.portmapctl.fault;

import java.util.List;

/** What is wrong with a file that should hold a snapshot. */
public sealed interface SnapshotFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.snapshot(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** It is not JSON. */
  record NotJson(JsonError error) implements SnapshotFault {
    @Override
    public String code() {
      return "not-json";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notJson(this);
    }
  }

  /** It is empty. */
  record Empty() implements SnapshotFault {
    @Override
    public String code() {
      return "empty";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.empty(this);
    }
  }

  /**
   * A field is not there.
   *
   * @param place the JSON pointer of the object that lacks it; empty for the whole document
   */
  record MissingField(String place, String field) implements SnapshotFault {
    @Override
    public String code() {
      return "missing";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.missingField(this);
    }
  }

  /** What may be expected. */
  enum Expected {
    /** An object. */
    OBJECT,
    /** An array. */
    ARRAY,
    /** A string. */
    TEXT,
    /** A whole number. */
    INTEGER,
    /** One of 32 bits. */
    INTEGER_OF_32_BITS,
    /** True or false. */
    BOOLEAN,
    /** A path of a file. */
    PATH,
    /** An address. */
    ADDRESS,
    /** One certain string. */
    WORD,
    /** One of several strings. */
    ONE_OF,
    /** The version that is understood. */
    VERSION,
    /** Characters that stand for bytes. */
    OCTETS,
    /** Nothing more. */
    END
  }

  /**
   * Something else than expected.
   *
   * @param place its JSON pointer; empty for the whole document
   * @param found what is there; the first such character where octets are expected
   * @param allowed the values, where they are told
   */
  record Unexpected(String place, Found found, Expected expected, List<String> allowed)
      implements SnapshotFault {
    @Override
    public String code() {
      return "unexpected";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unexpected(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** Not JSON. */
    T notJson(NotJson fault);

    /** Empty. */
    T empty(Empty fault);

    /** Not there. */
    T missingField(MissingField fault);

    /** Another value. */
    T unexpected(Unexpected fault);
  }
}
