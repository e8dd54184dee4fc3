package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import java.util.List;
import java.util.Optional;

/** The container's addresses, in the result of the plugin before ours. */
final class ContainerAddresses {
  private ContainerAddresses() {}

  /**
   * Reads them.
   *
   * @param pieces where the result stands
   * @param version the configuration's
   * @param ifName our interface inside the container
   */
  static List<Cidr> read(Pieces pieces, CniVersion version, String ifName) {
    Optional<Cursor> given = pieces.result().optional();
    if (given.isEmpty()) {
      if (!pieces.result().isWrong()) {
        pieces
            .plugin()
            .diagnostics()
            .error(
                pieces.resultPath(), new DocumentFault.Missing(DocumentFault.Piece.RESULT, true));
      }
      return List.of();
    }
    Cursor result = given.get();
    CniVersion own = CniVersion.read(result, absentWhereWrong(result.text("cniVersion")));
    if (!own.known()) {
      return List.of();
    }
    CniVersion.Generation generation = (own.text().isEmpty() ? version : own).generation();
    if (version.known() && generation != version.generation()) {
      result
          .diagnostics()
          .error(
              result.at("cniVersion"),
              new DocumentFault.OtherGeneration(own.text(), version.text()));
      return List.of();
    }
    return generation.shape().addresses(result, ifName);
  }

  /** A version that is no string does not keep the addresses from being looked at. */
  private static Value<String> absentWhereWrong(Value<String> version) {
    return Value.of(version.optional());
  }
}
