package io.portmapctl.fault;

import io.portmapctl.net.Family;
import java.util.List;

/** What is wrong with a document, or with what the command line says in its place. */
public sealed interface DocumentFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.document(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /**
   * Whether something is of another kind than ours, and yet tells of a container that may have
   * mappings.
   */
  static boolean tells(Fault fault) {
    return fault == Plain.BARE_RESULT || fault instanceof MetaPlugin;
  }

  /** A piece of an attachment. */
  enum Piece {
    /** The configuration, in a cache record. */
    CONFIGURATION,
    /** The network name. */
    NETWORK_NAME,
    /** The container ID. */
    CONTAINER_ID,
    /** The port of a mapping. */
    PORT,
    /** An address with its prefix, in a result. */
    ADDRESS,
    /** The result that tells the container's addresses. */
    RESULT,
    /** The list of the attachments that a network has. */
    ATTACHMENTS
  }

  /**
   * Nothing is there where something must be.
   *
   * @param piece what
   * @param byOption whether an option may say it as well
   */
  record Missing(Piece piece, boolean byOption) implements DocumentFault {
    @Override
    public String code() {
      return "missing";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.missing(this);
    }
  }

  /** What is held against a limit of its length. */
  enum Measured {
    /** The value of {@code --comment}: the kernel cuts it. */
    COMMENT,
    /** A rule with all its conditions: iptables-restore makes two lines of it. */
    RULE
  }

  /**
   * Something is longer than the programs take it.
   *
   * @param bytes how long it is
   * @param most how long it may be
   */
  record TooLong(Measured what, int bytes, int most) implements DocumentFault {
    @Override
    public String code() {
      return "too-long";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.tooLong(this);
    }
  }

  /** What is counted. */
  enum Counted {
    /** Mappings of one attachment. */
    MAPPINGS,
    /** Entries that its mappings and the addresses of its conditions make together. */
    ENTRIES
  }

  /**
   * There are more than we plan with.
   *
   * @param found how many there are
   * @param most how many there may be
   */
  record TooMany(Counted what, long found, long most) implements DocumentFault {
    @Override
    public String code() {
      return "too-many";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.tooMany(this);
    }
  }

  /** A JSON value of another type than the field's. */
  record WrongType(Found.Type expected, Found found) implements DocumentFault {
    @Override
    public String code() {
      return "wrong-type";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.wrongType(this);
    }
  }

  /** A number that is too small or too large, or none where one of a range must be. */
  record NotInRange(int from, int to, Found found) implements DocumentFault {
    @Override
    public String code() {
      return found.type() == Found.Type.INTEGER ? "out-of-range" : "wrong-type";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notInRange(this);
    }
  }

  /**
   * A text that is no address.
   *
   * @param withPrefix whether one with a prefix must be
   */
  record NotAnAddress(boolean withPrefix, String found) implements DocumentFault {
    @Override
    public String code() {
      return "not-an-address";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notAnAddress(this);
    }
  }

  /** A text that is no address, nor a network, of the family. */
  record NotOfFamily(Family family, String found) implements DocumentFault {
    @Override
    public String code() {
      return "not-an-address";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notOfFamily(this);
    }
  }

  /** What has a name. */
  enum Named {
    /** A network (CNI specification). */
    NETWORK,
    /** A container (CNI specification). */
    CONTAINER,
    /** A network interface (the kernel). */
    INTERFACE,
    /** A chain of iptables. */
    CHAIN
  }

  /** A name that the CNI specification, the kernel or iptables does not allow. */
  record BadName(Named named, String found) implements DocumentFault {
    @Override
    public String code() {
      return "bad-name";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.badName(this);
    }
  }

  /** What has values of a closed set. */
  enum Domain {
    /** The protocol of a mapping. */
    PROTOCOL,
    /** The version of the CNI specification. */
    CNI_VERSION,
    /** What makes the rules. */
    BACKEND,
    /** The chains and rules that publish a port. */
    LAYOUT,
    /** The protocol of a condition: a number to 255 too. */
    CONDITION_PROTOCOL
  }

  /** A value that is none of a closed set. */
  record UnknownValue(Domain domain, List<String> allowed, String found) implements DocumentFault {
    @Override
    public String code() {
      return "unknown-value";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unknownValue(this);
    }
  }

  /** What may be wrong with a word of a condition. */
  enum Misuse {
    /** NUL or a line break in it. */
    LINE_BREAK("not-allowed"),
    /** A negation that stands before no option. */
    NEGATES_NOTHING("not-allowed"),
    /** An option of iptables itself, or what it would take for one. */
    OWN_OPTION("not-allowed"),
    /** A match's option before the match is named. */
    NO_MATCH("not-allowed"),
    /** An option that is none of those that are allowed. */
    OTHER_OPTION("not-allowed"),
    /** No option where one must be. */
    NO_OPTION("not-allowed"),
    /** An option without its value. */
    NO_VALUE("missing"),
    /** An option that is given twice. */
    TWICE("duplicate"),
    /** A negation of several addresses. */
    NEGATES_SEVERAL("contradiction");

    private final String code;

    Misuse(String code) {
      this.code = code;
    }
  }

  /** A word of a condition that is wrong where it stands. */
  record BadCondition(Misuse misuse, String word) implements DocumentFault {
    @Override
    public String code() {
      return misuse.code;
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.badCondition(this);
    }
  }

  /** A result of a version whose results look otherwise than those of the configuration's. */
  record OtherGeneration(String found, String configuration) implements DocumentFault {
    @Override
    public String code() {
      return "contradiction";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherGeneration(this);
    }
  }

  /** A field that cannot be together with another. */
  record NotTogether(String other) implements DocumentFault {
    @Override
    public String code() {
      return "contradiction";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notTogether(this);
    }
  }

  /**
   * An attachment that is given twice, with other contents.
   *
   * @param other the document that it stands in as well
   */
  record Duplicate(String network, String containerId, String other) implements DocumentFault {
    @Override
    public String code() {
      return "duplicate";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.duplicate(this);
    }
  }

  /** A text that is not JSON. */
  record NotJson(JsonError error) implements DocumentFault {
    @Override
    public String code() {
      return "not-json";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notJson(this);
    }
  }

  /** A field of several JSON documents, or of none, where there must be one. */
  record NotOneDocument(int found) implements DocumentFault {
    @Override
    public String code() {
      return "not-json";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notOneDocument(this);
    }
  }

  /** A configuration of another plugin. */
  record AnotherPlugin(String found, String ours) implements DocumentFault {
    @Override
    public String code() {
      return "other-kind";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.anotherPlugin(this);
    }
  }

  /**
   * A configuration of a plugin that only calls others, as multus does.
   *
   * @param ours our plugin's type
   * @param place the JSON path of the first configuration among them that has our plugin; empty
   *     where none has
   */
  record MetaPlugin(String found, String ours, String place) implements DocumentFault {
    @Override
    public String code() {
      return "other-kind";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.metaPlugin(this);
    }
  }

  /** A configuration list that has no plugin of ours. */
  record NoPlugin(String ours) implements DocumentFault {
    @Override
    public String code() {
      return "other-kind";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noPlugin(this);
    }
  }

  /** A JSON value that is no object: no document of any kind. */
  record NotAnObject(Found found) implements DocumentFault {
    @Override
    public String code() {
      return "other-kind";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notAnObject(this);
    }
  }

  /** What needs no more to be told than that it is so. */
  enum Plain implements DocumentFault {
    /** A field that is not base64. */
    NOT_BASE64("not-json"),
    /** A source without any document. */
    EMPTY("empty"),
    /** A folder without any document of use. */
    EMPTY_FOLDER("empty"),
    /** A JSON object of no kind that describes port mappings. */
    NO_CONFIGURATION("other-kind"),
    /** A CNI result without the configuration that it came of, as older libcni kept it. */
    BARE_RESULT("other-kind"),
    /** An attachment that publishes nothing. */
    NO_MAPPINGS("other-kind"),
    /** An entry of a folder that is no regular file. */
    NOT_REGULAR("other-kind"),
    /** A file or folder that is not there. */
    NOT_FOUND("not-found"),
    /** A file that may not be read. */
    FORBIDDEN("unreadable");

    private final String code;

    Plain(String code) {
      this.code = code;
    }

    @Override
    public String code() {
      return code;
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.plain(this);
    }
  }

  /**
   * A file that cannot be read.
   *
   * @param system what the system says of it
   */
  record Unreadable(String system) implements DocumentFault {
    @Override
    public String code() {
      return "unreadable";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unreadable(this);
    }
  }

  /** A field of one layout in an attachment that has another. */
  record OtherLayout(String needed, String used) implements DocumentFault {
    @Override
    public String code() {
      return "other-layout";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherLayout(this);
    }
  }

  /** A condition that the entries of a layout have already. */
  record ConditionOfLayout(String option, String layout) implements DocumentFault {
    @Override
    public String code() {
      return "not-allowed";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.conditionOfLayout(this);
    }
  }

  /** Why rules cannot jump to a chain. */
  enum Unfit {
    /** It is not in the table. */
    ABSENT,
    /** It is a built-in chain. */
    BUILT_IN,
    /** It leads back. */
    LOOP
  }

  /** A chain that the kernel would refuse to let rules jump to. */
  record UnfitChain(Unfit why, Family family, String chain) implements DocumentFault {
    @Override
    public String code() {
      return "unfit-chain";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unfitChain(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** Something is not there. */
    T missing(Missing fault);

    /** TooLong. */
    T tooLong(TooLong fault);

    /** Another type. */
    T wrongType(WrongType fault);

    /** More than are planned with. */
    T tooMany(TooMany fault);

    /** No number of the range. */
    T notInRange(NotInRange fault);

    /** No address. */
    T notAnAddress(NotAnAddress fault);

    /** No address of the family. */
    T notOfFamily(NotOfFamily fault);

    /** No such name. */
    T badName(BadName fault);

    /** None of the values. */
    T unknownValue(UnknownValue fault);

    /** A wrong word of a condition. */
    T badCondition(BadCondition fault);

    /** Two versions. */
    T otherGeneration(OtherGeneration fault);

    /** Two fields. */
    T notTogether(NotTogether fault);

    /** Given twice. */
    T duplicate(Duplicate fault);

    /** Not JSON. */
    T notJson(NotJson fault);

    /** Several documents. */
    T notOneDocument(NotOneDocument fault);

    /** Another plugin's. */
    T anotherPlugin(AnotherPlugin fault);

    /** One that calls others. */
    T metaPlugin(MetaPlugin fault);

    /** None of ours. */
    T noPlugin(NoPlugin fault);

    /** No object. */
    T notAnObject(NotAnObject fault);

    /** One of the plain ones. */
    T plain(Plain fault);

    /** Cannot be read. */
    T unreadable(Unreadable fault);

    /** Another layout's. */
    T otherLayout(OtherLayout fault);

    /** A condition too many. */
    T conditionOfLayout(ConditionOfLayout fault);

    /** Not a chain to jump to. */
    T unfitChain(UnfitChain fault);
  }
}
