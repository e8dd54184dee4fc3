package io.portmapctl.path.nft;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.nft.Expression;
import java.util.Optional;

/** Who knows the routing tables: a rule may ask them ({@code fib saddr . iif oif}). */
@FunctionalInterface
public interface FibLookup {
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
