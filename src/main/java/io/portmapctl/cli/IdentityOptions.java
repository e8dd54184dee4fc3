package io.portmapctl.cli;

import io.portmapctl.netconf.Overrides;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whose mappings: the sources, and what stands in their place. */
final class IdentityOptions {
  @Parameters(
      paramLabel = "SOURCE",
      arity = "0..*",
      description =
          "Files, folders, or - for standard input: network configurations, configuration"
              + " lists, attachments, libcni cache records.")
  private List<String> sources = List.of();

  @Option(names = "--net", paramLabel = "NAME", description = "The network name.")
  private String network = "";

  @Option(
      names = "--container-id",
      paramLabel = "ID",
      description = "The container ID; else the document's, else CNI_CONTAINERID.")
  private String containerId = "";

  @Option(
      names = "--plugin-type",
      paramLabel = "TYPE",
      description = "Which plugin of a configuration list is portmap (default: portmap).")
  private String pluginType = "portmap";

  List<String> sources() {
    return sources;
  }

  Optional<String> network() {
    return Optional.of(network).filter(n -> !n.isEmpty());
  }

  Optional<String> containerId(Session session) {
    Optional<String> given = Optional.of(containerId).filter(c -> !c.isEmpty());
    return given.isPresent() ? given : session.variable("CNI_CONTAINERID");
  }

  Overrides overrides(Session session) {
    return new Overrides(
        network(),
        Optional.of(containerId).filter(c -> !c.isEmpty()),
        Optional.empty(),
        session.variable("CNI_CONTAINERID"),
        session.variable("CNI_IFNAME"),
        List.of(),
        List.of(),
        false,
        List.of(),
        List.of(),
        false,
        OptionalInt.empty(),
        Optional.empty(),
        pluginType);
  }
}
