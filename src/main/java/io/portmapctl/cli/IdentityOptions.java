package io.portmapctl.cli;

import io.portmapctl.cni.Overrides;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * Whose mappings.
 *
 * @param sources the sources
 * @param network {@code --net}, or empty
 * @param containerId {@code --container-id}, or empty
 * @param pluginType which plugin of a configuration list is ours
 */
record IdentityOptions(
    List<String> sources,
    Optional<String> network,
    Optional<String> containerId,
    String pluginType) {

  private static final Option<List<String>> SOURCE =
      Option.arguments(
          "SOURCE",
          "Files, folders, or - for standard input: network configurations, configuration"
              + " lists, attachments, libcni cache records.");

  private static final Option.Text NET = Option.text("NAME", "The network name.", "--net");

  static final Option.Text CONTAINER_ID =
      Option.text(
          "ID", "The container ID; else the document's, else CNI_CONTAINERID.", "--container-id");

  private static final Option.Text PLUGIN_TYPE =
      Option.text(
          "TYPE",
          "Which plugin of a configuration list is portmap (default: portmap).",
          "--plugin-type");

  static void declare(CommandSpec spec) {
    SOURCE.declare(spec);
    NET.declare(spec);
    CONTAINER_ID.declare(spec);
    declarePluginType(spec);
  }

  static void declarePluginType(CommandSpec spec) {
    PLUGIN_TYPE.declare(spec);
  }

  /** Documents in which only the plugin of this type is ours. */
  static Overrides pluginType(ParseResult given) {
    return Overrides.pluginType(PLUGIN_TYPE.of(given).orElse("portmap"));
  }

  static IdentityOptions of(ParseResult given) {
    return new IdentityOptions(
        SOURCE.of(given),
        NET.filled(given),
        CONTAINER_ID.filled(given),
        PLUGIN_TYPE.of(given).orElse("portmap"));
  }

  /** Whether the container ID is known without any document. */
  boolean hasContainerId(Session session) {
    return containerId.isPresent() || session.variable("CNI_CONTAINERID").isPresent();
  }

  /** What these say in place of a document's pieces. */
  Overrides overrides(Session session) {
    return new Overrides(
        network,
        containerId,
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
