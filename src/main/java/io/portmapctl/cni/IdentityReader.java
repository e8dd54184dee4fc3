package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/**
 * Reads network name and container ID, from options first.
 *
 * @param need how much of a document must be right: who asks for owners alone has no such options
 */
record IdentityReader(Overrides overrides, Documents.Need need) {

  private enum Part {
    NETWORK("name", DocumentFault.Named.NETWORK, DocumentFault.Piece.NETWORK_NAME),
    CONTAINER("containerID", DocumentFault.Named.CONTAINER, DocumentFault.Piece.CONTAINER_ID);

    private final String field;
    private final DocumentFault.Named named;
    private final DocumentFault.Piece piece;

    Part(String field, DocumentFault.Named named, DocumentFault.Piece piece) {
      this.field = field;
      this.named = named;
      this.piece = piece;
    }
  }

  /** The identity of a document that must be right, checked. */
  Identity checked(Pieces pieces) {
    Diagnostics diagnostics = pieces.plugin().diagnostics();
    String network = overrides.network().or(() -> pieces.network().optional()).orElse("");
    String containerId =
        overrides
            .containerId()
            .or(() -> pieces.containerId().optional())
            .or(overrides::fallbackContainerId)
            .orElse("");
    String networkPath = pieces.configuration().at(Part.NETWORK.field);
    check(Part.NETWORK, network, pieces.network(), networkPath, diagnostics);
    check(Part.CONTAINER, containerId, pieces.containerId(), Part.CONTAINER.field, diagnostics);
    return new Identity(network, containerId);
  }

  /** The network's name of a document by itself, checked. */
  String network(Cursor document) {
    Value<String> found = document.text(Part.NETWORK.field);
    String name = found.orElse("");
    check(Part.NETWORK, name, found, document.at(Part.NETWORK.field), document.diagnostics());
    return name;
  }

  private void check(
      Part part, String value, Value<String> found, String path, Diagnostics diagnostics) {
    if (!value.isEmpty()) {
      Names.cni(part.named, value).ifPresent(fault -> diagnostics.error(path, fault));
    } else if (!found.isWrong()) {
      diagnostics.error(path, missing(part));
    }
  }

  /** The identity of a document that may be wrong elsewhere; any strings will do. */
  Identity of(Owner owner, Diagnostics diagnostics) {
    return new Identity(
        required(Part.NETWORK, overrides.network(), owner.network(), Optional.empty(), diagnostics),
        required(
            Part.CONTAINER,
            overrides.containerId(),
            owner.containerId(),
            overrides.fallbackContainerId(),
            diagnostics));
  }

  /** The identity that the command line alone tells; any strings will do. */
  Identity byHand() {
    return new Identity(
        overrides.network().orElse(""),
        overrides.containerId().or(overrides::fallbackContainerId).orElse(""));
  }

  private String required(
      Part part,
      Optional<String> option,
      Optional<Cursor> field,
      Optional<String> fallback,
      Diagnostics diagnostics) {
    if (option.isPresent()) {
      return option.get();
    }
    if (field.isEmpty()) {
      if (fallback.isEmpty()) {
        diagnostics.error(part.field, missing(part));
      }
      return fallback.orElse("");
    }
    Cursor at = new Cursor(field.get().value(), field.get().path(), diagnostics);
    String text = at.text().orElse("");
    return text.isEmpty() ? fallback.orElse("") : text;
  }

  private DocumentFault missing(Part part) {
    return new DocumentFault.Missing(part.piece, need != Documents.Need.OWNER);
  }
}
