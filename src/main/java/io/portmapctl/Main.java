package io.portmapctl;

import io.portmapctl.cli.Portmapctl;
import io.portmapctl.plugin.Portmap;

/**
 * Where the program starts: as the command line, or in the place of a CNI plugin. What the one
 * needs is not loaded for the other.
 */
public final class Main {
  private Main() {}

  /**
   * Starts it.
   *
   * <p>The launcher says in {@code portmapctl.name} by which name it was called.
   */
  public static void main(String[] args) {
    boolean plugin =
        System.getProperty("portmapctl.name", "").equals("portmap")
            || args.length == 0 && Portmap.isAskedFor();
    if (plugin) {
      Portmap.run();
    } else {
      Portmapctl.main(args);
    }
  }
}
