package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/** A conflist: the configurations of several plugins, of which the first of our type is meant. */
final class ConfigurationList implements NetworkConfiguration {

  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return document.field("plugins").isPresent();
  }

  @Override
  public Optional<DocumentFault> notOurs(Cursor config, String pluginType) {
    if (!hasArray(config)) {
      return NetworkConfiguration.anotherPlugin(config, pluginType);
    }
    if (plugin(config, pluginType).isPresent()) {
      return Optional.empty();
    }
    for (Cursor plugin : config.items("plugins")) {
      Optional<DocumentFault> meta = NetworkConfiguration.metaPlugin(plugin, pluginType);
      if (meta.isPresent()) {
        return meta;
      }
    }
    return Optional.of(new DocumentFault.NoPlugin(pluginType));
  }

  @Override
  public Read<Pieces> pieces(Cursor config, DocumentFields fields) {
    Optional<DocumentFault> notOurs = notOurs(config, fields.pluginType());
    if (notOurs.isPresent()) {
      return new Read.OtherKind<>(notOurs.get());
    }
    Optional<Cursor> found = plugin(config, fields.pluginType());
    if (found.isEmpty()) {
      return new Read.Wrong<>(config.diagnostics().errors());
    }
    Cursor plugin = found.get();
    warnAboutCapability(config, plugin);
    Value<Cursor> mappings = fields.mappings(plugin, "runtimeConfig");
    Value<Cursor> result = fields.result(plugin, "prevResult");
    return new Read.Usable<>(
        Pieces.configured(
            config,
            plugin,
            fields.network(config, "name"),
            config.text("cniVersion"),
            mappings.or(() -> fields.mappings(config, "runtimeConfig")),
            result.or(() -> fields.result(config, "prevResult"))));
  }

  private static boolean hasArray(Cursor config) {
    Optional<Cursor> plugins = config.field("plugins");
    return plugins.isPresent() && plugins.get().value() instanceof Json.Array;
  }

  private static Optional<Cursor> plugin(Cursor config, String pluginType) {
    for (Cursor plugin : config.items("plugins")) {
      if (plugin.has("type", pluginType)) {
        return Optional.of(plugin);
      }
    }
    return Optional.empty();
  }

  private static void warnAboutCapability(Cursor list, Cursor plugin) {
    Optional<Cursor> capabilities = plugin.field("capabilities");
    Optional<Cursor> asked =
        capabilities.isPresent() ? capabilities.get().field("portMappings") : Optional.empty();
    if (asked.isEmpty()
        || !(asked.get().value() instanceof Json.Bool capability)
        || !capability.value()) {
      Diagnostics diagnostics = list.diagnostics();
      diagnostics.notice(
          new DocumentNotice.NoCapability(
              diagnostics.source(), plugin.path(), list.text("name").orElse("")));
    }
  }
}
