package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.List;
import java.util.Optional;

/** What is left when no other kind recognises a document. */
final class NoConfiguration implements NetworkConfiguration {
  /** The fields of results, of all versions. */
  private static final List<String> RESULT =
      List.of("ips", "ip4", "ip6", "interfaces", "routes", "dns");

  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return true;
  }

  @Override
  public Optional<DocumentFault> notOurs(Cursor config, String pluginType) {
    return Optional.of(why(config));
  }

  @Override
  public Read<Pieces> pieces(Cursor config, DocumentFields fields) {
    return new Read.OtherKind<>(why(config));
  }

  /** A result alone, as libcni kept it before it kept records, is told from anything else. */
  private static DocumentFault why(Cursor document) {
    for (String field : RESULT) {
      if (document.field(field).isPresent()) {
        return DocumentFault.Plain.BARE_RESULT;
      }
    }
    return DocumentFault.Plain.NO_CONFIGURATION;
  }
}
