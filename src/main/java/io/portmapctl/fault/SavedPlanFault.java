package io.portmapctl.fault;

import io.portmapctl.text.Octets;
import java.util.List;

/** What is wrong with a saved plan, or why it is not carried out. */
public sealed interface SavedPlanFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.savedPlan(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** It is not JSON. */
  record NotJson(JsonError error) implements SavedPlanFault {
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
  record Empty() implements SavedPlanFault {
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
  record MissingField(String place, String field) implements SavedPlanFault {
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
    /** One of several strings. */
    ONE_OF,
    /** Characters that stand for bytes. */
    OCTETS,
    /** No such field. */
    NO_FIELD,
    /** Nothing more. */
    END
  }

  /**
   * Something else than expected.
   *
   * @param place its JSON pointer; empty for the whole document
   * @param found what is there
   * @param allowed the values, where they are told
   */
  record Unexpected(String place, Found found, Expected expected, List<String> allowed)
      implements SavedPlanFault {
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
   * It is of a version that is not understood here.
   *
   * @param found its version
   */
  record OtherVersion(Found found) implements SavedPlanFault {
    @Override
    public String code() {
      return "other-version";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherVersion(this);
    }
  }

  /**
   * It is not as it was written.
   *
   * @param place the JSON pointer of what was changed
   */
  record Edited(String place) implements SavedPlanFault {
    @Override
    public String code() {
      return "edited";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.edited(this);
    }
  }

  /**
   * What it says is not what planning on what it holds gives.
   *
   * @param place the JSON pointer of what differs
   */
  record NotReproduced(String place) implements SavedPlanFault {
    @Override
    public String code() {
      return "not-reproduced";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notReproduced(this);
    }
  }

  /**
   * Its request is none that a plan can have.
   *
   * @param place its JSON pointer
   * @param word the word that does not belong there; empty where the words are not understood
   */
  record NoRequest(String place, String word) implements SavedPlanFault {
    @Override
    public String code() {
      return "not-allowed";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noRequest(this);
    }
  }

  /** What tells hosts apart. */
  enum Identity {
    /** The name. */
    NAME,
    /** The machine's ID. */
    MACHINE,
    /** The network namespace. */
    NETWORK
  }

  /**
   * It was made for another host.
   *
   * @param by what tells so
   * @param planned what it is there, as far as it may be told; empty where it is not known
   * @param here what it is here
   */
  record OtherHost(Identity by, String planned, String here) implements SavedPlanFault {
    @Override
    public String code() {
      return "other-host";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherHost(this);
    }
  }

  /** What it was made for is not so any more, or its changes would be others. */
  record Outdated() implements SavedPlanFault {
    @Override
    public String code() {
      return "outdated";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.outdated(this);
    }
  }

  /**
   * A line in which the plan of now differs.
   *
   * @param line the line
   * @param now whether it is in the plan of now, and not in the saved one
   */
  record Differs(Octets line, boolean now) implements SavedPlanFault {
    @Override
    public String code() {
      return "outdated";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.differs(this);
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

    /** Of another version. */
    T otherVersion(OtherVersion fault);

    /** Changed by somebody. */
    T edited(Edited fault);

    /** Not what it holds gives. */
    T notReproduced(NotReproduced fault);

    /** No request. */
    T noRequest(NoRequest fault);

    /** Of another host. */
    T otherHost(OtherHost fault);

    /** Of another state. */
    T outdated(Outdated fault);

    /** A line of the difference. */
    T differs(Differs fault);
  }
}
