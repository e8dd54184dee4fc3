package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/** What is left when no other kind recognises a document. */
final class NoConfiguration implements NetworkConfiguration {
  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return true;
  }

  @Override
  public Optional<DocumentFault> notOurs(Cursor config, String pluginType) {
    return Optional.of(DocumentFault.Plain.NO_CONFIGURATION);
  }

  @Override
  public Read<Pieces> pieces(Cursor config, DocumentFields fields) {
    return new Read.OtherKind<>(DocumentFault.Plain.NO_CONFIGURATION);
  }
}
