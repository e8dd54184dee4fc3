package io.portmapctl.fault;

/** What is wrong with a file that an option names. */
public sealed interface FileFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.file(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** What a file should hold. */
  enum Content {
    /** A saved ruleset. */
    RULESET,
    /** What {@code ip -j addr} prints. */
    ADDRESSES,
    /** What {@code ip -j route show table all} prints. */
    ROUTES,
    /** What {@code portmapctl snapshot} prints. */
    SNAPSHOT,
    /** What {@code -o plan} prints. */
    PLAN
  }

  /** There is no such file. */
  record Absent(Content expected) implements FileFault {
    @Override
    public String code() {
      return "not-found";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.absent(this);
    }
  }

  /** It is a folder. */
  record Folder(Content expected) implements FileFault {
    @Override
    public String code() {
      return "unreadable";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.folder(this);
    }
  }

  /** Why a file cannot be written. */
  enum Unwritten {
    /** Its folder is not there. */
    NO_FOLDER,
    /** It may not be. */
    FORBIDDEN,
    /** It is a folder. */
    FOLDER,
    /** It is there, and no regular file, or what others may have put there in place of one. */
    NOT_REGULAR,
    /** A symbolic link that others may have put there is on the way; it is told which. */
    LINK,
    /** It is a terminal. */
    TERMINAL,
    /** The system says why. */
    SYSTEM
  }

  /**
   * It cannot be written.
   *
   * @param system what the system says of it, where it does; the link's name
   */
  record Unwritable(Unwritten why, String system) implements FileFault {
    @Override
    public String code() {
      return "unwritable";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unwritable(this);
    }
  }

  /** It is not JSON. */
  record NotJson(Content expected, JsonError error) implements FileFault {
    @Override
    public String code() {
      return "not-json";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notJson(this);
    }
  }

  /** It is not one array. */
  record NotAnArray(Content expected) implements FileFault {
    @Override
    public String code() {
      return "wrong-type";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notAnArray(this);
    }
  }

  /**
   * An interface without a name.
   *
   * @param link its place, from 0
   */
  record NoName(int link) implements FileFault {
    @Override
    public String code() {
      return "missing";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noName(this);
    }
  }

  /**
   * An interface's address that is none.
   *
   * @param link the interface's place, from 0
   * @param info the address's, of the interface's
   */
  record NoAddress(int link, int info, String local, String prefix) implements FileFault {
    @Override
    public String code() {
      return "not-an-address";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noAddress(this);
    }
  }

  /** What a field should hold. */
  enum Wanted {
    /** An address. */
    ADDRESS,
    /** A network, or the word for all. */
    NETWORK,
    /** A number. */
    NUMBER,
    /** An interface's name. */
    INTERFACE
  }

  /**
   * Something in the list is no object.
   *
   * @param place where
   */
  record NotAnObject(Content expected, String place) implements FileFault {
    @Override
    public String code() {
      return "wrong-type";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notAnObject(this);
    }
  }

  /**
   * A field does not hold what it should.
   *
   * @param place the object that has it
   * @param field its name
   * @param found what it holds; empty where it is not there
   * @param wanted what it should hold
   */
  record WrongField(Content expected, String place, String field, String found, Wanted wanted)
      implements FileFault {
    @Override
    public String code() {
      boolean address = wanted == Wanted.ADDRESS || wanted == Wanted.NETWORK;
      return found.isEmpty() ? "missing" : address ? "not-an-address" : "wrong-type";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.wrongField(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** Not there. */
    T absent(Absent fault);

    /** A folder. */
    T folder(Folder fault);

    /** Not to be written. */
    T unwritable(Unwritable fault);

    /** Not JSON. */
    T notJson(NotJson fault);

    /** No array. */
    T notAnArray(NotAnArray fault);

    /** No name. */
    T noName(NoName fault);

    /** No address. */
    T noAddress(NoAddress fault);

    /** No object. */
    T notAnObject(NotAnObject fault);

    /** A field that does not hold what it should. */
    T wrongField(WrongField fault);
  }
}
