package io.portmapctl.view;

import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Packet;

/** Packets and their ends, as a person reads them; what is of an interface's name is octets. */
public final class PacketWords implements Address.Visitor<String> {
  private PacketWords() {}

  /** An address, or what is known of it, for the middle of a sentence. */
  public static String of(Address address) {
    return address.accept(new PacketWords());
  }

  /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}, or what is known of it. */
  public static String of(Endpoint end) {
    if (end.ip().isPresent()) {
      return end.toString();
    }
    String address = of(end.address());
    return end.port().isPresent() ? address + ", port " + end.port().getAsInt() : address;
  }

  /** {@code tcp 203.0.113.9:40000 -> 192.0.2.10:8080}. */
  public static String of(Packet packet) {
    return packet.protocol() + " " + of(packet.source()) + " -> " + of(packet.destination());
  }

  @Override
  public String known(Address.Known address) {
    return address.toString();
  }

  @Override
  public String oneOf(Address.OneOf addresses) {
    return "one of " + addresses.place();
  }

  @Override
  public String inNetwork(Address.InNetwork network) {
    return "an address of " + network.network();
  }

  @Override
  public String ofInterface(Address.OfInterface networkInterface) {
    return "the address of "
        + switch (networkInterface.passage()) {
          case IN -> networkInterface.name().orElse("the interface that it came in through");
          case OUT -> networkInterface.name().orElse("the interface that it leaves through");
          case WITHIN -> "some interface";
        };
  }
}
