package io.portmapctl.fault;

/**
 * What is wrong, without a word about it: the views make the sentence. A kind carries what a reader
 * is told of this one case.
 */
public sealed interface Fault
    permits DocumentFault,
        FileFault,
        SnapshotFault,
        SavedPlanFault,
        RulesetFault,
        HostFault,
        UsageFault,
        PluginFault {

  /** Which kind of fault, in lower case with hyphens: programs may rely on it. */
  String code();

  /** Calls the method for the room that it is of. */
  <T> T accept(Visitor<T> visitor);

  /**
   * Answers for every room.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** Of a document, or of what stands in its place. */
    T document(DocumentFault fault);

    /** Of a file that an option names. */
    T file(FileFault fault);

    /** Of a snapshot. */
    T snapshot(SnapshotFault fault);

    /** Of a saved plan. */
    T savedPlan(SavedPlanFault fault);

    /** Of a saved ruleset. */
    T ruleset(RulesetFault fault);

    /** Of the host. */
    T host(HostFault fault);

    /** Of a call. */
    T usage(UsageFault fault);

    /** Of a call by a container runtime. */
    T plugin(PluginFault fault);
  }
}
