package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.Rewrite;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What connection tracking makes of the packets of one connection: of which state they are, what it
 * translates back, and how the answer looks.
 */
final class Conntrack {
  /** Where connection tracking stands in PREROUTING and OUTPUT (linux/netfilter_ipv4.h). */
  static final int TRACKING = -200;

  private static final long EVERY_BIT = 0xffffffffL;

  private final Ground ground;
  private final PacketSpace space;
  private final OnePacket one;
  private final Packet start;

  /** Whether the connection was answered before. */
  private final boolean established;

  Conntrack(Tracer tracer, Packet start, boolean established) {
    this.ground = tracer.ground();
    this.space = tracer.chains().space();
    this.one = tracer.one();
    this.start = start;
    this.established = established;
  }

  /** A packet of a connection that was answered before, by its flags. */
  PacketSet ofLater(PacketSet packets) {
    return start.protocol().equals(IpProtocol.TCP)
        ? packets.with(Field.SYN, 0).with(Field.ACK, 1)
        : packets;
  }

  /**
   * Translates a later packet of a connection as the one was that opened it. What that one was
   * marked with does not show on it.
   *
   * @param opening that one's way through a chain that translates
   */
  At translated(At at, PacketPath.Stage opening) {
    HookExit exit = opening.exit();
    Packet before = at.packet();
    if (exit.kind() != Part.Kind.TRANSLATED) {
      return at.after(
          opening.traversal(),
          new HookExit(exit.kind(), before, Optional.of(at.packets()), exit.rules(), exit.open()));
    }
    Packet packet = exit.packet().through(before.in(), before.out()).withMark(before.mark());
    PacketSet packets = ofLater(exit.packets().orElseThrow());
    packets = one.through(packets, before.in(), before.out());
    long[] known = at.packets().knownMark();
    PacketSet unmarked = known[1] == EVERY_BIT ? packets : packets.withoutMarks();
    packets = unmarked.markChanged(known[0], known[1]).with(Field.STATE, OnePacket.ESTABLISHED);
    return at.after(
        opening.traversal(),
        new HookExit(exit.kind(), packet, Optional.of(packets), exit.rules(), exit.open()));
  }

  /** Connection tracking tells what opens a connection, unless it was told not to follow it. */
  List<At> tracked(At at) {
    PacketSet without = at.packets().and(space.of(Field.STATE, Interval.of(OnePacket.UNTRACKED)));
    PacketSet others = at.packets().minus(without);
    List<At> all = new ArrayList<>();
    if (!others.isEmpty()) {
      all.addAll(followed(at, others));
    }
    if (!without.isEmpty()) {
      all.add(at.tracked(At.Tracking.UNTRACKED, without));
    }
    return all;
  }

  private List<At> followed(At at, PacketSet packets) {
    if (at.way() != At.Way.BACK_UNTRACKED) {
      long state = at.answer() || established ? OnePacket.ESTABLISHED : OnePacket.NEW;
      PacketSet known = packets.with(Field.STATE, state);
      return List.of(
          at.answer()
              ? at.tracked(At.Tracking.REPLIES, ofConnection(at, known))
              : at.tracked(At.Tracking.OPENS, known));
    }
    Ternary opens = answerOpens();
    List<At> all = new ArrayList<>();
    if (opens != Ternary.NO) {
      all.add(at.tracked(At.Tracking.OPENS, packets.with(Field.STATE, OnePacket.NEW)));
    }
    if (opens != Ternary.YES) {
      all.add(at.tracked(At.Tracking.INVALID, packets.with(Field.STATE, OnePacket.INVALID)));
    }
    return all;
  }

  /** What shows on an answer as soon as its connection is found, and not before. */
  private static PacketSet ofConnection(At at, PacketSet packets) {
    return packets
        .with(Field.REPLY, 1)
        .with(Field.SOURCE_TRANSLATED, at.masqueraded() ? 1 : 0)
        .with(Field.DESTINATION_TRANSLATED, at.redirected() ? 1 : 0);
  }

  /** Whether an answer to what was not followed is taken to open a connection. */
  private Ternary answerOpens() {
    IpProtocol protocol = start.protocol();
    if (protocol.equals(IpProtocol.TCP)) {
      // no SYN with ACK, and no RST, opens one; what comes later may be picked up
      return established ? ground.settings().picksUp().get() : Ternary.NO;
    }
    boolean plain = protocol.equals(IpProtocol.UDP) || protocol.equals(IpProtocol.UDPLITE);
    return plain ? Ternary.YES : Ternary.UNKNOWN;
  }

  /** Connection tracking turns the translations round. */
  At turnedBack(At at, Hook hook) {
    boolean source = hook.rewritesSource();
    boolean moved = source ? at.redirected() : at.masqueraded();
    if (!moved) {
      return at.settled(hook);
    }
    Endpoint end = source ? start.destination() : start.source();
    Packet packet = source ? at.packet().from(end) : at.packet().to(end);
    Field address = source ? Field.SOURCE : Field.DESTINATION;
    Field port = source ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
    List<Rewrite> rewrites = new ArrayList<>();
    rewrites.add(new Rewrite(address, end.ip().map(a -> Interval.of(Cidr.host(a))), false));
    rewrites.add(Rewrite.free(source ? Field.SOURCE_KIND : Field.DESTINATION_KIND));
    Optional<Interval> ports =
        end.port().isPresent() ? Optional.of(Interval.of(end.port().getAsInt())) : Optional.empty();
    rewrites.add(new Rewrite(port, ports, false));
    PacketSet packets = at.packets().rewritten(rewrites, packet.family());
    return at.with(packet, packets).settled(hook);
  }

  /** The first packet of the answer, where it comes to this host. */
  At answer(At at) {
    Packet got = at.packet();
    boolean here = got.out().equals(PacketInterface.NONE);
    Packet packet =
        new Packet(
            got.family(),
            got.protocol(),
            /* source= */ got.destination(),
            /* destination= */ got.source(),
            here ? PacketInterface.NONE : got.out(),
            here ? PacketInterface.UNKNOWN : PacketInterface.NONE,
            Mark.of(0),
            Ternary.UNKNOWN);
    PacketSet marks = at.packets().withoutQuestions();
    for (Field field : Field.values()) {
      marks = marks.without(field);
    }
    PacketSet packets = one.of(packet).with(Field.STATE, 0).with(Field.DESTINATION_TRANSLATED, 0);
    if (got.protocol().equals(IpProtocol.TCP)) {
      packets = packets.with(Field.ACK, 1).with(Field.SYN, established ? 0 : 1);
    }
    if (got.source().port().isEmpty()) {
      packets = packets.and(answeredPorts(at));
    }
    return at.answered(packet, packets.and(marks.markChanged(0, EVERY_BIT)));
  }

  /** The packets to the ports that a packet may come from. */
  private PacketSet answeredPorts(At at) {
    PacketSet ports = space.none();
    for (Interval some : at.packets().values(Field.SOURCE_PORT, start.family())) {
      ports = ports.or(space.of(Field.DESTINATION_PORT, some));
    }
    return ports;
  }
}
