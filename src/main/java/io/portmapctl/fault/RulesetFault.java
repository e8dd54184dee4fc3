package io.portmapctl.fault;

import io.portmapctl.net.Family;
import java.util.OptionalInt;

/** What is wrong with a saved ruleset. */
public sealed interface RulesetFault extends Fault {

  /** As many chains and rules are read of one ruleset. */
  int MOST = 4_000_000;

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.ruleset(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** What may be wrong with a line. */
  enum Wrong {
    /** No table begins. */
    OUTSIDE("not-of-the-format"),
    /** It is nothing that a table may hold. */
    UNKNOWN("not-of-the-format"),
    /** It begins as a chain and is none. */
    CHAIN("not-of-the-format"),
    /** It begins as a rule and is none. */
    RULE("not-of-the-format"),
    /** A quote is not closed. */
    QUOTE("not-of-the-format"),
    /** A second table of a name. */
    SECOND_TABLE("duplicate"),
    /** The same, in a second save. */
    SECOND_SAVE("duplicate"),
    /** The same, in a save of the other variant. */
    BOTH_VARIANTS("duplicate"),
    /** A second chain of a name. */
    SECOND_CHAIN("duplicate"),
    /** More chains and rules than are read. */
    TOO_MANY("too-many"),
    /** A rule of a chain that is not declared. */
    NO_CHAIN("unknown-chain"),
    /** The comment that a table holds what iptables cannot show. */
    INCOMPATIBLE("incompatible-table");

    private final String code;

    Wrong(String code) {
      this.code = code;
    }
  }

  /**
   * A line that cannot be used.
   *
   * @param line its number, from 1
   * @param text its beginning, or the name that it is about
   */
  record BadLine(int line, Wrong wrong, String text) implements RulesetFault {
    @Override
    public String code() {
      return wrong.code;
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.badLine(this);
    }
  }

  /** What a file is that is no saved ruleset. */
  enum Form {
    /** Lines of one. */
    EXCERPT,
    /** What {@code iptables -L} prints. */
    LISTING,
    /** What {@code iptables -S} prints of another table. */
    OTHER_TABLE,
    /** What {@code nft list ruleset} prints. */
    NFT,
    /** JSON. */
    JSON,
    /** Compressed by gzip. */
    COMPRESSED
  }

  /**
   * It is something else than a saved ruleset.
   *
   * @param line the line that tells
   * @param family of which family a ruleset was wanted
   */
  record OtherForm(int line, Form form, Family family) implements RulesetFault {
    @Override
    public String code() {
      return "other-form";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherForm(this);
    }
  }

  /**
   * A table without COMMIT.
   *
   * @param line where it is missed
   * @param begun the line at which the table begins
   * @param ends whether the file ends there
   */
  record NoCommit(int line, String table, int begun, boolean ends) implements RulesetFault {
    @Override
    public String code() {
      return "cut-off";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noCommit(this);
    }
  }

  /**
   * A rule that no line of the save format holds, so that what stands behind a line break in it
   * would be read as lines of their own.
   *
   * @param chain the chain that it stands in
   * @param index which rule of it, from 1
   */
  record NoLine(String chain, int index) implements RulesetFault {
    @Override
    public String code() {
      return "no-restore-line";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noLine(this);
    }
  }

  /** Its rules tell packets apart in more ways than are followed. */
  record TooInvolved() implements RulesetFault {
    @Override
    public String code() {
      return "too-involved";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.tooInvolved(this);
    }
  }

  /** By what a ruleset is known to be of the other family. */
  enum Sign {
    /** The comment of the program that wrote it. */
    COMMENT,
    /** An address. */
    ADDRESS,
    /** Words of a rule. */
    WORDS
  }

  /**
   * A ruleset of another family than it is taken for.
   *
   * @param text the program, the address or the words
   */
  record OtherFamily(int line, Sign sign, String text, Family taken) implements RulesetFault {
    @Override
    public String code() {
      return "other-family";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.otherFamily(this);
    }
  }

  /**
   * A rule of which the iptables that wrote the file could not show all, and which a plan would
   * have to name by its words.
   */
  record Unshown(OptionalInt line, String chain) implements RulesetFault {
    @Override
    public String code() {
      return "unshown-rule";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unshown(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** A line. */
    T badLine(BadLine fault);

    /** Something else. */
    T otherForm(OtherForm fault);

    /** NoLine. */
    T noLine(NoLine fault);

    /** More than is followed. */
    T tooInvolved(TooInvolved fault);

    /** No end of a table. */
    T noCommit(NoCommit fault);

    /** Not of the family. */
    T otherFamily(OtherFamily fault);

    /** A rule that has no words. */
    T unshown(Unshown fault);
  }
}
