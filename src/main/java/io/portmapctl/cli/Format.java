package io.portmapctl.cli;

/** What a plan can be printed as. */
enum Format {
  /** The changes, for a person. */
  DIFF,
  /** What the changes mean, a line a mapping. */
  BRIEF,
  /** The plan as JSON. */
  JSON,
  /** One family's input of {@code iptables-restore --noflush}. */
  RESTORE,
  /** Shell lines that do the same. */
  COMMANDS,
  /** One family's table as it will be. */
  SAVE,
  /** A file from which apply carries the plan out later. */
  PLAN,
  /** The attachment as a document; of add alone. */
  DOCUMENT;

  /** What can be printed of a removal: a document says what shall be there. */
  static final Format[] REMOVALS = {DIFF, BRIEF, JSON, RESTORE, COMMANDS, SAVE, PLAN};

  /** What can be printed of a plan that is saved already. */
  static final Format[] SAVED = {DIFF, BRIEF, JSON, RESTORE, COMMANDS, SAVE};

  /** What can be printed of what is made at once. */
  static final Format[] APPLIED = {DIFF, BRIEF, JSON};

  /**
   * Whether it prints one family only: a pipe that carries both commits one and fails on the other.
   */
  boolean oneFamily() {
    return this == SAVE || this == RESTORE;
  }
}
