package io.portmapctl.view;

import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Reason;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Why a rule takes a packet, and why it is not known what becomes of one: for the middle of a
 * sentence; octets.
 */
public final class ReasonText implements Reason.Visitor<String>, OpenReason.Visitor<String> {
  /** Of more ports some are named. */
  private static final int MOST_PORTS = 4;

  private ReasonText() {}

  /** Why a rule takes a packet, or does not; empty where nothing is known of it. */
  public static String of(List<Reason> reasons) {
    ReasonText text = new ReasonText();
    StringBuilder out = new StringBuilder();
    for (Reason reason : reasons) {
      out.append(out.isEmpty() ? "" : ", ").append(reason.accept(text));
    }
    return out.toString();
  }

  /** Why it is not known what becomes of a packet. */
  public static String of(OpenReason reason) {
    return reason.accept(new ReasonText());
  }

  @Override
  public String limit(OpenReason.Limit limit) {
    return switch (limit) {
      case TOO_MANY_STEPS -> "the chains lead on and on";
      case CIRCLE -> "the chains lead in a circle";
      case TOO_DEEP -> "the chains are nested too deep";
      case MORE_PATHS -> "there are more ways than are told";
    };
  }

  @Override
  public String unknownTarget(OpenReason.UnknownTarget target) {
    return "what " + target.target() + " does is not known";
  }

  @Override
  public String loopbackFromOutside(OpenReason.LoopbackFromOutside packet) {
    return "the kernel takes nothing for "
        + PacketWords.of(packet.destination())
        + " from outside, unless route_localnet is set where it comes in";
  }

  @Override
  public String plain(Reason.Plain plain) {
    return switch (plain) {
      case EVERY_PACKET -> "it takes every packet";
      case MATCHES_EXCLUDE_EACH_OTHER -> "its matches do not hold together";
      case ADDRESSES_OF_THAT_INTERFACE -> "by the addresses of that interface alone";
      case CONNMARK_AS_ASKED -> "the connection's mark is so";
      case CONNMARK_ANOTHER -> "the connection's mark is another";
      case CONNECTION_AS_ASKED -> "the connection is so";
      case CONNECTION_ANOTHER -> "the connection is another";
      case NOTING_LETS_PASS -> "noting an address lets every packet pass";
      case NOTING_LETS_NONE_PASS -> "noting an address lets none pass";
      case NO_PROCESS -> "no process of this host sends it";
    };
  }

  @Override
  public String undecided(Reason.Undecided match) {
    return "what " + match.match().latin1() + " decides is not known";
  }

  @Override
  public String holds(Reason.Holds match) {
    return match.match().latin1() + (match.is() ? " holds" : " does not hold");
  }

  private static String end(Side side) {
    return side == Side.SOURCE ? "the source" : "the destination";
  }

  @Override
  public String addressUnknown(Reason.AddressUnknown address) {
    return end(address.side())
        + address
            .address()
            .map(a -> " is " + PacketWords.of(a) + ", which is not told")
            .orElse(" is not told");
  }

  @Override
  public String addressIs(Reason.AddressIs address) {
    return end(address.side())
        + " is "
        + address.address()
        + address.not().map(a -> ", not " + a).orElse("");
  }

  @Override
  public String addressIn(Reason.AddressIn address) {
    return end(address.side())
        + " "
        + address.address()
        + (address.inside() ? " is in " : " is not in ")
        + address.network();
  }

  @Override
  public String addressInRange(Reason.AddressInRange address) {
    return end(address.side())
        + " "
        + address.address()
        + (address.inside() ? " is in " : " is not in ")
        + address.range();
  }

  @Override
  public String addressOfKind(Reason.AddressOfKind address) {
    boolean local = address.kinds().equals(List.of(Match.AddressKind.LOCAL));
    String kinds =
        address.kinds().stream().map(Match.AddressKind::name).collect(Collectors.joining(","));
    String what = local ? "an address of this host" : "of type " + kinds;
    String who = end(address.side()) + " " + PacketWords.of(address.address());
    return switch (address.is()) {
      case YES -> who + " is " + what;
      case NO -> who + " is not " + what;
      case UNKNOWN -> "whether " + who + " is " + what + " is not known";
    };
  }

  @Override
  public String interfaceUnknown(Reason.InterfaceUnknown networkInterface) {
    return (networkInterface.side() == Side.SOURCE ? "where it comes in" : "where it leaves")
        + " is not told (is it "
        + networkInterface.asked()
        + "?)";
  }

  @Override
  public String interfaceIs(Reason.InterfaceIs networkInterface) {
    boolean in = networkInterface.side() == Side.SOURCE;
    boolean known = networkInterface.networkInterface().known();
    return (in ? "it comes in through " : "it leaves through ")
        + (known
            ? networkInterface.networkInterface().name().orElse("no interface")
            : "another interface")
        + networkInterface.not().map(n -> ", not " + n).orElse("");
  }

  @Override
  public String protocolIs(Reason.ProtocolIs protocol) {
    return "the protocol is "
        + protocol.protocol()
        + protocol.not().map(p -> ", not " + p).orElse("");
  }

  @Override
  public String portUnknown(Reason.PortUnknown port) {
    return end(port.side()) + "'s port is not told";
  }

  @Override
  public String portIs(Reason.PortIs port) {
    return (port.side() == Side.SOURCE ? "the source port is " : "the port is ")
        + port.port()
        + (port.not().isEmpty() ? "" : ", not " + several(port.not()));
  }

  private static String several(List<PortRange> ranges) {
    List<String> texts = ranges.stream().map(PortRange::toString).toList();
    return texts.size() > MOST_PORTS
        ? String.join(",", texts.subList(0, MOST_PORTS - 1)) + " or others"
        : String.join(",", texts);
  }

  @Override
  public String portsAre(Reason.PortsAre ports) {
    return "the ports are " + shown(ports.source()) + " and " + shown(ports.destination());
  }

  private static String shown(OptionalInt port) {
    return port.isPresent() ? Integer.toString(port.getAsInt()) : "one that is not told";
  }

  @Override
  public String onlySynIsSet(Reason.OnlySynIsSet flags) {
    return "of the flags SYN is set" + flags.not().map(f -> ", not " + names(f)).orElse("");
  }

  private static String names(List<Match.TcpFlag> flags) {
    return flags.isEmpty()
        ? "NONE"
        : flags.stream().map(Match.TcpFlag::name).collect(Collectors.joining(","));
  }

  @Override
  public String markIs(Reason.MarkIs mark) {
    return "the mark is " + mark.mark() + mark.not().map(m -> ", not " + value(m)).orElse("");
  }

  private static String value(Reason.MaskedMark mark) {
    String value = "0x" + Long.toHexString(mark.value());
    return mark.mask() == 0xffffffffL ? value : value + "/0x" + Long.toHexString(mark.mask());
  }

  @Override
  public String connectionIs(Reason.ConnectionIs connection) {
    String is =
        switch (connection.state()) {
          case INVALID -> "connection tracking knows no connection yet";
          case UNTRACKED -> "the packet is not tracked";
          case ESTABLISHED, RELATED ->
              "the connection is " + connection.state().name().toLowerCase(Locale.ROOT);
          default -> "the connection is new";
        };
    return is
        + (connection.not().isEmpty()
            ? ""
            : ", not "
                + connection.not().stream()
                    .map(Match.ConnState::name)
                    .collect(Collectors.joining(",")));
  }
}
