package io.portmapctl.path;

import io.portmapctl.trace.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One path that a packet may take.
 *
 * @param stages the base chains that it goes through, in order
 * @param back those that its answer goes through
 * @param packet the packet at its end
 * @param disposition what becomes of the packet
 * @param ending what becomes of its connection
 */
public record PacketPath(
    List<Stage> stages, List<Stage> back, Packet packet, Disposition disposition, Ending ending) {

  /**
   * A base chain that a packet goes through.
   *
   * @param traversal its path there
   * @param exit how it leaves
   */
  public record Stage(HookTraversal traversal, HookExit exit) {
    Stage taken() {
      return new Stage(traversal.taken(), exit.plain());
    }
  }

  /** Copies the lists. */
  public PacketPath {
    stages = List.copyOf(stages);
    back = List.copyOf(back);
  }

  /** The same without the rules that did not take the packet. */
  PacketPath taken() {
    return new PacketPath(
        stages.stream().map(Stage::taken).toList(),
        back.stream().map(Stage::taken).toList(),
        packet,
        disposition,
        ending);
  }

  /** The same with another ending. */
  PacketPath ending(Ending other) {
    return new PacketPath(stages, back, packet, disposition, other);
  }

  /** The packet at the end. */
  public Packet after() {
    return packet;
  }

  /** The base chains that it goes through. */
  public List<HookTraversal> traversals() {
    return stages.stream().map(Stage::traversal).toList();
  }

  /** Every rule that it, or its answer, was tried on. */
  public List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (Stage stage : stages) {
      steps.addAll(stage.traversal().steps());
    }
    for (Stage stage : back) {
      steps.addAll(stage.traversal().steps());
    }
    return steps;
  }

  /** Its way through a base chain, if it goes there. */
  Optional<Stage> stage(ChainSite site) {
    return stages.stream().filter(s -> s.traversal().site().equals(site)).findFirst();
  }

  /** How it leaves each. */
  public List<HookExit> exits() {
    return stages.stream().map(Stage::exit).toList();
  }

  /** Where its destination is rewritten, if it is. */
  public Optional<HookExit> redirection() {
    return translation(false);
  }

  /** Where its source is rewritten, if it is. */
  public Optional<HookExit> masquerade() {
    return translation(true);
  }

  private Optional<HookExit> translation(boolean ofSource) {
    return stages.stream()
        .filter(s -> s.traversal().hook().rewritesSource() == ofSource)
        .map(Stage::exit)
        .filter(e -> e.kind() == Part.Kind.TRANSLATED)
        .findFirst();
  }
}
