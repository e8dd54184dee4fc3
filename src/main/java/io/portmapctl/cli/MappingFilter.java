package io.portmapctl.cli;

import io.portmapctl.check.Mapping;
import io.portmapctl.check.State;
import io.portmapctl.net.Family;
import io.portmapctl.net.Protocol;
import io.portmapctl.portmap.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
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
    String network, String containerId, Optional<PortText> port, Optional<State> state) {
  static void declare(CommandSpec spec) {
    spec.addOption(Options.one(String.class, "NAME", "Only of this network.", "--net"));
    spec.addOption(
        Options.one(
            String.class, "ID", "Only of containers whose ID begins so.", "--container-id"));
    spec.addOption(
        Options.one(
            String.class, PortText.FORM, "Only those that take packets of this port.", "--port"));
    spec.addOption(Options.choice(State.values(), "Only those in this state.", "--state"));
  }

  static MappingFilter of(ParseResult given) {
    Optional<State> state =
        given.hasMatchedOption("--state")
            ? Optional.of(Options.chosen(given, "--state", State.values(), State.OK))
            : Optional.empty();
    return new MappingFilter(
        Options.text(given, "--net"),
        Options.text(given, "--container-id"),
        PortText.of(given),
        state);
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

  /** The port that is asked for, where one is, of each family and protocol that may be meant. */
  List<PublishedPort> asked() {
    List<PublishedPort> asked = new ArrayList<>();
    for (PortText text : port.stream().toList()) {
      for (Family family : Family.values()) {
        boolean meant = text.host().map(h -> h.family() == family).orElse(true);
        for (Protocol protocol : meant ? Protocol.values() : new Protocol[0]) {
          if (text.protocol().map(p -> p == protocol).orElse(true)) {
            asked.add(new PublishedPort(family, protocol.id(), text.address(), text.port()));
          }
        }
      }
    }
    return asked;
  }
}
