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

  static void declare(CommandSpec spec) {
    spec.addPositional(
        Options.arguments(
            "SOURCE",
            "Files, folders, or - for standard input: network configurations, configuration"
                + " lists, attachments, libcni cache records."));
    spec.addOption(Options.one(String.class, "NAME", "The network name.", "--net"));
    spec.addOption(
        Options.one(
            String.class,
            "ID",
            "The container ID; else the document's, else CNI_CONTAINERID.",
            "--container-id"));
    declarePluginType(spec);
  }

  static void declarePluginType(CommandSpec spec) {
    spec.addOption(
        Options.one(
            String.class,
            "TYPE",
            "Which plugin of a configuration list is portmap (default: portmap).",
            "--plugin-type"));
  }

  /** Documents in which only the plugin of this type is ours. */
  static Overrides pluginType(ParseResult given) {
    return Overrides.pluginType(given.matchedOptionValue("--plugin-type", "portmap"));
  }

  static IdentityOptions of(ParseResult given) {
    return new IdentityOptions(
        List.copyOf(given.matchedPositionalValue(0, List.<String>of())),
        Optional.of(Options.text(given, "--net")).filter(n -> !n.isEmpty()),
        Optional.of(Options.text(given, "--container-id")).filter(c -> !c.isEmpty()),
        given.matchedOptionValue("--plugin-type", "portmap"));
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
