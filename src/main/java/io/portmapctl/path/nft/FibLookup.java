package io.portmapctl.path.nft;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.nft.Expression;
import java.util.Optional;

/** Who knows the routing tables: a rule may ask them ({@code fib saddr . iif oif}). */
@FunctionalInterface
public interface FibLookup {
  /**
   * The routing tables of a host, as far as they are known.
   *
   * @param routing what they say
   */
  static FibLookup of(Routing routing) {
    return (packets, fib) -> {
      if (!fib.flags().contains("saddr") || !fib.flags().contains("iif")) {
        return Optional.empty();
      }
      boolean marked = fib.flags().contains("mark");
      PacketSet found = routing.reachedThroughInput(packets, marked).and(packets);
      return Optional.of(new Answer(found, packets.minus(found)));
    };
  }

  /** Nobody knows them. */
  FibLookup UNKNOWN = (packets, fib) -> Optional.empty();

  /**
   * What a question about the interface of a route is answered with.
   *
   * @param found the packets for which there is a route, with {@code iif} one through the interface
   *     that they came in by
   * @param missing those for which there is none; of those in neither it is not known
   */
  record Answer(PacketSet found, PacketSet missing) {}

  /**
   * Asks whether there is a route.
   *
   * @param packets the packets, in a hook where they have an input interface
   * @param fib the question: {@code saddr} or {@code daddr} is looked up, with {@code mark} and
   *     {@code iif} where those are among its flags
   * @return empty where nothing of it is known
   */
  Optional<Answer> ask(PacketSet packets, Expression.Fib fib);
}
