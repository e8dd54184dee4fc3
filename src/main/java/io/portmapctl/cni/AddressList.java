package io.portmapctl.cni;

import io.portmapctl.fault.Found;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ips}, each of which may point at one of {@code interfaces}: versions 0.3.0 and later. The
 * family is the address's own, so that it makes no difference whether it is told beside it. The
 * first address of a family counts that is not known to be another interface's.
 */
final class AddressList implements ResultShape {

  @Override
  public List<Cidr> addresses(Cursor result, String ifName) {
    List<Cidr> found = new ArrayList<>();
    List<Cursor> interfaces = result.items("interfaces");
    for (Cursor ip : result.items("ips")) {
      if (!(ip.value() instanceof Json.Obj)) {
        ip.wrongType(Found.Type.OBJECT);
        continue;
      }
      Optional<Cidr> address = ResultShape.address(ip, "address");
      if (belongsElsewhere(ip, interfaces, ifName) || address.isEmpty()) {
        continue;
      }
      Family family = address.get().address().family();
      if (found.stream().noneMatch(a -> a.address().family() == family)) {
        found.add(address.get());
      }
    }
    return List.copyOf(found);
  }

  private static boolean belongsElsewhere(Cursor ip, List<Cursor> interfaces, String ifName) {
    Optional<Cursor> index = ip.field("interface");
    if (index.isEmpty()) {
      return false;
    }
    Optional<Integer> number = index.get().index(interfaces.size());
    if (number.isEmpty()) {
      return false;
    }
    Cursor entry = interfaces.get(number.get());
    String name = entry.text("name").orElse("");
    String sandbox = entry.text("sandbox").orElse("");
    return !name.equals(ifName) || sandbox.isEmpty();
  }
}
