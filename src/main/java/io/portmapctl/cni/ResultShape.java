package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import java.util.List;
import java.util.Optional;

/** How results of some versions hold addresses. */
interface ResultShape {

  /**
   * The container's addresses, at most one a family.
   *
   * @param ifName our interface inside the container
   */
  List<Cidr> addresses(Cursor result, String ifName);

  /** The address with its prefix in a field that must be there. */
  static Optional<Cidr> address(Cursor holder, String field) {
    Optional<Cursor> found = holder.field(field);
    if (found.isEmpty()) {
      holder.missing(field, DocumentFault.Piece.ADDRESS);
      return Optional.empty();
    }
    Optional<String> text = found.get().text().optional();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Cidr> cidr = text.get().indexOf('/') < 0 ? Optional.empty() : Cidr.parse(text.get());
    if (cidr.isEmpty()) {
      found.get().error(new DocumentFault.NotAnAddress(true, text.get()));
    }
    return cidr;
  }
}
