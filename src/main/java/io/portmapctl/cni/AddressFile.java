package io.portmapctl.cni;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A host's interfaces, as {@code ip -j addr} prints them (ip-address(8)). */
public final class AddressFile {
  private AddressFile() {}

  /** A text that is not of the format; its fault says where. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient FileFault fault;

    FormatException(FileFault fault) {
      super(fault.code());
      this.fault = fault;
    }

    /** What is wrong. */
    public FileFault fault() {
      return fault;
    }
  }

  /**
   * The interfaces.
   *
   * @throws FormatException for what {@code ip -j addr} does not print
   */
  public static List<HostInterface> parse(byte[] text) throws FormatException {
    List<Json> documents;
    try {
      documents = Json.parseAll(text);
    } catch (Json.FormatException e) {
      throw new FormatException(new FileFault.NotJson(FileFault.Content.ADDRESSES, e.error()));
    }
    if (documents.size() != 1 || !(documents.get(0) instanceof Json.Array links)) {
      throw new FormatException(new FileFault.NotAnArray(FileFault.Content.ADDRESSES));
    }
    List<HostInterface> all = new ArrayList<>();
    for (int i = 0; i < links.items().size(); i++) {
      Json link = links.items().get(i);
      String name = text(link, "ifname");
      if (name.isEmpty()) {
        // ip prints empty objects for what a filter leaves out
        if (link instanceof Json.Obj empty && empty.fields().isEmpty()) {
          continue;
        }
        throw new FormatException(new FileFault.NoName(i));
      }
      all.add(link(name, link, i));
    }
    return List.copyOf(all);
  }

  private static HostInterface link(String name, Json link, int place) throws FormatException {
    List<Cidr> addresses = new ArrayList<>();
    List<IpAddress> broadcasts = new ArrayList<>();
    if (field(link, "addr_info").orElse(new Json.Null()) instanceof Json.Array infos) {
      for (int i = 0; i < infos.items().size(); i++) {
        Json info = infos.items().get(i);
        String local = text(info, "local");
        String prefix =
            field(info, "prefixlen").orElse(new Json.Null()) instanceof Json.Numeral number
                ? number.literal()
                : "";
        Optional<Cidr> address = Cidr.parse(local + "/" + prefix);
        if (address.isEmpty()) {
          throw new FormatException(new FileFault.NoAddress(place, i, local, prefix));
        }
        addresses.add(address.get());
        IpAddress.parse(text(info, "broadcast")).ifPresent(broadcasts::add);
      }
    }
    return new HostInterface(name, addresses, broadcasts, isUp(link));
  }

  private static boolean isUp(Json link) {
    return field(link, "flags").orElse(new Json.Null()) instanceof Json.Array flags
        && flags.items().stream().anyMatch(f -> f instanceof Json.Text t && t.value().equals("UP"));
  }

  private static Optional<Json> field(Json of, String name) {
    return of instanceof Json.Obj object
        ? object.fields().stream()
            .filter(f -> f.name().equals(name))
            .map(Json.Field::value)
            .reduce((first, second) -> second)
        : Optional.empty();
  }

  private static String text(Json of, String name) {
    return field(of, name).orElse(new Json.Null()) instanceof Json.Text text ? text.value() : "";
  }
}
