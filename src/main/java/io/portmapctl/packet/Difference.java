package io.portmapctl.packet;

import io.portmapctl.net.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * What tells a part of a set of packets from the rest, by one field.
 *
 * @param field the field
 * @param family the family of addresses
 * @param negated whether the part is that which has none of the values
 * @param runs the values, in order
 */
public record Difference(Field field, Family family, boolean negated, List<Interval> runs) {
  private static final List<Field> TOLD =
      List.of(
          Field.INPUT_INTERFACE,
          Field.SOURCE,
          Field.DESTINATION,
          Field.SOURCE_PORT,
          Field.MAC,
          Field.UID,
          Field.GID);

  /** Copies the list. */
  public Difference {
    runs = List.copyOf(runs);
  }

  /** The differences of a part of a whole, for each field by itself. */
  public static List<Difference> between(PacketSet part, PacketSet whole, Family family) {
    List<Difference> all = new ArrayList<>();
    for (Field field : TOLD) {
      PacketSet of = whole.only(field);
      PacketSet mine = part.only(field);
      PacketSet others = of.minus(mine);
      if (others.isEmpty()) {
        continue;
      }
      List<Interval> in = mine.values(field, family);
      List<Interval> out = others.values(field, family);
      boolean negated = out.size() < in.size();
      all.add(new Difference(field, family, negated, negated ? out : in));
    }
    return all;
  }
}
