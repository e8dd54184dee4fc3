package io.portmapctl.trace;

import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows the first packet of a connection through table nat: PREROUTING, or OUTPUT where the host
 * sends it, then INPUT where the host takes in itself what came from outside, else POSTROUTING.
 */
public final class Tracer {
  /** More ends than this are not told apart. */
  private static final int MOST_PATHS = 64;

  /** Sets are kept up to as many nodes. */
  private static final int MOST_NODES = 20_000;

  private final HostAddresses host;
  private final ChainSets sets;
  private final Traversal.Detail detail;

  /**
   * Through a table, where every rule is tried.
   *
   * @param host what is known of the host
   */
  public Tracer(Table table, HostAddresses host) {
    this(new RuleIndex(table), host, true);
  }

  /**
   * Through a table.
   *
   * @param index its rules by what they are about
   * @param host what is known of the host
   * @param everyRule whether every rule is tried, those too that are about other ports
   */
  public Tracer(RuleIndex index, HostAddresses host, boolean everyRule) {
    this.host = host;
    this.sets = new ChainSets(index, host, new PacketSpace(index.effort()));
    this.detail = everyRule ? Traversal.Detail.EVERY_RULE : Traversal.Detail.OF_PORT;
  }

  /** Whether it has followed so many packets that another takes less memory. */
  public boolean isWorn() {
    return sets.space().size() > MOST_NODES;
  }

  /**
   * Whether somebody else may claim what a rule redirects; where every rule is tried, it may be.
   */
  boolean hasMore(HookExit redirection, Packet packet) {
    return detail == Traversal.Detail.EVERY_RULE
        || packet.destination().port().isEmpty()
        || sets.index().hasMore(redirection.rules(), packet.destination().port().getAsInt());
  }

  /** What was known of the host. */
  HostAddresses host() {
    return host;
  }

  /** Why a rule took a packet, or did not, or may have; empty where that is not kept. */
  List<Reason> why(Step step) {
    return step.here()
        .map(h -> Reasons.of(step.rule(), h, step.packet(), sets.meaning(step.hook())))
        .orElse(List.of());
  }

  /** Whether a packet starts on this host. */
  public static boolean startsHere(Packet packet, HostAddresses host) {
    return host.isLocal(packet.source().address()) == Ternary.YES;
  }

  /**
   * Follows a packet.
   *
   * @param start the packet; its interfaces are those that it comes in through, which is none where
   *     this host sends it, and at last leaves through
   */
  public Trace follow(Packet start) {
    return follow(start, List.of());
  }

  /**
   * Follows a packet.
   *
   * @param start the packet
   * @param notThrough interfaces that it does not come in through, where it is not told through
   *     which it does
   */
  public Trace follow(Packet start, List<String> notThrough) {
    return follow(start, notThrough, ExcludedRules.NOTHING);
  }

