package io.portmapctl.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Programs that stand on PATH before the real ones of their names, and go wrong as they are told.
 */
public final class Programs {
  private static final List<String> VARIANTS = List.of("", "-nft", "-legacy");

  private Programs() {}

  /**
   * What one program does at one of its calls.
   *
   * @param family {@code iptables}, {@code ip6tables}, or the name of another program
   * @param suffix {@code -save}, {@code -restore} or nothing
   * @param call which of its calls it is, from 1; 0 for all
   * @param script what happens then, for a shell in which {@code real} is the real program
   */
  public record Trap(String family, String suffix, int call, String script) {}

  /** A trap. */
  public static Trap trap(String family, String suffix, int call, String script) {
    return new Trap(family, suffix, call, script);
  }

  /**
   * Writes them into a folder that is made: of each variant; the programs of iptables that no trap
   * names pass on. Calls are counted by family and suffix in the folder {@code calls} beside.
   */
  public static void write(Path folder, List<Trap> traps) throws IOException {
    Files.createDirectories(folder);
    Path calls = Files.createDirectories(folder.resolveSibling("calls"));
    for (String family : List.of("iptables", "ip6tables")) {
      for (String suffix : List.of("", "-save", "-restore")) {
        for (String variant : VARIANTS) {
          one(folder, calls, family, variant, suffix, traps);
        }
      }
    }
    for (Trap trap : traps) {
      if (!trap.family().endsWith("tables")) {
        one(folder, calls, trap.family(), "", "", traps);
      }
    }
  }

  private static void one(
      Path folder, Path calls, String family, String variant, String suffix, List<Trap> traps)
      throws IOException {
    String name = family + variant + suffix;
    String real = family.endsWith("tables") ? "/usr/sbin/" + name : name;
    StringBuilder script = new StringBuilder("#!/bin/sh\n");
    script.append("real() { ").append(real).append(" \"$@\"; }\n");
    for (Trap trap : traps) {
      if (trap.family().equals(family) && trap.suffix().equals(suffix)) {
        Path count = calls.resolve(family + suffix);
        script.append("cd ").append(folder.getParent()).append('\n');
        script.append("echo >>").append(count).append('\n');
        script.append("if [ ").append(trap.call()).append(" = 0 ] || [ $(wc -l <").append(count);
        script.append(") = ").append(trap.call()).append(" ]; then\n");
        script.append(trap.script()).append("\nexit\nfi\n");
      }
    }
    script.append("exec ").append(real).append(" \"$@\"\n");
    Path file = folder.resolve(name);
    Files.writeString(file, script.toString());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
