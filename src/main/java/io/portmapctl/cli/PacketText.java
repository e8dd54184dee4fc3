package io.portmapctl.cli;

import io.portmapctl.app.ExplainMappings;
import io.portmapctl.app.PacketState;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.Protocol;
import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A packet as {@code --packet} says it. */
final class PacketText {
  private static final String FORM =
      "PROTOCOL SOURCE[:PORT] -> DESTINATION:PORT [in IF] [out IF] [mark 0xN] [state STATE]";

  private static final String END = "(\\[[^\\]\\s]*\\]|[^:\\s\\[\\]]+)";

  private static final Pattern WRITTEN =
      Pattern.compile(
          "\\s*(\\S+)\\s+"
              + END
              + "(?::([0-9]{1,5}))?\\s*->\\s*"
              + END
              + ":([0-9]{1,5})((?:\\s+(?:in|out|mark|state)\\s+\\S+)*)\\s*");

  private static final Pattern MORE = Pattern.compile("(in|out|mark|state)\\s+(\\S+)");

  private static final Option.Text PACKET =
      Option.text(
          "PACKET",
          "Follow this packet: '"
              + FORM
              + "'; what comes from an address of the host starts there.",
          "--packet");

  private PacketText() {}

  static void declare(CommandSpec spec) {
    PACKET.declare(spec);
  }

  /** The packet given, if one is. */
  static Optional<ExplainMappings.AskedPacket> of(ParseResult given) {
    Optional<String> text = PACKET.of(given);
    return text.isPresent() ? Optional.of(packet(given, text.get())) : Optional.empty();
  }

  private static ExplainMappings.AskedPacket packet(ParseResult given, String text) {
    Matcher parts = WRITTEN.matcher(text);
    if (!parts.matches()) {
      throw wrong(given, text, "");
    }
    Protocol protocol =
        Protocol.parse(parts.group(1))
            .orElseThrow(() -> wrong(given, text, "the protocol is tcp, udp or sctp"));
    Optional<IpAddress> source = address(parts.group(2));
    Optional<IpAddress> destination = address(parts.group(4));
    if (source.isEmpty() || destination.isEmpty()) {
      throw wrong(given, text, "the ends are address literals, IPv6 in brackets");
    }
    Family family = source.get().family();
    if (destination.get().family() != family) {
      throw wrong(given, text, "both ends are of one family");
    }
    OptionalInt from =
        parts.group(3) == null
            ? OptionalInt.empty()
            : OptionalInt.of(port(given, text, parts.group(3)));
    PacketInterface in = PacketInterface.UNKNOWN;
    PacketInterface out = PacketInterface.UNKNOWN;
    Mark mark = Mark.of(0);
    boolean marked = false;
    PacketState state = PacketState.NEW;
    Matcher more = MORE.matcher(parts.group(6));
    List<String> said = new ArrayList<>();
    while (more.find()) {
      String value = more.group(2);
      if (said.contains(more.group(1))) {
        throw wrong(given, text, "'" + more.group(1) + "' stands twice");
      }
      said.add(more.group(1));
      switch (more.group(1)) {
        case "in" -> in = device(given, text, value);
        case "out" -> out = device(given, text, value);
        case "state" -> state = state(given, text, value);
        default -> {
          mark = mark(given, text, value);
          marked = true;
        }
      }
    }
    Endpoint start = new Endpoint(new Address.Known(source.get()), from);
    Endpoint end = Endpoint.of(destination.get(), port(given, text, parts.group(5)));
    return new ExplainMappings.AskedPacket(
        new Packet(
            family,
            IpProtocol.of(protocol.id()).orElseThrow(),
            start,
            end,
            in,
            out,
            mark,
            Ternary.NO),
        marked,
        state);
  }

  private static Optional<IpAddress> address(String text) {
    boolean brackets = text.startsWith("[");
    return IpAddress.parse(brackets ? text.substring(1, text.length() - 1) : text)
        .filter(a -> brackets == (a.family() == Family.IPV6));
  }

  private static int port(ParseResult given, String text, String digits) {
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw wrong(given, text, "ports are from 1 to 65535");
    }
    return port;
  }

  private static PacketInterface device(ParseResult given, String text, String name) {
    if (name.length() > 15 || name.contains("/")) {
      throw wrong(given, text, "an interface has at most 15 characters and no slash");
    }
    return PacketInterface.of(name);
  }

  private static PacketState state(ParseResult given, String text, String value) {
    for (PacketState state : PacketState.values()) {
      if (state.name().equalsIgnoreCase(value)) {
        return state;
      }
    }
    throw wrong(given, text, "a packet's state is NEW or ESTABLISHED");
  }

  private static Mark mark(ParseResult given, String text, String value) {
    try {
      long mark = Long.decode(value);
      if (mark >= 0 && mark <= 0xffffffffL) {
        return Mark.of(mark);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(given, text, "a mark is a number from 0 to 0xffffffff");
  }

  private static ParameterException wrong(ParseResult given, String text, String why) {
    return PACKET.wrong(
        given,
        "found "
            + Portmapctl.shown(text)
            + ", expected '"
            + FORM
            + "'"
            + (why.isEmpty()
                ? ", as 'tcp 203.0.113.9:40000 -> 192.0.2.10:8080' or, IPv6 in brackets, 'udp"
                    + " [2001:db8::9]:40000 -> [2001:db8::1]:53'"
                : ": " + why));
  }
}
