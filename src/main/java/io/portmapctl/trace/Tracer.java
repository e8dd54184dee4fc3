package io.portmapctl.trace;

import io.portmapctl.model.Hook;
import io.portmapctl.model.Table;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows the first packet of a connection through table nat: PREROUTING, or OUTPUT where the host
 * sends it, then INPUT where the host takes in itself what came from outside, else POSTROUTING.
 */
public final class Tracer {
  /** More ends than this are not told apart. */
  private static final int MOST_WAYS = 64;

  /** Sets are kept up to as many nodes. */
  private static final int MOST_NODES = 20_000;

  private final Host host;
  private final ChainSets sets;
  private final Traversal.Detail detail;

  /**
   * Through a table, where every rule is tried.
   *
   * @param host what is known of the host
   */
  public Tracer(Table table, Host host) {
    this(new RuleIndex(table), host, true);
  }

  /**
   * Through a table.
   *
   * @param index its rules by what they are about
   * @param host what is known of the host
   * @param everyRule whether every rule is tried, those too that are about other ports
   */
  public Tracer(RuleIndex index, Host host, boolean everyRule) {
    this.host = host;
    this.sets = new ChainSets(index, host, new PacketSpace());
    this.detail = everyRule ? Traversal.Detail.EVERY_RULE : Traversal.Detail.OF_PORT;
  }

  /** Whether it has followed so many packets that another takes less memory. */
  public boolean isWorn() {
    return sets.space().size() > MOST_NODES;
  }

  /**
   * Whether somebody else may claim what a rule redirects; where every rule is tried, it may be.
   */
  boolean hasMore(Exit redirection, Packet packet) {
    return detail == Traversal.Detail.EVERY_RULE
        || packet.destination().port().isEmpty()
        || sets.index().hasMore(redirection.way(), packet.destination().port().getAsInt());
  }

  /** What was known of the host. */
  Host host() {
    return host;
  }

  /** Why a rule took a packet, or did not, or may have. */
  String why(Step step) {
    return step.here()
        .map(h -> Reasons.of(step.rule(), h, step.packet(), sets.meaning(step.hook())))
        .orElse("");
  }

  /** Whether a packet starts on this host. */
  public static boolean startsHere(Packet packet, Host host) {
    return host.isLocal(packet.source().address()) == Truth.YES;
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
    return follow(start, notThrough, LeftOut.NOTHING);
  }

  Trace follow(Packet start, List<String> notThrough, LeftOut leftOut) {
    boolean sent = startsHere(start, host);
    Hook hook = sent ? Hook.OUTPUT : Hook.PREROUTING;
    Packet packet =
        sent
            ? start.through(
                Device.NONE, outgoing(start, host.delivers(start.destination().address())))
            : start.through(start.in(), Device.NONE);
    PacketSet packets = sets.one().of(packet);
    for (String name : packet.in().known() ? List.<String>of() : notThrough) {
      packets = packets.minus(sets.space().of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    Pass first = HookTrace.through(sets, hook, packet, packets, host, detail, leftOut);
    List<Way> ways = new ArrayList<>();
    for (Exit exit : first.exits()) {
      if (exit.kind() == Exit.Kind.DROPPED || exit.kind() == Exit.Kind.OPEN) {
        add(ways, new Way(List.of(first), List.of(exit), fate(exit)));
        continue;
      }
      if (!sent && isLoopback(exit.packet())) {
        add(ways, new Way(List.of(first), List.of(martian(exit)), Fate.OPEN));
        continue;
      }
      Truth here = host.delivers(exit.packet().destination().address());
      if (here == Truth.UNKNOWN && exit.kind() == Exit.Kind.REWRITTEN) {
        here =
            Truth.NO; // whoever redirects redirects to others, which is said (Trace.takenForOthers)
      }
      if (here != Truth.NO) {
        onward(start, first, exit, true, ways, leftOut);
      }
      if (here != Truth.YES) {
        onward(start, first, exit, false, ways, leftOut);
      }
    }
    return new Trace(start, notThrough, this, ways);
  }

  /** Of too many ways the last says that there are more. */
  private static void add(List<Way> ways, Way way) {
    if (ways.size() < MOST_WAYS) {
      ways.add(way);
    } else if (ways.size() == MOST_WAYS) {
      Exit last = way.exits().get(way.exits().size() - 1);
      Exit more =
          new Exit(
              Exit.Kind.OPEN,
              last.packet(),
              last.packets(),
              last.way(),
              "there are more ways than are told");
      ways.add(new Way(way.passes().subList(0, 1), List.of(more), Fate.OPEN));
    }
  }

  private static boolean isLoopback(Packet packet) {
    return packet.destination().ip().map(Host::isLoopback).orElse(false);
  }

  private static Exit martian(Exit exit) {
    return new Exit(
        Exit.Kind.OPEN,
        exit.packet(),
        exit.packets(),
        exit.way(),
        "the kernel takes nothing for "
            + exit.packet().destination().address()
            + " from outside, unless route_localnet is set where it comes in");
  }

  private static Fate fate(Exit exit) {
    return exit.kind() == Exit.Kind.DROPPED ? Fate.DROPPED : Fate.OPEN;
  }

  /** From the first hook's end to the last's. */
  private void onward(
      Packet start, Pass first, Exit exit, boolean here, List<Way> ways, LeftOut leftOut) {
    boolean sent = first.hook() == Hook.OUTPUT;
    // what the host sends to itself passes the hooks of what leaves, and on its return no other
    Hook hook = here && !sent ? Hook.INPUT : Hook.POSTROUTING;
    Packet moved = exit.packet();
    Packet packet =
        hook == Hook.INPUT
            ? moved.through(moved.in(), Device.NONE)
            : moved.through(
                Device.NONE, outgoing(moved.through(Device.NONE, start.out()), Truth.of(here)));
    OnePacket one = sets.one();
    PacketSet packets =
        hook == Hook.INPUT
            ? one.through(exit.packets().orElseThrow(), packet.in(), packet.out())
            : one.leaving(exit.packets().orElseThrow(), packet.out());
    Pass last = HookTrace.through(sets, hook, packet, packets, host, detail, leftOut);
    for (Exit end : last.exits()) {
      Fate fate = here ? Fate.DELIVERED : sent ? Fate.SENT : Fate.FORWARDED;
      boolean goesOn = end.kind() == Exit.Kind.ACCEPTED || end.kind() == Exit.Kind.REWRITTEN;
      add(ways, new Way(List.of(first, last), List.of(exit, end), goesOn ? fate : fate(end)));
    }
  }

  /** The interface that a packet leaves through: what goes to the host itself takes lo. */
  private Device outgoing(Packet packet, Truth here) {
    if (here == Truth.YES) {
      return Device.LOOPBACK;
    }
    if (here == Truth.UNKNOWN || packet.out().known()) {
      return here == Truth.UNKNOWN ? Device.UNKNOWN : packet.out();
    }
    return packet.destination().ip().map(host::deviceTowards).orElse(Device.UNKNOWN);
  }
}