  Trace follow(Packet start, List<String> notThrough, ExcludedRules leftOut) {
    boolean sent = startsHere(start, host);
    Hook hook = sent ? Hook.OUTPUT : Hook.PREROUTING;
    Packet packet =
        sent
            ? start.through(
                PacketInterface.NONE, outgoing(start, host.delivers(start.destination().address())))
            : start.through(start.in(), PacketInterface.NONE);
    PacketSet packets = sets.one().of(packet);
    for (String name : packet.in().known() ? List.<String>of() : notThrough) {
      packets = packets.minus(sets.space().of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    HookTraversal first = HookTrace.through(sets, hook, packet, packets, host, detail, leftOut);
    List<PacketPath> paths = new ArrayList<>();
    for (HookExit exit : first.exits()) {
      if (exit.kind() != HookExit.Kind.ACCEPTED && exit.kind() != HookExit.Kind.REWRITTEN) {
        add(paths, new PacketPath(List.of(first), List.of(exit), disposition(exit)));
        continue;
      }
      if (!sent && isLoopback(exit.packet())) {
        add(paths, new PacketPath(List.of(first), List.of(martian(exit)), Disposition.OPEN));
        continue;
      }
      Ternary here = host.delivers(exit.packet().destination().address());
      if (here == Ternary.UNKNOWN && exit.kind() == HookExit.Kind.REWRITTEN) {
        here =
            Ternary
                .NO; // whoever redirects redirects to others, which is said (Trace.takenForOthers)
      }
      if (here != Ternary.NO) {
        onward(start, first, exit, true, paths, leftOut);
      }
      if (here != Ternary.YES) {
        onward(start, first, exit, false, paths, leftOut);
      }
    }
    return new Trace(start, notThrough, this, paths);
  }

  /** Of too many paths the last says that there are more. */
  private static void add(List<PacketPath> paths, PacketPath path) {
    if (paths.size() < MOST_PATHS) {
      paths.add(path);
    } else if (paths.size() == MOST_PATHS) {
      HookExit last = path.exits().get(path.exits().size() - 1);
      HookExit more =
          new HookExit(
              HookExit.Kind.OPEN,
              last.packet(),
              last.packets(),
              last.rules(),
              Optional.of(OpenReason.Limit.MORE_PATHS));
      paths.add(new PacketPath(path.traversals().subList(0, 1), List.of(more), Disposition.OPEN));
    }
  }

  private static boolean isLoopback(Packet packet) {
    return packet.destination().ip().map(HostAddresses::isLoopback).orElse(false);
  }

  private static HookExit martian(HookExit exit) {
    return new HookExit(
        HookExit.Kind.OPEN,
        exit.packet(),
        exit.packets(),
        exit.rules(),
        Optional.of(new OpenReason.LoopbackFromOutside(exit.packet().destination().address())));
  }

  private static Disposition disposition(HookExit exit) {
    return exit.kind() == HookExit.Kind.OPEN ? Disposition.OPEN : Disposition.DROPPED;
  }

  /** From the first hook's end to the last's. */
  private void onward(
      Packet start,
      HookTraversal first,
      HookExit exit,
      boolean here,
      List<PacketPath> paths,
      ExcludedRules leftOut) {
    boolean sent = first.hook() == Hook.OUTPUT;
    // what the host sends to itself passes the hooks of what leaves, and on its return no other
    Hook hook = here && !sent ? Hook.INPUT : Hook.POSTROUTING;
    Packet moved = exit.packet();
    Packet packet =
        hook == Hook.INPUT
            ? moved.through(moved.in(), PacketInterface.NONE)
            : moved.through(
                PacketInterface.NONE,
                outgoing(moved.through(PacketInterface.NONE, start.out()), Ternary.of(here)));
    OnePacket one = sets.one();
    PacketSet packets =
        hook == Hook.INPUT
            ? one.through(exit.packets().orElseThrow(), packet.in(), packet.out())
            : one.leaving(exit.packets().orElseThrow(), packet.out());
    HookTraversal last = HookTrace.through(sets, hook, packet, packets, host, detail, leftOut);
    for (HookExit end : last.exits()) {
      Disposition disposition =
          here ? Disposition.DELIVERED : sent ? Disposition.SENT : Disposition.FORWARDED;
      boolean goesOn =
          end.kind() == HookExit.Kind.ACCEPTED || end.kind() == HookExit.Kind.REWRITTEN;
      add(
          paths,
          new PacketPath(
              List.of(first, last), List.of(exit, end), goesOn ? disposition : disposition(end)));
    }
  }

  /** The interface that a packet leaves through: what goes to the host itself takes lo. */
  private PacketInterface outgoing(Packet packet, Ternary here) {
    if (here == Ternary.YES) {
      return PacketInterface.LOOPBACK;
    }
    if (here == Ternary.UNKNOWN || packet.out().known()) {
      return here == Ternary.UNKNOWN ? PacketInterface.UNKNOWN : packet.out();
    }
    return packet.destination().ip().map(host::deviceTowards).orElse(PacketInterface.UNKNOWN);
  }
}
