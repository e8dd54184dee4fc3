package io.portmapctl.host.route;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Neighbour;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Interfaces as {@code ip -j address} prints them, with {@code -d} or without, neighbours and what
 * bridges have learned.
 */
public final class LinkReader {
  private static final String BRIDGE = "bridge";

  private LinkReader() {}

  /**
   * Reads interfaces.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<Link> links(String text) throws IpFormatException {
    List<Link> links = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ADDRESSES)) {
      links.add(link(json));
    }
    return List.copyOf(links);
  }

  /**
   * Interfaces of which {@code ip -j -d link} tells the kind, and {@code ip -j address} the
   * addresses.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<Link> links(String details, String addresses) throws IpFormatException {
    Map<String, Link> addressed = new LinkedHashMap<>();
    links(addresses).forEach(l -> addressed.put(l.name(), l));
    List<Link> links = new ArrayList<>();
    for (Link link : links(details)) {
      Link other = addressed.getOrDefault(link.name(), link);
      links.add(
          new Link(
              link.name(),
              link.up(),
              link.carrier(),
              link.resolves(),
              link.detailed(),
              link.kind(),
              link.hardware(),
              link.master(),
              link.group(),
              link.port(),
              link.bridge(),
              other.addresses()));
    }
    return List.copyOf(links);
  }

  private static Link link(IpJson json) throws IpFormatException {
    List<String> flags = json.words("flags");
    Optional<IpJson> info = json.object("linkinfo");
    Optional<String> kind = info.flatMap(i -> i.optional("info_kind"));
    Optional<Link.Port> port = Optional.empty();
    Optional<Link.Bridge> bridge = Optional.empty();
    if (info.isPresent()) {
      if (info.get().text("info_slave_kind").equals(BRIDGE)) {
        port = info.get().object("info_slave_data").map(LinkReader::port);
      }
      if (kind.equals(Optional.of(BRIDGE))) {
        bridge = info.get().object("info_data").map(LinkReader::bridge);
      }
    }
    return new Link(
        json.required("ifname", FileFault.Wanted.INTERFACE),
        flags.contains("UP"),
        flags.contains("LOWER_UP"),
        !flags.contains("NOARP"),
        json.has("promiscuity"),
        kind,
        json.optional("address"),
        json.optional("master"),
        json.optional("group").orElse("default"),
        port,
        bridge,
        addresses(json));
  }

  private static Link.Port port(IpJson data) {
    return new Link.Port(
        data.text("state"),
        data.isTrue("hairpin"),
        data.isTrue("isolated"),
        data.isTrue("locked"),
        data.isFalse("learning") && data.isFalse("flood"));
  }

  private static Link.Bridge bridge(IpJson data) {
    return new Link.Bridge(
        data.text("vlan_filtering").equals("1"),
        data.text("nf_call_iptables").equals("1"),
        data.text("nf_call_ip6tables").equals("1"));
  }

  private static List<Link.Address> addresses(IpJson json) throws IpFormatException {
    List<Link.Address> addresses = new ArrayList<>();
    for (IpJson info : json.objects("addr_info")) {
      if (!info.has("local")) {
        continue;
      }
      Optional<Cidr> address = Cidr.parse(info.text("local") + "/" + info.text("prefixlen"));
      if (address.isEmpty()) {
        throw info.wrong("local", FileFault.Wanted.ADDRESS);
      }
      addresses.add(
          new Link.Address(
              address.get(),
              RouteReader.scope(info.text("scope"), info),
              info.isTrue("secondary"),
              !info.isTrue("dadfailed") && (!info.isTrue("tentative") || info.isTrue("optimistic")),
              info.isTrue("deprecated")));
    }
    return addresses;
  }

  /**
   * Reads neighbours.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<Neighbour> neighbours(String text) throws IpFormatException {
    List<Neighbour> neighbours = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ADDRESSES)) {
      Optional<IpAddress> address = json.address("dst");
      if (address.isPresent()) {
        List<String> states = json.words("state");
        neighbours.add(
            new Neighbour(
                address.get(),
                json.text("dev"),
                json.optional("lladdr"),
                states.isEmpty() ? "" : states.get(0)));
      }
    }
    return List.copyOf(neighbours);
  }

  /**
   * Reads what bridges have learned, as {@code bridge -j fdb} prints it.
   *
   * @throws IpFormatException for what bridge does not print
   */
  public static List<Learned> learned(String text) throws IpFormatException {
    List<Learned> learned = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ADDRESSES)) {
      Optional<String> bridge = json.optional("master");
      // what a locked port has seen, and does not let in yet
      boolean waits = json.words("flags").contains("locked");
      if (bridge.isPresent() && !waits) {
        learned.add(
            new Learned(
                json.text("mac"),
                json.text("ifname"),
                bridge.get(),
                json.text("state").equals("permanent"),
                json.words("flags").contains("sticky")));
      }
    }
    return List.copyOf(learned);
  }
}
