package io.portmapctl.testing;

/**
 * How far a test goes that could go on for ever: a sample by default, the long form with {@code
 * -Dportmapctl.long=true}, any other number by the test's own property.
 */
public final class Rounds {
  private static final boolean LONG = Boolean.getBoolean("portmapctl.long");

  private Rounds() {}

  /**
   * The number for one test.
   *
   * @param name its property, after {@code portmapctl.}
   * @param sample what tells of most mistakes within a second or two
   * @param full the long form
   */
  public static int of(String name, int sample, int full) {
    return Integer.getInteger("portmapctl." + name, LONG ? full : sample);
  }
}
