package io.portmapctl.path;

import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.route.Routing;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Settings of the host's kernel on which it depends whether packets and answers come through.
 *
 * @param localnet whether localhost's connections may leave towards a container
 * @param bridged whether packets of a family that only cross a bridge are shown to iptables ({@code
 *     bridge-nf-call-iptables})
 * @param obstacles what keeps it from forwarding packets of a family, as far as it is known
 * @param unroutable whether it is known to have no route to an address
 * @param picksUp whether connection tracking takes a packet from the middle of a connection of TCP
 *     for one that opens it ({@code nf_conntrack_tcp_loose})
 * @param routing how it routes packets of a family, where that is known
 */
public record Settings(
    Function<IpAddress, Localnet> localnet,
    Function<Family, Ternary> bridged,
    Function<Family, List<ForwardingObstacle>> obstacles,
    Predicate<IpAddress> unroutable,
    Supplier<Ternary> picksUp,
    Function<Family, Optional<Routing>> routing) {

  /** Nothing is known. */
  public static final Settings UNKNOWN =
      new Settings(
          c -> Localnet.UNKNOWN,
          f -> Ternary.UNKNOWN,
          f -> List.of(),
          a -> false,
          () -> Ternary.UNKNOWN,
          f -> Optional.empty());
}
