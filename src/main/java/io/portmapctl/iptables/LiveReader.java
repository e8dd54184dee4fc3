package io.portmapctl.iptables;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Family;
import io.portmapctl.model.Table;
import io.portmapctl.syntax.SaveFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the running kernel's nat table through iptables-save. */
public final class LiveReader {
  private static final String CURE =
      "; run it with sudo, or plan on --ruleset empty or on a saved file (--ruleset FILE)";

  private final Exec exec;
  private final Host host;
  private final Variant variant;
  private final List<String> warnings;

  /** Which variant's programs are called. */
  public enum Variant {
    /** The system's {@code iptables}, unless only the other variant holds CNI chains. */
    AUTO,
    /** {@code iptables-nft}. */
    NFT,
    /** {@code iptables-legacy}. */
    LEGACY
  }

  /**
   * Where a host keeps what is looked at.
   *
   * @param programs the folders in which programs are looked for, in order
   * @param proc {@code /proc/net}
   */
  public record Host(List<Path> programs, Path proc) {

    /** This host; {@code /usr/sbin} and {@code /sbin} are looked through after PATH. */
    public static Host local(String path) {
      List<Path> folders = new ArrayList<>();
      for (String folder : (path + ":/usr/sbin:/sbin").split(":", -1)) {
        if (!folder.isEmpty()) {
          folders.add(Path.of(folder));
        }
      }
      return new Host(List.copyOf(folders), Path.of("/proc/net"));
    }
  }

  /**
   * A reader.
   *
   * @param exec starts the programs
   * @param host where they are
   * @param variant whose programs
   * @param warnings where what the reader should know is added
   */
  public LiveReader(Exec exec, Host host, Variant variant, List<String> warnings) {
    this.exec = exec;
    this.host = host;
    this.variant = variant;
    this.warnings = warnings;
  }

  /**
   * The nat table of a family. A family that the kernel lacks counts as empty.
   *
   * @throws HostException when it cannot be read; the message says what helps
   */
  public Table read(Family family) throws HostException {
    if (family == Family.IPV6 && !Files.exists(host.proc().resolve("if_inet6"))) {
      return Table.empty(family);
    }
    String infix =
        switch (variant) {
          case AUTO -> "";
          case NFT -> "-nft";
          case LEGACY -> "-legacy";
        };
    Optional<Path> program = find(family.program() + infix + "-save");
    if (program.isEmpty()) {
      throw new HostException(
          family.program() + infix + "-save is not installed (Debian: package iptables)" + CURE);
    }
    Table table = read(family, program.get());
    return variant == Variant.AUTO ? considerOther(family, program.get(), table) : table;
  }

  /** The other variant is asked only where asking cannot change the kernel's state. */
  private Table considerOther(Family family, Path program, Table table) throws HostException {
    boolean legacy = isLegacy(program);
    Optional<Path> other = find(family.program() + (legacy ? "-nft" : "-legacy") + "-save");
    if (other.isEmpty()) {
      return table;
    }
    Table second;
    try {
      second = read(family, other.get());
    } catch (HostException e) {
      warnings.add(
          "whether the other iptables variant holds CNI chains for "
              + family.title()
              + " is not known: "
              + other.get()
              + " could not be asked");
      return table;
    }
    if (!holdsCni(second)) {
      return table;
    }
    String name = legacy ? "nft" : "legacy";
    if (holdsCni(table)) {
      warnings.add(
          "both iptables variants hold CNI chains for "
              + family.title()
              + "; shown is the system's, the other is "
              + name
              + " (--iptables "
              + name
              + ")");
      return table;
    }
    warnings.add(
        "only the "
            + name
            + " variant of iptables holds CNI chains for "
            + family.title()
            + ": that one is read");
    return second;
  }

  private static boolean isLegacy(Path program) {
    try {
      return program.toRealPath().toString().contains("legacy");
    } catch (IOException e) {
      return false;
    }
  }

  /** Legacy programs load their table by merely looking: they look only where it is loaded. */
  private Table read(Family family, Path program) throws HostException {
    return isLegacy(program) && !legacyTableLoaded(family)
        ? Table.empty(family)
        : save(family, program);
  }

  private boolean legacyTableLoaded(Family family) throws HostException {
    Path names = host.proc().resolve((family == Family.IPV4 ? "ip" : "ip6") + "_tables_names");
    try {
      return Files.readAllLines(names).contains("nat");
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new HostException(names + " cannot be read: permission denied" + CURE);
    }
  }

  private static boolean holdsCni(Table table) {
    return table.chains().keySet().stream().anyMatch(c -> c.startsWith(ChainNames.SHARED));
  }

  private Table save(Family family, Path program) throws HostException {
    Exec.Result result;
    try {
      result = exec.run(List.of(program.toString(), "-t", "nat"));
    } catch (IOException e) {
      throw new HostException(program + " could not be run: " + e.getMessage() + CURE);
    }
    String error = result.error().strip();
    if (result.exit() != 0) {
      String what =
          error.contains("Permission denied") || error.contains("must be root")
              ? "the live " + family.title() + " ruleset cannot be read: permission denied"
              : program + " failed with exit status " + result.exit() + ": " + error;
      throw new HostException(what + CURE);
    }
    try {
      Optional<Table> table = SaveFormat.parse(family, result.output());
      if (table.isEmpty()) {
        throw new HostException(
            program
                + " -t nat printed no nat table"
                + (error.isEmpty() ? "" : " (" + error + ")")
                + CURE);
      }
      if (result.output().contains("contains incompatible base-chains")) {
        warnings.add(
            "the "
                + family.title()
                + " nat table holds base chains that nft wrote itself; iptables does not show them,"
                + " and what they do to a packet is not seen here");
      }
      return table.get();
    } catch (SaveFormat.FormatException e) {
      throw new HostException(program + " -t nat: " + e.getMessage() + CURE);
    }
  }

  private Optional<Path> find(String program) {
    return host.programs().stream()
        .map(folder -> folder.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
