package io.portmapctl.trace;

/**
 * A packet's mark, as far as it is known.
 *
 * @param value the bits, 0 where they are not known
 * @param known which of the 32 bits are known
 */
public record Mark(long value, long known) {
  private static final long ALL = 0xffffffffL;

  /** No bit is known. */
  public static final Mark UNKNOWN = new Mark(0, 0);

  /** A mark of which every bit is known. */
  public static Mark of(long value) {
    return new Mark(value, ALL);
  }

  /** {@code 0x2000}, or what is known of it. */
  @Override
  public String toString() {
    String hex = "0x" + Long.toHexString(value);
    if (known == ALL) {
      return hex;
    }
    return known == 0 ? "unknown" : hex + "/0x" + Long.toHexString(known);
  }
}
