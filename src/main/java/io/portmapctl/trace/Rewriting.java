package io.portmapctl.trace;

import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Target;
import java.util.List;
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
      return packet.to(Endpoint.of(dnat.address(), dnat.port()));
    }
    List<String> words = ((Target.Jump) target).words();
    String value = words.size() > 1 ? words.get(1) : "";
    return switch (target.name()) {
      case "DNAT" -> packet.to(endpoint(words, "--to-destination", packet.destination()));
      case "REDIRECT" -> packet.to(new Endpoint(own(packet, hook), port(value, packet)));
      case "SNAT" -> packet.from(endpoint(words, "--to-source", packet.source()));
      case "MASQUERADE" ->
          packet.from(
              new Endpoint(
                  outgoing(packet),
                  words.isEmpty() ? packet.source().port() : OptionalInt.empty()));
      default -> {
        Address some = new Address.Chosen("an address of " + value, Truth.UNKNOWN);
        yield hook.rewritesSource()
            ? packet.from(new Endpoint(some, packet.source().port()))
            : packet.to(new Endpoint(some, packet.destination().port()));
      }
    };
  }

  /** {@code [ADDRESS[-ADDRESS]][:PORT[-PORT]]}, where an address alone keeps the port. */
  private static Endpoint endpoint(List<String> words, String option, Endpoint now) {
    boolean simple = words.size() >= 2 && words.get(0).equals(option);
    String value = simple ? words.get(1) : String.join(" ", words);
    int port = portAt(value);
    String host = port < 0 ? value : value.substring(0, port);
    Optional<IpAddress> ip = IpAddress.parse(unbracketed(host));
    Address address =
        new Address.Chosen(
            value.isEmpty() ? "an address that the rule does not tell" : "one of " + value,
            Truth.UNKNOWN);
    if (simple && host.isEmpty()) {
      address = now.address();
    } else if (simple && ip.isPresent()) {
      address = new Address.Known(ip.get());
    }
    boolean keeps = port < 0 && !words.contains("--random") && !words.contains("--random-fully");
    return new Endpoint(
        address, keeps ? now.port() : number(port < 0 ? "" : value.substring(port + 1)));
  }

  /** Where the colon before the port stands; -1 where there is none. */
  private static int portAt(String value) {
    int colon = value.lastIndexOf(':');
    boolean inAddress =
        colon > value.indexOf(':') && !(colon > 0 && value.charAt(colon - 1) == ']');
    return inAddress || value.startsWith("::") ? -1 : colon;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static OptionalInt number(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(Character::isDigit);
    return digits ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
  }

  /** What {@code --to-ports} says; without it the port stays. */
  private static OptionalInt port(String value, Packet packet) {
    return value.isEmpty() ? packet.destination().port() : number(value);
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
