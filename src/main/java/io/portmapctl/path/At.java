package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.path.PacketPath.Stage;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the packet is.
 *
 * @param packet how it looks
 * @param packets the same as a set
 * @param stages what it has gone through
 * @param tracking whether its connection is tracked
 * @param redirected whether its destination was translated
 * @param masqueraded whether its source was translated
 * @param settled whether destination and source need no more translation
 * @param way which way it goes
 * @param turn where it leaves, as the kernel has found
 */
record At(
    Packet packet,
    PacketSet packets,
    List<Stage> stages,
    Tracking tracking,
    boolean redirected,
    boolean masqueraded,
    List<Boolean> settled,
    Way way,
    Turn turn) {
  /** What the kernel knows of the packet's connection. */
  enum Tracking {
    /** It has not been asked yet. */
    NOT_YET,
    /** The packet goes the way of the one that opened it. */
    OPENS,
    /** The packet answers. */
    REPLIES,
    /** It was told not to follow it. */
    UNTRACKED,
    /** It makes nothing of the packet. */
    INVALID
  }

  /** Which way the packet goes. */
  enum Way {
    /** There. */
    THERE,
    /** Back, as an answer. */
    BACK,
    /** The same, and the kernel has not followed what is answered. */
    BACK_UNTRACKED
  }

  /** Where it starts: nothing has been done to it. */
  static At start(Packet packet, PacketSet packets) {
    return new At(
        packet,
        packets,
        List.of(),
        Tracking.NOT_YET,
        /* redirected= */ false,
        /* masqueraded= */ false,
        List.of(false, false),
        Way.THERE,
        Turn.here(packets));
  }

  /** Where the answer to what has come here starts: of the same translations. */
  At answered(Packet back, PacketSet set) {
    return new At(
        back,
        set,
        List.of(),
        Tracking.NOT_YET,
        redirected,
        masqueraded,
        List.of(false, false),
        tracking == Tracking.UNTRACKED ? Way.BACK_UNTRACKED : Way.BACK,
        Turn.here(set));
  }

  At with(Packet other, PacketSet set) {
    return new At(other, set, stages, tracking, redirected, masqueraded, settled, way, turn);
  }

  At tracked(Tracking now, PacketSet set) {
    return new At(packet, set, stages, now, redirected, masqueraded, settled, way, turn);
  }

  At after(HookTraversal traversal, HookExit exit) {
    List<Stage> more = new ArrayList<>(stages);
    more.add(new Stage(traversal, exit));
    boolean translated = exit.kind() == Part.Kind.TRANSLATED;
    boolean ofSource = traversal.hook().rewritesSource();
    // the kernel's status of the connection is that of what has changed
    boolean changed =
        translated
            && !(ofSource
                ? exit.packet().source().equals(packet.source())
                : exit.packet().destination().equals(packet.destination()));
    At at =
        new At(
            exit.packet(),
            exit.packets().orElseThrow(),
            more,
            tracking,
            redirected || changed && !ofSource,
            masqueraded || changed && ofSource,
            settled,
            way,
            turn);
    return translated ? at.settled(traversal.hook()) : at;
  }

  /** No chain translates that end of it any more. */
  At settled(Hook hook) {
    boolean source = hook.rewritesSource();
    return new At(
        packet,
        packets,
        stages,
        tracking,
        redirected,
        masqueraded,
        List.of(settled.get(0) || !source, settled.get(1) || source),
        way,
        turn);
  }

  /** The kernel has found this way out for it. */
  At through(Turn found, PacketSet set) {
    return new At(packet, set, stages, tracking, redirected, masqueraded, settled, way, found);
  }

  /** The interface that what this host sends leaves through. */
  PacketInterface leaves() {
    return turn.device();
  }

  /** The route by which it leaves this host, where it is one. */
  Optional<DecidedBy> away() {
    return turn.away() ? turn.route() : Optional.empty();
  }

  boolean isSettled(Hook hook) {
    return settled.get(hook.rewritesSource() ? 1 : 0);
  }

  boolean translatable(Hook hook) {
    return tracking == Tracking.OPENS && !isSettled(hook);
  }

  boolean answer() {
    return way != Way.THERE;
  }

  /** Whether its own destination was translated, be it back. */
  boolean moved() {
    return switch (tracking) {
      case REPLIES -> masqueraded;
      case UNTRACKED, INVALID -> false;
      case NOT_YET, OPENS -> redirected;
    };
  }
}
