package io.portmapctl.cni;

import java.util.Optional;

/** An attachment: a container with a configuration. */
final class AttachmentDocument implements DocumentKind {

  /** Where only the owner is asked for, the container may be told elsewhere. */
  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    Optional<Cursor> config = document.field("config");
    return config.isPresent()
        && config.get().value() instanceof Json.Obj
        && (need != Documents.Need.ALL || document.field("containerID").isPresent());
  }

  @Override
  public Read<Pieces> pieces(Cursor document, DocumentFields fields) {
    Value<String> containerId = fields.containerId(document, "containerID");
    Value<String> ifName = fields.ifName(document, "ifName");
    Cursor config = config(document);
    return DocumentKinds.configuration(config, Documents.Need.ALL)
        .pieces(config, fields)
        .then(found -> new Read.Usable<>(found.in(containerId, ifName)));
  }

  @Override
  public Owner owner(Cursor document, DocumentFields fields) {
    Cursor config = config(document);
    return new Owner(
        config.field("name"),
        document.field("containerID"),
        DocumentKinds.configuration(config, Documents.Need.OWNER)
            .notOurs(config, fields.pluginType()),
        Optional.empty());
  }

  private static Cursor config(Cursor document) {
    return document.object("config").orElse(document);
  }
}
