package io.portmapctl.cli;

import io.portmapctl.app.PortSelector;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A port of the host as {@code --port} says it. */
final class PortText {
  private static final String FORM = "[HOSTIP:]PORT[/PROTOCOL]";

  private static final Pattern PORT =
      Pattern.compile("(?:(\\[[^\\]]*\\]|[^:\\[]+):)?([0-9]{1,9})(?:/(.*))?");

  private final Option.Text option;

  /** An option that says so. */
  PortText(String description) {
    this.option = Option.text(FORM, description, "--port");
  }

  void declare(CommandSpec spec) {
    option.declare(spec);
  }

  /** What was given, if it was. */
  Optional<PortSelector> of(ParseResult given) {
    Optional<String> text = option.of(given);
    return text.isPresent() ? Optional.of(port(given, text.get())) : Optional.empty();
  }

  private PortSelector port(ParseResult given, String text) {
    Matcher parts = PORT.matcher(text);
    boolean formed = parts.matches();
    Optional<IpAddress> host = Optional.empty();
    Optional<Protocol> protocol = Optional.empty();
    int port = 0;
    if (formed) {
      String address = parts.group(1);
      boolean brackets = address != null && address.startsWith("[");
      host =
          address == null
              ? host
              : IpAddress.parse(brackets ? address.substring(1, address.length() - 1) : address);
      protocol = parts.group(3) == null ? protocol : Protocol.parse(parts.group(3));
      port = Integer.parseInt(parts.group(2));
      formed =
          (address == null || host.isPresent())
              && (parts.group(3) == null || protocol.isPresent())
              && port >= 1
              && port <= 65535;
    }
    if (!formed) {
      throw option.wrong(
          given,
          "found "
              + Portmapctl.shown(text)
              + ", expected [HOSTIP:]PORT[/PROTOCOL], an IPv6 HOSTIP in brackets, a port from 1 to"
              + " 65535, the protocol tcp, udp or sctp");
    }
    return new PortSelector(host, port, protocol);
  }
}
