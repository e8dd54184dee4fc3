package io.portmapctl.net;

import java.util.Optional;

/**
 * An IP address. Literals are read strictly (dotted quads without leading zeros, RFC 4291 text, no
 * zone, no name), because {@code iptables} itself reads {@code 192.0.2.010} as 192.0.2.8.
 *
 * @param family the family; an IPv4-mapped IPv6 literal is IPv4
 * @param high the upper 64 bits of an IPv6 address, else 0
 * @param low the lower 64 bits; for IPv4 the address as an unsigned 32-bit number
 */
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {
  private static final long V4_MAPPED = 0xffffL;

  /** Reads a literal; empty when it is not one. */
  public static Optional<IpAddress> parse(String text) {
    return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
  }

  /** As it stands before a port: that of IPv6 in brackets. */
  public String bracketed() {
    return family == Family.IPV6 ? "[" + this + "]" : toString();
  }

  /** Whether this is {@code 0.0.0.0} or {@code ::}. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  // by hand, as in all that a start compares: a record's own is linked when it is first called,
  // which takes ten milliseconds and more
  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress that
        && family == that.family
        && high == that.high
        && low == that.low;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * family.hashCode() + Long.hashCode(high)) + Long.hashCode(low);
  }

  /** By family, then by number. */
  @Override
  public int compareTo(IpAddress other) {
    int families = family.compareTo(other.family);
    int highs = Long.compareUnsigned(high, other.high);
    return families != 0 ? families : highs != 0 ? highs : Long.compareUnsigned(low, other.low);
  }

  private static Optional<IpAddress> parseV4(String text) {
    long value = 0;
    int at = 0;
    for (int part = 0; part < 4; part++) {
      int start = at;
      int octet = 0;
      while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
        octet = octet * 10 + (text.charAt(at++) - '0');
      }
      boolean ends = part == 3 ? at == text.length() : at < text.length() && text.charAt(at) == '.';
      boolean zeros = at - start > 1 && text.charAt(start) == '0';
      if (at == start || octet > 255 || zeros || !ends) {
        return Optional.empty();
      }
      value = value << 8 | octet;
      at++;
    }
    return Optional.of(new IpAddress(Family.IPV4, 0, value));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static Optional<IpAddress> parseV6(String text) {
    int gap = text.indexOf("::");
    if (gap != text.lastIndexOf("::")) {
      return Optional.empty();
    }
    int[] groups = new int[8];
    if (gap < 0) {
      if (readGroups(text, groups, 0) != 8) {
        return Optional.empty();
      }
    } else {
      int[] tail = new int[8];
      int before = readGroups(text.substring(0, gap), groups, 0);
      int after = readGroups(text.substring(gap + 2), tail, 0);
      if (before < 0 || after < 0 || before + after > 7) {
        return Optional.empty();
      }
      System.arraycopy(tail, 0, groups, 8 - after, after);
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[i + 4];
    }
    if (high == 0 && low >>> 32 == V4_MAPPED) {
      return Optional.of(new IpAddress(Family.IPV4, 0, low & 0xffffffffL));
    }
    return Optional.of(new IpAddress(Family.IPV6, high, low));
  }

  /** Reads colon-separated groups into {@code into}; the number read, or -1. */
  private static int readGroups(String text, int[] into, int start) {
    if (text.isEmpty()) {
      return 0;
    }
    int count = start;
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (i == parts.length - 1 && part.indexOf('.') >= 0) {
        Optional<IpAddress> v4 = parseV4(part);
        if (v4.isEmpty() || count > 6) {
          return -1;
        }
        into[count++] = (int) (v4.get().low >>> 16);
        into[count++] = (int) (v4.get().low & 0xffff);
        continue;
      }
      if (part.isEmpty() || part.length() > 4 || count > 7) {
        return -1;
      }
      int group = 0;
      for (int k = 0; k < part.length(); k++) {
        int digit = Character.digit(part.charAt(k), 16);
        if (digit < 0 || part.charAt(k) > 'f') {
          return -1;
        }
        group = group << 4 | digit;
      }
      into[count++] = group;
    }
    return count;
  }

  /** The canonical text (RFC 5952), as iptables-save prints it. */
  @Override
  public String toString() {
    if (family == Family.IPV4) {
      return (low >> 24 & 255)
          + "."
          + (low >> 16 & 255)
          + "."
          + (low >> 8 & 255)
          + "."
          + (low & 255);
    }
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int run = i;
      while (run < 8 && group(run) == 0) {
        run++;
      }
      if (run - i > bestLength) {
        bestStart = i;
        bestLength = run - i;
      }
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        out.append("::");
        i += bestLength - 1;
        continue;
      }
      if (out.length() > 0 && out.charAt(out.length() - 1) != ':') {
        out.append(':');
      }
      if (i == 6 && bestStart == 0 && bestLength == 6) {
        return out.append(new IpAddress(Family.IPV4, 0, low & 0xffffffffL)).toString();
      }
      out.append(Integer.toHexString(group(i)));
    }
    return out.toString();
  }

  private int group(int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index % 4)) & 0xffff);
  }
}
