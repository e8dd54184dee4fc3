package io.portmapctl.host.route;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Which interfaces lead into other network namespaces, as {@code ip -j} prints it. */
public final class PeerReader {
  private PeerReader() {}

  /**
   * An interface of which another is the other end.
   *
   * @param name its name, octets
   * @param index its number
   * @param peer the number of its other end
   * @param namespace the number that its own namespace has for the other end's
   * @param master the bridge that it is a port of, octets
   */
  public record Peer(String name, long index, long peer, long namespace, Optional<String> master) {}

  /**
   * A way that a network namespace knows.
   *
   * @param found whether there is one
   * @param via the router, where it leads by one
   * @param device the interface that it leads through, octets; empty where that is not told
   */
  public record Way(boolean found, Optional<IpAddress> via, String device) {}

  /**
   * Reads {@code ip -j link}.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<Peer> peers(String text) throws IpFormatException {
    List<Peer> peers = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ADDRESSES)) {
      OptionalLong index = json.number("ifindex");
      OptionalLong peer = json.number("link_index");
      OptionalLong namespace = json.number("link_netnsid");
      if (index.isPresent() && peer.isPresent() && namespace.isPresent()) {
        peers.add(
            new Peer(
                json.required("ifname", FileFault.Wanted.INTERFACE),
                index.getAsLong(),
                peer.getAsLong(),
                namespace.getAsLong(),
                json.optional("master")));
      }
    }
    return List.copyOf(peers);
  }

  /**
   * Reads {@code ip -j route get}.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static Way way(String text) throws IpFormatException {
    for (IpJson json : IpJson.parse(text, FileFault.Content.ROUTES)) {
      return new Way(true, json.address("gateway"), json.text("dev"));
    }
    return new Way(true, Optional.empty(), "");
  }

  /**
   * Reads {@code ip -j netns list}: the names of namespaces by the numbers that this one has for
   * them.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static Map<Long, String> names(String text) throws IpFormatException {
    Map<Long, String> names = new LinkedHashMap<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ADDRESSES)) {
      OptionalLong id = json.number("id");
      Optional<String> name = json.optional("name").filter(n -> n.indexOf('/') < 0);
      if (id.isPresent() && name.isPresent()) {
        names.put(id.getAsLong(), name.get());
      }
    }
    return names;
  }
}
