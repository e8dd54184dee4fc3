package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/** A configuration of one plugin or of several, a document by itself or a part of another. */
interface NetworkConfiguration extends DocumentKind {

  /** Why it is not one of ours, where that can be told. */
  Optional<DocumentFault> notOurs(Cursor config, String pluginType);

  @Override
  default Owner owner(Cursor config, DocumentFields fields) {
    return new Owner(
        config.field("name"),
        config.field("containerID"),
        notOurs(config, fields.pluginType()),
        Optional.empty());
  }

  /** That its type is another plugin's; one that is no string may be ours. */
  static Optional<DocumentFault> anotherPlugin(Cursor config, String pluginType) {
    Optional<Cursor> type = config.field("type");
    return type.isPresent()
            && type.get().value() instanceof Json.Text text
            && !text.value().equals(pluginType)
        ? Optional.of(new DocumentFault.AnotherPlugin(text.value(), pluginType))
        : Optional.empty();
  }
}
