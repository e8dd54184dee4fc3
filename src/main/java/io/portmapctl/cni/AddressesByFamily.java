package io.portmapctl.cni;

import io.portmapctl.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code ip4} and {@code ip6}, each with one address: versions 0.1.0 and 0.2.0. */
final class AddressesByFamily implements ResultShape {

  @Override
  public List<Cidr> addresses(Cursor result, String ifName) {
    List<Cidr> found = new ArrayList<>();
    for (String family : List.of("ip4", "ip6")) {
      Optional<Cursor> ip = result.object(family).optional();
      if (ip.isPresent()) {
        ResultShape.address(ip.get(), "ip").ifPresent(found::add);
      }
    }
    return List.copyOf(found);
  }
}
