package io.portmapctl.cli;

import io.portmapctl.audit.Mapping;
import io.portmapctl.audit.State;
import io.portmapctl.model.IpAddress;
import io.portmapctl.netconf.Protocol;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Which mappings are shown.
 *
 * @param network of this network; empty for any
 * @param containerId of containers whose ID begins so
 * @param port those that take packets of this port
 * @param state those in this state
 */
record MappingFilter(
    String network, String containerId, Optional<PortFilter> port, Optional<State> state) {
  private static final Pattern PORT =
      Pattern.compile("(?:(\\[[^\\]]*\\]|[^:\\[]+):)?([0-9]{1,9})(?:/(.*))?");

  static void declare(CommandSpec spec) {
    spec.addOption(Options.one(String.class, "NAME", "Only of this network.", "--net"));
    spec.addOption(
        Options.one(
            String.class, "ID", "Only of containers whose ID begins so.", "--container-id"));
    spec.addOption(
        Options.one(
            String.class,
            "[HOSTIP:]PORT[/PROTOCOL]",
            "Only those that take packets of this port.",
            "--port"));
    spec.addOption(Options.choice(State.values(), "Only those in this state.", "--state"));
  }

  static MappingFilter of(ParseResult given) {
    Optional<State> state =
        given.hasMatchedOption("--state")
            ? Optional.of(Options.chosen(given, "--state", State.values(), State.OK))
            : Optional.empty();
    return new MappingFilter(
        Options.text(given, "--net"), Options.text(given, "--container-id"), port(given), state);
  }

  /** Whether a mapping is shown. */
  boolean takes(Mapping mapping) {
    String net = mapping.owner().map(o -> o.network()).orElse("");
    String id = mapping.owner().map(o -> o.containerId()).orElse("");
    return (network.isEmpty() || network.equals(net))
        && id.startsWith(containerId)
        && port.map(p -> p.takes(mapping)).orElse(true)
        && state.map(s -> s == mapping.state()).orElse(true);
  }

  private static Optional<PortFilter> port(ParseResult given) {
    if (!given.hasMatchedOption("--port")) {
      return Optional.empty();
    }
    String text = Options.text(given, "--port");
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
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--port: found "
              + Portmapctl.shown(text)
              + ", expected [HOSTIP:]PORT[/PROTOCOL], an IPv6 HOSTIP in brackets, a port from 1 to"
              + " 65535, the protocol tcp, udp or sctp");
    }
    return Optional.of(new PortFilter(host, port, protocol));
  }

  /** Which packets are asked about. */
  private record PortFilter(Optional<IpAddress> host, int port, Optional<Protocol> protocol) {
    boolean takes(Mapping mapping) {
      boolean address =
          host.isEmpty()
              || mapping.family() == host.get().family()
                  && (mapping.hostIp().isEmpty() || mapping.hostIp().equals(host));
      return address
          && mapping.hostPort().equals(OptionalInt.of(port))
          && (protocol.isEmpty() || protocol.get().id().equals(mapping.protocol()));
    }
  }
}
