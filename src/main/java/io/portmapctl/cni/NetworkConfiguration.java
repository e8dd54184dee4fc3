package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.List;
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
    if (type.isEmpty()
        || !(type.get().value() instanceof Json.Text text)
        || text.value().equals(pluginType)) {
      return Optional.empty();
    }
    Optional<DocumentFault> meta = metaPlugin(config, pluginType);
    return meta.isPresent()
        ? meta
        : Optional.of(new DocumentFault.AnotherPlugin(text.value(), pluginType));
  }

  /** That its plugin only calls others, as multus does: it has their configurations in it. */
  static Optional<DocumentFault> metaPlugin(Cursor config, String pluginType) {
    Optional<Cursor> delegates = config.field("delegates");
    boolean array = delegates.isPresent() && delegates.get().value() instanceof Json.Array;
    String type = config.unheard().text("type").optional().orElse("");
    if (!array && !type.equals("multus")) {
      return Optional.empty();
    }
    String place = "";
    for (Cursor delegate : array ? config.items("delegates") : List.<Cursor>of()) {
      List<Cursor> plugins = delegate.unheard().items("plugins");
      boolean ours =
          delegate.has("type", pluginType)
              || plugins.stream().anyMatch(p -> p.has("type", pluginType));
      if (ours && place.isEmpty()) {
        place = delegate.path();
      }
    }
    return Optional.of(new DocumentFault.MetaPlugin(type, pluginType, place));
  }
}
