package io.portmapctl.fault;

import io.portmapctl.net.Family;
import java.util.List;
import java.util.Optional;

/** Why the host did not give what was asked of it. */
public sealed interface HostFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.host(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** A program is not there. */
  record NotInstalled(String program) implements HostFault {
    @Override
    public String code() {
      return "not-installed";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notInstalled(this);
    }
  }

  /** What may become of a program that is called. */
  enum Ending {
    /** It could not be started, or did not end in time. */
    NOT_RUN,
    /** It failed. */
    FAILED,
    /** It refused a change. */
    REFUSED,
    /** The same, where it names itself in what it says. */
    FAILED_BY_NAME,
    /** It did not print the table that it was asked for. */
    NO_TABLE
  }

  /**
   * A program did not do what it was called for.
   *
   * @param exit its exit status, where it ended
   * @param said what it, or the system, said
   */
  record Program(Ending ending, String program, int exit, String said) implements HostFault {
    @Override
    public String code() {
      return "program-failed";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.program(this);
    }
  }

  /** A program printed what is not understood. */
  record BadRuleset(String program, RulesetFault why) implements HostFault {
    @Override
    public String code() {
      return "bad-output";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.badRuleset(this);
    }
  }

  /** The live ruleset may not be read. */
  record Forbidden(Family family) implements HostFault {
    @Override
    public String code() {
      return "not-permitted";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.forbidden(this);
    }
  }

  /** A file may not be read. */
  record ForbiddenFile(String file) implements HostFault {
    @Override
    public String code() {
      return "not-permitted";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.forbiddenFile(this);
    }
  }

  /** What the host is asked for that is no program. */
  enum Thing {
    /** The routes. */
    ROUTES,
    /** The addresses that the kernel takes for its own. */
    LOCAL_ROUTES,
    /** The addresses of its interfaces. */
    ADDRESSES,
    /** A file, or a setting that is one. */
    FILE,
    /** The same, to be written. */
    WRITTEN_FILE
  }

  /**
   * Something cannot be read, or written.
   *
   * @param name the file's, where it is one
   * @param system what the system says of it
   */
  record NoAccess(Thing thing, String name, String system) implements HostFault {
    @Override
    public String code() {
      return "no-access";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noAccess(this);
    }
  }

  /** What is written for a change, beside the change. */
  enum Aside {
    /** The script that takes it back. */
    UNDO,
    /** The lock. */
    LOCK,
    /** The document that is kept. */
    KEPT,
    /** What waits to be confirmed. */
    GUARD
  }

  /** A file that a change needs cannot be written; its name as it was given. */
  record Unwritten(Aside file, String name, FileFault.Unwritable why) implements HostFault {
    @Override
    public String code() {
      return "no-access";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unwritten(this);
    }
  }

  /**
   * A document cannot be kept, because another attachment's has its name.
   *
   * @param file the name
   * @param network whose it is
   * @param containerId the same
   */
  record KeptByAnother(String file, String network, String containerId) implements HostFault {
    @Override
    public String code() {
      return "kept-by-another";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.keptByAnother(this);
    }
  }

  /** The live ruleset cannot be read; a saved one could. */
  record NotRead(HostFault why) implements HostFault {
    @Override
    public String code() {
      return why.code();
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notRead(this);
    }
  }

  /** What needs no more to be told than that it is so. */
  enum Plain implements HostFault {
    /** Both variants of iptables have chains of ours, so that it is not known which one counts. */
    BOTH_VARIANTS("both-variants"),
    /** The live ruleset may not be changed. */
    CHANGE_FORBIDDEN("not-permitted"),
    /** Somebody holds the lock of iptables. */
    LOCKED("locked"),
    /** What watches over a change could not take it back. */
    GUARD_FAILED("not-taken-back");

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
   * The kernel does not have a family.
   *
   * @param needed whether a plan of several families needs it
   */
  record NoFamily(Family family, boolean needed) implements HostFault {
    @Override
    public String code() {
      return "no-family";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.noFamily(this);
    }
  }

  /**
   * Somebody else changes the rules all the time.
   *
   * @param attempts how often it was tried
   * @param made whether something had been made and is taken back
   */
  record Overtaken(int attempts, boolean made) implements HostFault {
    @Override
    public String code() {
      return "overtaken";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.overtaken(this);
    }
  }

  /** Whether something was changed and could not be taken back. */
  default boolean isNotTakenBack() {
    return false;
  }

  /** Rules were changed and could not be taken back. */
  record NotTakenBack(Family family, HostFault why) implements HostFault {
    @Override
    public String code() {
      return "not-taken-back";
    }

    @Override
    public boolean isNotTakenBack() {
      return true;
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notTakenBack(this);
    }
  }

  /** What became of rules after a failure could not be read. */
  record NotKnown(Family family, HostFault why) implements HostFault {
    @Override
    public String code() {
      return "not-known";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notKnown(this);
    }
  }

  /** Chains that a change had made stay when it is taken back: others use them by then. */
  record StillUsed(Family family, List<String> chains) implements HostFault {
    @Override
    public String code() {
      return "still-used";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.stillUsed(this);
    }
  }

  /**
   * A setting that a change had made stays when it is taken back.
   *
   * @param networkInterface whose {@code route_localnet}
   * @param why it could not be given back; empty where another container needs it by then
   */
  record SettingStays(String networkInterface, Optional<HostFault> why) implements HostFault {
    @Override
    public String code() {
      return why.isPresent() ? "not-taken-back" : "still-used";
    }

    @Override
    public boolean isNotTakenBack() {
      return why.isPresent();
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.settingStays(this);
    }
  }

  /**
   * A change failed, and not all of it is taken back.
   *
   * @param why it failed
   * @param stands what stands, each with its reason
   */
  record Standing(HostFault why, List<HostFault> stands) implements HostFault {
    @Override
    public String code() {
      return isNotTakenBack() ? "not-taken-back" : why.code();
    }

    @Override
    public boolean isNotTakenBack() {
      return stands.stream().anyMatch(HostFault::isNotTakenBack);
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.standing(this);
    }
  }

  /** Stale entries of connection tracking may have been kept. */
  record StaleFlows(HostFault why) implements HostFault {
    @Override
    public String code() {
      return "stale-flows";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.staleFlows(this);
    }
  }

  /** A plan cannot be tried. */
  record NotTried(Family family, HostFault why) implements HostFault {
    @Override
    public String code() {
      return why.code();
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notTried(this);
    }
  }

  /** Where a rehearsal may end. */
  enum Step {
    /** No network namespace can be made. */
    NAMESPACE,
    /** It is more than may be sent at once. */
    TOO_MUCH,
    /** A match's module or set is missing there. */
    MODULE,
    /** The current rules cannot be loaded. */
    LOAD,
    /** The rules cannot be read back. */
    READ_BACK,
    /** Somewhere else. */
    OTHER
  }

  /**
   * A rehearsal did not come to its end.
   *
   * @param exit the exit status of its script
   * @param said what its programs said
   */
  record Rehearsal(Step step, int exit, String said) implements HostFault {
    @Override
    public String code() {
      return "rehearsal-failed";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.rehearsal(this);
    }
  }

  /** What a rehearsal read back is not understood. */
  record BadReadBack(RulesetFault why) implements HostFault {
    @Override
    public String code() {
      return "bad-output";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.badReadBack(this);
    }
  }

  /** The kernel does not take a plan. */
  record NotTaken(Family family, String said) implements HostFault {
    @Override
    public String code() {
      return "refused-by-kernel";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notTaken(this);
    }
  }

  /** What the kernel gives back of a plan is not what was predicted. */
  record Mispredicted(Family family, List<Difference> differences) implements HostFault {
    @Override
    public String code() {
      return "mispredicted";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.mispredicted(this);
    }
  }

  /**
   * Where two tables differ.
   *
   * @param chain the chain
   * @param rule the rule's place in it, from 1; 0 where only one of the tables has the chain
   * @param expected the rule as predicted; empty for none
   * @param found the rule as given back; empty for none
   */
  record Difference(String chain, int rule, String expected, String found) {}

  /** Why a table in memory takes no change. */
  enum Refusal {
    /** The chain is there already. */
    EXISTS,
    /** The chain is not there. */
    NO_CHAIN,
    /** The chain has rules, or others lead to it. */
    IN_USE,
    /** The rule is not there. */
    NO_RULE,
    /** There are not as many rules. */
    POSITION
  }

  /** A table in memory takes a change no more than the kernel would. */
  record NotApplied(Refusal refusal, String chain) implements HostFault {
    @Override
    public String code() {
      return "refused-by-kernel";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notApplied(this);
    }
  }

  /**
   * A rule of which the iptables that reads the live ruleset cannot show all, and which a plan
   * would have to name by its words.
   */
  record Unshown(Family family, String chain) implements HostFault {
    @Override
    public String code() {
      return "unshown-rule";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unshown(this);
    }
  }

  /** Why the lock cannot be had. */
  enum Lock {
    /** Another call holds it. */
    HELD("locked"),
    /** Its file may not be written. */
    FORBIDDEN("not-permitted"),
    /** Its folder is not there. */
    NO_FOLDER("not-found"),
    /** The wait was interrupted. */
    INTERRUPTED("interrupted"),
    /** The system says why. */
    SYSTEM("no-access");

    private final String code;

    Lock(String code) {
      this.code = code;
    }
  }

  /**
   * The lock that serialises changes cannot be had.
   *
   * @param waited for how many seconds, where another call holds it
   * @param system what the system says, where it does
   */
  record NotLocked(Lock why, String file, int waited, String system) implements HostFault {
    @Override
    public String code() {
      return why.code;
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notLocked(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** No program. */
    T notInstalled(NotInstalled fault);

    /** A program. */
    T program(Program fault);

    /** Not understood. */
    T badRuleset(BadRuleset fault);

    /** Forbidden. */
    T forbidden(Forbidden fault);

    /** A file. */
    T forbiddenFile(ForbiddenFile fault);

    /** No access. */
    T noAccess(NoAccess fault);

    /** A file not written. */
    T unwritten(Unwritten fault);

    /** Another's document. */
    T keptByAnother(KeptByAnother fault);

    /** Not read. */
    T notRead(NotRead fault);

    /** No family. */
    T noFamily(NoFamily fault);

    /** Overtaken. */
    T overtaken(Overtaken fault);

    /** Not taken back. */
    T notTakenBack(NotTakenBack fault);

    /** Not known. */
    T notKnown(NotKnown fault);

    /** What others use. */
    T stillUsed(StillUsed fault);

    /** A setting. */
    T settingStays(SettingStays fault);

    /** What stands. */
    T standing(Standing fault);

    /** Stale flows. */
    T staleFlows(StaleFlows fault);

    /** Not tried. */
    T notTried(NotTried fault);

    /** A rehearsal. */
    T rehearsal(Rehearsal fault);

    /** Not understood. */
    T badReadBack(BadReadBack fault);

    /** Refused. */
    T notTaken(NotTaken fault);

    /** Another outcome. */
    T mispredicted(Mispredicted fault);

    /** Not taken. */
    T notApplied(NotApplied fault);

    /** A rule that has no words. */
    T unshown(Unshown fault);

    /** No lock. */
    T notLocked(NotLocked fault);

    /** One of the plain ones. */
    T plain(Plain fault);
  }
}
