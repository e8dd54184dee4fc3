package io.portmapctl.cni;

import java.util.Optional;

/**
 * Reads network name and container ID, from options first.
 *
 * @param need how much of a document must be right: who asks for owners alone has no such options
 */
record IdentityReader(Overrides overrides, Documents.Need need) {

  private enum Part {
    NETWORK("network name", "name", "--net"),
    CONTAINER("container ID", "containerID", "--container-id");

    private final String title;
    private final String field;
    private final String option;

    Part(String title, String field, String option) {
      this.title = title;
      this.field = field;
      this.option = option;
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

  private void check(
      Part part, String value, Value<String> found, String path, Diagnostics diagnostics) {
    if (!value.isEmpty()) {
      Names.cni(part.title, value)
          .ifPresent(m -> diagnostics.error(path, InputError.Code.BAD_NAME, m));
    } else if (!found.isWrong()) {
      diagnostics.error(path, InputError.Code.MISSING, missing(part));
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
        diagnostics.error(part.field, InputError.Code.MISSING, missing(part));
      }
      return fallback.orElse("");
    }
    Cursor at = new Cursor(field.get().value(), field.get().path(), diagnostics);
    String text = at.text().orElse("");
    return text.isEmpty() ? fallback.orElse("") : text;
  }

  private String missing(Part part) {
    String instead = need == Documents.Need.OWNER ? "" : " (or give " + part.option + ")";
    return "missing: the " + part.title + instead;
  }
}
