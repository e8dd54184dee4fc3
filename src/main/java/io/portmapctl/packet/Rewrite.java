package io.portmapctl.packet;

import java.util.Optional;

/**
 * What happens to one field of packets.
 *
 * @param field the field
 * @param values the values that it has then; empty for any
 * @param kept whether the field behind it keeps what it had
 */
public record Rewrite(Field field, Optional<Interval> values, boolean kept) {

  /** It has this value. */
  public static Rewrite to(Field field, long value) {
    return new Rewrite(field, Optional.of(Interval.of(value)), false);
  }

  /** It may have any value. */
  public static Rewrite free(Field field) {
    return new Rewrite(field, Optional.empty(), false);
  }
}
