package io.portmapctl.cli;

import io.portmapctl.app.PortSelector;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.net.Protocol;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A port of the host as {@code --port} says it. */
final class PortText {
  private static final String ONE = "[HOSTIP:]PORT[/PROTOCOL]";
  private static final String SOME = "[HOSTIP:]PORT[-PORT][/PROTOCOL]";

  private static final Pattern PORT =
      Pattern.compile("(?:(\\[[^\\]]*\\]|[^:\\[]+):)?([0-9]{1,9})(?:-([0-9]{1,9}))?(?:/(.*))?");

  private final String form;
  private final Option.Text option;

  private PortText(String form, String description) {
    this.form = form;
    this.option = Option.text(form, description, "--port");
  }

  /** An option that says one port. */
  static PortText one(String description) {
    return new PortText(ONE, description);
  }

  /** An option that says one port, or several in a row. */
  static PortText some(String description) {
    return new PortText(SOME, description);
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
    int first = 0;
    int last = 0;
    if (formed) {
      String address = parts.group(1);
      boolean brackets = address != null && address.startsWith("[");
      host =
          address == null
              ? host
              : IpAddress.parse(brackets ? address.substring(1, address.length() - 1) : address);
      protocol = parts.group(4) == null ? protocol : Protocol.parse(parts.group(4));
      first = Integer.parseInt(parts.group(2));
      last = parts.group(3) == null ? first : Integer.parseInt(parts.group(3));
      formed =
          (address == null || host.isPresent())
              && (parts.group(4) == null || protocol.isPresent())
              && (parts.group(3) == null || form.equals(SOME))
              && first >= 1
              && first <= last
              && last <= 65535;
    }
    if (!formed) {
      throw option.wrong(
          given,
          "found "
              + Portmapctl.shown(text)
              + ", expected "
              + form
              + ", an IPv6 HOSTIP in brackets, a port from 1 to"
              + " 65535, the protocol tcp, udp or sctp");
    }
    return new PortSelector(host, new PortRange(first, last), protocol);
  }
}
