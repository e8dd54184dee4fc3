package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.Optional;

/**
 * What the kernel asks its routing tables with, and from which fields of a packet it has that.
 *
 * @param family the family
 * @param reverse whether the way back is asked for: source and destination change places
 * @param in the interface that it says the packet comes in through; empty where that is the
 *     packet's own
 * @param out the interface that it must leave through, where one is asked for
 * @param marked whether the packet's mark counts; else it is 0
 * @param user whether the user counts whose socket sends; else that is root
 * @param anyLink whether links that are down count as if they were up
 * @param strict whether a route of IPv6 must lead through the interface that is asked for
 * @param sourceless whether it names no source
 */
record Flow(
    Family family,
    boolean reverse,
    Optional<String> in,
    Optional<String> out,
    boolean marked,
    boolean user,
    boolean anyLink,
    boolean strict,
    boolean sourceless) {
  static final String LOOPBACK = "lo";

  /** Of a packet that comes in. */
  static Flow input(Family family) {
    return new Flow(
        family, false, Optional.empty(), Optional.empty(), true, false, false, false, false);
  }

  /** Of a packet that a socket sends, which may be bound to an interface. */
  static Flow output(Family family, Optional<String> out) {
    return new Flow(family, false, Optional.of(LOOPBACK), out, true, true, false, false, false);
  }

  /** Of the way back, for the check of a source. */
  static Flow back(String in, boolean marked) {
    return new Flow(
        Family.IPV4, true, Optional.of(in), Optional.empty(), marked, false, false, false, false);
  }

  /** Of the way back, as nft's fib asks for it: through an interface, where one is named. */
  static Flow fib(Family family, Optional<String> out, boolean marked) {
    return new Flow(
        family, true, Optional.of(LOOPBACK), out, marked, false, true, out.isPresent(), false);
  }

  /** The same where a route of IPv6 must lead through the interface that is asked for. */
  Flow strictly() {
    return new Flow(family, reverse, in, out, marked, user, anyLink, true, sourceless);
  }

  /** The same without a source. */
  Flow withoutSource() {
    return new Flow(family, reverse, in, out, marked, user, anyLink, strict, true);
  }

  /** The same as if root sent it. */
  Flow ofRoot() {
    return new Flow(family, reverse, in, out, marked, false, anyLink, strict, sourceless);
  }

  Field destination() {
    return reverse ? Field.SOURCE : Field.DESTINATION;
  }

  Field source() {
    return reverse ? Field.DESTINATION : Field.SOURCE;
  }

  Field destinationPort() {
    return reverse ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
  }

  Field sourcePort() {
    return reverse ? Field.DESTINATION_PORT : Field.SOURCE_PORT;
  }

  /** The packets that it says come in through an interface. */
  PacketSet comingIn(PacketSpace space, String device) {
    if (in.isPresent()) {
      return in.get().equals(device) ? space.all() : space.none();
    }
    return space.of(Field.INPUT_INTERFACE, Interval.ofInterface(device));
  }
}
