package io.portmapctl.cni;

import java.util.Optional;

/** What is left when no other kind recognises a document. */
final class NoConfiguration implements NetworkConfiguration {
  private static final String REASON =
      "not a network configuration: it has none of \"type\", \"plugins\", and \"config\" with"
          + " \"containerID\"";

  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return true;
  }

  @Override
  public Optional<String> notOurs(Cursor config, String pluginType) {
    return Optional.of(REASON);
  }

  @Override
  public Read<Pieces> pieces(Cursor config, DocumentFields fields) {
    return new Read.OtherKind<>(REASON);
  }
}
