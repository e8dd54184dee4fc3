package io.portmapctl.packet;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One packet of a set. What the set did not ask for may have any value.
 *
 * @param values for each level that was asked, its value: upper and lower 64 bits
 * @param space whose packet it is
 */
@SuppressWarnings("ReferenceEquality") // of equal nodes a space has one
public record Sample(Map<Integer, long[]> values, PacketSpace space) {

  static Sample of(PacketSpace space, Node from) {
    Map<Integer, long[]> values = new HashMap<>();
    Node node = from;
    while (!node.isEnd()) {
      int run = 0;
      while (node.next(run) == space.noneNode()) {
        run++;
      }
      values.put(node.level(), new long[] {node.high(run), node.low(run)});
      node = node.next(run);
    }
    return new Sample(values, space);
  }

  /** The family; IPv4 where the set did not ask. */
  public Family family() {
    return number(Field.FAMILY, 0) == 0 ? Family.IPV4 : Family.IPV6;
  }

  /** A field's value, where the set asked for it. */
  public Optional<Long> number(Field field) {
    return Optional.ofNullable(values.get(field.level())).map(v -> v[1]);
  }

  /** A field's value, or another where the set did not ask for it. */
  public long number(Field field, long otherwise) {
    return number(field).orElse(otherwise);
  }

  /** An address, where the set asked for it. */
  public Optional<IpAddress> address(Field field) {
    return Optional.ofNullable(values.get(field.level()))
        .map(v -> new IpAddress(family(), v[0], v[1]));
  }

  /** The name of an interface, empty for none; where the set asked for one that has a name. */
  public Optional<String> interfaceName(Field field) {
    return Optional.ofNullable(values.get(field.level()))
        .filter(v -> v[0] != 0 || v[1] == 0) // no name is as low as the others
        .map(v -> Interval.interfaceName(v[0], v[1]));
  }

  /** The packet as a set of one, but for what was not asked. */
  public PacketSet set() {
    PacketSet set = space.all();
    for (Map.Entry<Integer, long[]> entry : values.entrySet()) {
      set = set.and(space.ofLevel(entry.getKey(), entry.getValue(), family()));
    }
    return set;
  }
}
