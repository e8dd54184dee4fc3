package io.portmapctl.path;

import io.portmapctl.packet.Field;
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
 * @param leaves the interface that what this host sends leaves through, as the kernel has found
 * @param away the route by which it leaves this host, where it is one
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
    PacketInterface leaves,
    Optional<DecidedBy> away) {
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
        PacketInterface.NONE,
        Optional.empty());
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
        PacketInterface.NONE,
        Optional.empty());
  }

  At with(Packet other, PacketSet set) {
    return new At(
        other, set, stages, tracking, redirected, masqueraded, settled, way, leaves, away);
  }

  At state(long number) {
    return with(packet, packets.with(Field.STATE, number));
  }

  At tracked(Tracking now, PacketSet set) {
    return new At(packet, set, stages, now, redirected, masqueraded, settled, way, leaves, away);
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
            leaves,
            away);
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
        leaves,
        away);
  }

  /** The kernel has found this way out for it. */
  At through(Turn turn, PacketSet set) {
    return new At(
        packet,
        set,
        stages,
        tracking,
        redirected,
        masqueraded,
        settled,
        way,
        turn.device(),
        turn.away());
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
