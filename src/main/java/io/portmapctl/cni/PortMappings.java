package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Found;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The port mappings that a runtime passes. */
final class PortMappings {
  private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");

  private PortMappings() {}

  /**
   * Reads them in order.
   *
   * @param holder the object that has the field {@code portMappings}
   */
  static List<PortMapping> read(Cursor holder) {
    List<PortMapping> mappings = new ArrayList<>();
    List<Cursor> items = holder.items("portMappings");
    if (items.size() > PortMapping.MOST) {
      holder
          .diagnostics()
          .error(
              holder.at("portMappings"),
              new DocumentFault.TooMany(
                  DocumentFault.Counted.MAPPINGS, items.size(), PortMapping.MOST));
      return List.of();
    }
    for (Cursor item : items) {
      if (item.value() instanceof Json.Obj) {
        mapping(item).ifPresent(mappings::add);
      } else {
        item.wrongType(Found.Type.OBJECT);
      }
    }
    return List.copyOf(mappings);
  }

  private static Optional<PortMapping> mapping(Cursor item) {
    Optional<Integer> hostPort = port(item, "hostPort");
    Optional<Integer> containerPort = port(item, "containerPort");
    Optional<Protocol> protocol = protocol(item);
    Optional<IpAddress> hostIp = hostIp(item);
    return hostPort.isPresent() && containerPort.isPresent() && protocol.isPresent()
        ? Optional.of(new PortMapping(hostPort.get(), containerPort.get(), protocol.get(), hostIp))
        : Optional.empty();
  }

  private static Optional<Integer> port(Cursor item, String name) {
    Value<Integer> port = item.number(name, 1, 65535);
    if (port instanceof Value.Absent) {
      item.missing(name, DocumentFault.Piece.PORT);
    }
    return port.optional();
  }

  private static Optional<Protocol> protocol(Cursor item) {
    Optional<Cursor> field = item.field("protocol");
    if (field.isEmpty()) {
      return Optional.of(Protocol.TCP);
    }
    Optional<String> text = field.get().text().optional();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Protocol> protocol = Protocol.parse(text.get());
    if (protocol.isEmpty()) {
      field
          .get()
          .error(
              new DocumentFault.UnknownValue(DocumentFault.Domain.PROTOCOL, PROTOCOLS, text.get()));
    }
    return protocol;
  }

  private static Optional<IpAddress> hostIp(Cursor item) {
    Optional<Cursor> field = item.field("hostIP");
    String text = field.isPresent() ? field.get().text().orElse("") : "";
    if (field.isEmpty() || text.isEmpty()) {
      return Optional.empty();
    }
    Optional<IpAddress> address = IpAddress.parse(text);
    if (address.isEmpty()) {
      field.get().error(new DocumentFault.NotAnAddress(false, text));
    }
    return address;
  }
}
