package io.portmapctl.ruleset.iptables;

/** Words that are not understood exactly: they are kept to the letter. */
final class NotUnderstood extends Exception {
  private static final long serialVersionUID = 1L;

  /** Without a stack trace: it is thrown for every rule that holds what is not known. */
  NotUnderstood() {
    super(null, null, false, false);
  }
}
