package io.portmapctl.fault;

import java.util.List;

/** Why what a container runtime asked of the plugin cannot be, or is not so. */
public sealed interface PluginFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.plugin(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** Variables of the environment that the command needs are not set, or empty. */
  record NotSet(List<String> variables) implements PluginFault {
    @Override
    public String code() {
      return "not-set";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notSet(this);
    }
  }

  /**
   * A command that there is not.
   *
   * @param allowed those that there are
   */
  record UnknownCommand(String found, List<String> allowed) implements PluginFault {
    @Override
    public String code() {
      return "unknown-command";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.unknownCommand(this);
    }
  }

  /**
   * A command that the configuration's version of the protocol does not have.
   *
   * @param since the first that has it
   */
  record NotInVersion(String command, String version, String since) implements PluginFault {
    @Override
    public String code() {
      return "not-in-version";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notInVersion(this);
    }
  }

  /** The rules of an attachment are not as they should be. */
  record NotAsWanted(String network, String containerId) implements PluginFault {
    @Override
    public String code() {
      return "not-as-wanted";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.notAsWanted(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** Not set. */
    T notSet(NotSet fault);

    /** Unknown. */
    T unknownCommand(UnknownCommand fault);

    /** Not in that version. */
    T notInVersion(NotInVersion fault);

    /** Not as wanted. */
    T notAsWanted(NotAsWanted fault);
  }
}
