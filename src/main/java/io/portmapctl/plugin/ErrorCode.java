package io.portmapctl.plugin;

/** The codes of errors: to 99 the CNI specification's, from 100 on the plugin's own. */
enum ErrorCode {
  /** The version of the protocol is not understood, or lacks the command. */
  VERSION(1),
  /** A value of the configuration is not supported. */
  UNSUPPORTED(2),
  /** A variable of the environment is missing or wrong. */
  ENVIRONMENT(4),
  /** Something could not be read or written. */
  IO(5),
  /** The input is not what can be decoded. */
  DECODING(6),
  /** The configuration is wrong. */
  CONFIGURATION(7),
  /** It may work when it is tried again. */
  TRY_AGAIN(11),
  /** Rules cannot be changed on this host. */
  UNAVAILABLE(50),
  /** The same, or existing mappings cannot be reached. */
  LIMITED(51),
  /** Another container has what is asked for. */
  CONFLICT(100),
  /** iptables refused. */
  REFUSED(101),
  /** The rules are not as they should be. */
  NOT_AS_WANTED(102),
  /** A defect of ours. */
  DEFECT(999);

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /** The number. */
  int number() {
    return number;
  }
}
