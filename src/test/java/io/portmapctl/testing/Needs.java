package io.portmapctl.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of the machine; a skip with a reason, or a failure where skips are not allowed.
 */
public final class Needs {
  private Needs() {}

  /** A program on PATH or where administrators' programs are. */
  public static void program(String name) {
    boolean there =
        Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    that(there, name + " is not installed");
  }

  /** Anything else. */
  public static void that(boolean there, String reason) {
    if (!there && Boolean.getBoolean("portmapctl.requireLive")) {
      Assertions.fail(reason + ", and -Dportmapctl.requireLive=true allows no skip");
    }
    Assumptions.assumeTrue(there, reason);
  }
}
