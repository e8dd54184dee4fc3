package io.portmapctl.text;

import java.nio.charset.StandardCharsets;

/**
 * Text of the kernel: a string of bytes, most often but not always UTF-8. A comment or a chain's
 * name may hold any byte, and a rule is deleted only by exactly its bytes, so they are never
 * decoded on the way.
 *
 * @param latin1 the bytes, each as the {@code char} of its value, 0 to 255 (ISO 8859-1)
 */
public record Octets(String latin1) implements Comparable<Octets> {

  /** No bytes. */
  public static final Octets EMPTY = new Octets("");

  /** A text as UTF-8. */
  public static Octets utf8(String text) {
    return new Octets(
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }

  /** The text for a person; bytes that are no UTF-8 become U+FFFD. */
  public String decoded() {
    return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** Whether the bytes are UTF-8, so that {@link #decoded} loses none. */
  public boolean isUtf8() {
    for (int i = 0; i < latin1.length(); i++) {
      if (latin1.charAt(i) >= 0x80) {
        return utf8(decoded()).latin1.equals(latin1);
      }
    }
    return true;
  }

  /** How many bytes there are. */
  public int length() {
    return latin1.length();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return latin1.isEmpty();
  }

  /** The first bytes, at most as many. */
  public Octets first(int most) {
    return latin1.length() <= most ? this : new Octets(latin1.substring(0, most));
  }

  /** By the value of the bytes. */
  @Override
  public int compareTo(Octets other) {
    return latin1.compareTo(other.latin1);
  }

  /** The text for a person, as {@link #decoded}. */
  @Override
  public String toString() {
    return decoded();
  }
}
