package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/** A netconf: the configuration of one plugin. */
final class PluginConfiguration implements NetworkConfiguration {

  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return document.field("type").isPresent();
  }

  @Override
  public Optional<DocumentFault> notOurs(Cursor config, String pluginType) {
    return NetworkConfiguration.anotherPlugin(config, pluginType);
  }

  @Override
  public Read<Pieces> pieces(Cursor config, DocumentFields fields) {
    Optional<DocumentFault> notOurs = notOurs(config, fields.pluginType());
    if (notOurs.isPresent()) {
      return new Read.OtherKind<>(notOurs.get());
    }
    if (config.text("type").isWrong()) {
      return new Read.Wrong<>(config.diagnostics().errors());
    }
    return new Read.Usable<>(
        Pieces.configured(
            config,
            config,
            fields.network(config, "name"),
            config.text("cniVersion"),
            fields.mappings(config, "runtimeConfig"),
            fields.result(config, "prevResult")));
  }
}
