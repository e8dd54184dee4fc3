package io.portmapctl.trace;

import io.portmapctl.model.Family;
import io.portmapctl.model.Hook;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Target;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the targets of table nat rewrite a packet.
 *
 * @param host what is known of the host
 */
record Rewriting(Host host) {

  /** Whether a target rewrites packets. */
  static boolean isOne(Target target) {
    return switch (target.name()) {
      case "DNAT", "REDIRECT", "SNAT", "MASQUERADE", "NETMAP" -> true;
      default -> false;
    };
  }

  /**
   * The packet that goes on.
   *
   * @param hook where it is
   */
  Packet rewritten(Packet packet, Target target, Hook hook) {
    if (target instanceof Target.Dnat dnat) {
      return packet.to(endpoint(dnat.to(), packet.destination()));
    }
    if (target instanceof Target.Snat snat) {
      return packet.from(endpoint(snat.to(), packet.source()));
    }
    if (target instanceof Target.Redirect redirect) {
      return packet.to(
          new Endpoint(
              own(packet, hook),
              redirect.ports().map(Rewriting::only).orElse(packet.destination().port())));
    }
    if (target instanceof Target.Masquerade masquerade) {
      boolean plain = masquerade.ports().isEmpty() && masquerade.flags().isEmpty();
      return packet.from(
          new Endpoint(outgoing(packet), plain ? packet.source().port() : OptionalInt.empty()));
    }
    if (target instanceof Target.Unknown unknown) {
      Endpoint some =
          new Endpoint(
              new Address.Chosen("an address that the rule does not tell", Truth.UNKNOWN),
              OptionalInt.empty());
      boolean destination = unknown.name().equals("DNAT") || unknown.name().equals("REDIRECT");
      return destination || unknown.name().equals("NETMAP") && !hook.rewritesSource()
          ? packet.to(some)
          : packet.from(some);
    }
    String value = target instanceof Target.Netmap netmap ? netmap.to().toString() : "";
    Address some = new Address.Chosen("an address of " + value, Truth.UNKNOWN);
    return hook.rewritesSource()
        ? packet.from(new Endpoint(some, packet.source().port()))
        : packet.to(new Endpoint(some, packet.destination().port()));
  }

  private static OptionalInt only(PortRange ports) {
    return ports.first() == ports.last() ? OptionalInt.of(ports.first()) : OptionalInt.empty();
  }

  private static Endpoint endpoint(Target.Translation to, Endpoint now) {
    Address address =
        to.addresses()
            .<Address>map(
                a ->
                    a.isOne()
                        ? new Address.Known(a.first())
                        : new Address.Chosen("one of " + to.place(), Truth.UNKNOWN))
            .orElse(now.address());
    boolean keeps = to.ports().isEmpty() && !to.randomPort();
    return new Endpoint(
        address, keeps ? now.port() : to.ports().map(Rewriting::only).orElse(OptionalInt.empty()));
  }

  /** To what {@code REDIRECT} redirects: localhost what the host sends, else where it came in. */
  private Address own(Packet packet, Hook hook) {
    if (hook == Hook.OUTPUT) {
      return new Address.Known(
          packet.family() == Family.IPV4
              ? new IpAddress(Family.IPV4, 0, 0x7f000001L)
              : new IpAddress(Family.IPV6, 0, 1));
    }
    Optional<IpAddress> only =
        packet.family() == Family.IPV4
            ? host.onlyAddress(packet.in(), packet.family())
            : Optional.empty(); // it may be the link-local one
    String where = packet.in().name().orElse("the interface that it came in through");
    return only.<Address>map(Address.Known::new)
        .orElseGet(() -> new Address.Chosen("the address of " + where, Truth.YES));
  }

  private Address outgoing(Packet packet) {
    String where =
        packet.out().equals(Device.LOOPBACK)
            ? "some interface"
            : packet.out().name().orElse("the interface that it leaves through");
    return host.masquerade(packet.out(), packet.family(), packet.destination().address())
        .<Address>map(Address.Known::new)
        .orElseGet(() -> new Address.Chosen("the address of " + where, Truth.YES));
  }
}
