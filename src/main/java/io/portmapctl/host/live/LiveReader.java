package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads a host's nat table through iptables-save. */
public final class LiveReader {
  private final Host host;
  private final VariantChoice variant;
  private final boolean counters;
  private final List<String> warnings;
  private boolean ambiguous;

  /**
   * What was read.
   *
   * @param table the table
   * @param program the program that read it; empty where the kernel has no such family
   */
  record Reading(Table table, Optional<Path> program) {}

  /**
   * A reader.
   *
   * @param host whose programs are asked
   * @param variant whose programs
   * @param counters whether rules are read with their counters
   * @param warnings where what the reader should know is added
   */
  LiveReader(Host host, VariantChoice variant, boolean counters, List<String> warnings) {
    this.counters = counters;
    this.host = host;
    this.variant = variant;
    this.warnings = warnings;
  }

  /**
   * The nat table of a family. A family that the kernel lacks counts as empty.
   *
   * @throws HostException when it cannot be read
   */
  Reading read(Family family) throws HostException {
    if (family == Family.IPV6 && !host.exists(Path.of("/proc/net/if_inet6"))) {
      return new Reading(Table.empty(TableName.NAT, family), Optional.empty());
    }
    Optional<Path> program = host.find(family.program() + variant.infix() + "-save");
    if (program.isEmpty()) {
      throw failure(
          HostException.Kind.MISSING,
          new HostFault.NotInstalled(family.program() + variant.infix() + "-save"));
    }
    Reading reading = read(family, program.get());
    return variant == VariantChoice.AUTO ? considerOther(family, program.get(), reading) : reading;
  }

  /** The other variant is asked only where asking cannot change the kernel's state. */
  private Reading considerOther(Family family, Path program, Reading reading) {
    boolean legacy = isLegacy(host, program);
    Optional<Path> other = host.find(family.program() + (legacy ? "-nft" : "-legacy") + "-save");
    if (other.isEmpty()) {
      return reading;
    }
    Reading second;
    try {
      second = read(family, other.get());
    } catch (HostException e) {
      warnings.add(
          "whether the other iptables variant holds CNI chains for "
              + family.title()
              + " is not known: "
              + other.get()
              + " could not be asked");
      return reading;
    }
    if (!holdsCni(second.table())) {
      return reading;
    }
    String name = legacy ? "nft" : "legacy";
    if (holdsCni(reading.table())) {
      ambiguous = true;
      warnings.add(
          "both iptables variants hold CNI chains for "
              + family.title()
              + "; shown is the system's, the other is "
              + name
              + " (--iptables "
              + name
              + ")");
      return reading;
    }
    warnings.add(
        "only the "
            + name
            + " variant of iptables holds CNI chains for "
            + family.title()
            + ": that one is read");
    return second;
  }

  /** Whether both variants hold CNI chains, so that it cannot be told which one counts. */
  boolean ambiguous() {
    return ambiguous;
  }

  /**
   * Whether a program speaks to the legacy tables.
   *
   * @param host whose program it is
   */
  public static boolean isLegacy(Host host, Path program) {
    try {
      return String.valueOf(host.real(program).getFileName()).contains("legacy")
          || String.valueOf(program.getFileName()).contains("legacy");
    } catch (IOException e) {
      return false;
    }
  }

  /** Legacy programs load their table by merely looking: they look only where it is loaded. */
  private Reading read(Family family, Path program) throws HostException {
    Table table =
        isLegacy(host, program) && !legacyTableLoaded(family)
            ? Table.empty(TableName.NAT, family)
            : save(family, program);
    return new Reading(table, Optional.of(program));
  }

  private boolean legacyTableLoaded(Family family) throws HostException {
    Path names = loadedTables(family);
    try {
      return host.lines(names).contains("nat");
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw failure(
          HostException.Kind.NOT_PERMITTED, new HostFault.ForbiddenFile(names.toString()));
    }
  }

  /** The file that names the legacy tables that are loaded. */
  public static Path loadedTables(Family family) {
    return Path.of("/proc/net/" + (family == Family.IPV4 ? "ip" : "ip6") + "_tables_names");
  }

  private static boolean holdsCni(Table table) {
    return table.chains().keySet().stream().anyMatch(Layouts::isShared);
  }

  private Table save(Family family, Path program) throws HostException {
    Exec.Result result;
    try {
      List<String> command =
          counters
              ? List.of(program.toString(), "-c", "-t", "nat")
              : List.of(program.toString(), "-t", "nat");
      result = host.ask(command);
    } catch (IOException e) {
      throw failure(
          HostException.Kind.FAILED,
          new HostFault.Program(
              HostFault.Ending.NOT_RUN, program.toString(), 0, String.valueOf(e.getMessage())));
    }
    String error = result.error().strip();
    if (result.exit() != 0) {
      throw error.contains("Permission denied") || error.contains("must be root")
          ? failure(HostException.Kind.NOT_PERMITTED, new HostFault.Forbidden(family))
          : failure(
              HostException.Kind.FAILED,
              new HostFault.Program(
                  HostFault.Ending.FAILED, program.toString(), result.exit(), error));
    }
    try {
      Optional<Table> table = SaveFormat.table(family, TableName.NAT, result.output());
      if (table.isEmpty()) {
        throw failure(
            HostException.Kind.UNREADABLE,
            new HostFault.Program(HostFault.Ending.NO_TABLE, program.toString(), 0, error));
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
      throw failure(
          HostException.Kind.UNREADABLE, new HostFault.BadRuleset(program.toString(), e.fault()));
    }
  }

  private static HostException failure(HostException.Kind kind, HostFault why) {
    return new HostException(kind, new HostFault.NotRead(why));
  }
}
