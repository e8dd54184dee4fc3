package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.AheadHost;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.HostNotice;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.ruleset.iptables.SavedText;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a host's nat table through iptables-save. */
public final class LiveReader {
  private final AheadHost host;
  private final VariantChoice variant;
  private final boolean counters;
  private boolean ambiguous;

  /** What programs said that read rules all the same; it is passed on once. */
  private final Set<String> said = new HashSet<>();

  /** What the variant holds that was not chosen, where it was looked at. */
  private final Map<Family, Backend.Other> others = new EnumMap<>(Family.class);

  /**
   * What was read.
   *
   * @param table the table
   * @param program the program that read it; empty where the kernel has no such family
   * @param notices what a reader should know
   * @param legacyUnread whether the program says that there are legacy tables, which it does not
   *     read
   */
  record Reading(
      Table table, Optional<Path> program, List<HostNotice> notices, boolean legacyUnread) {

    Reading(Table table, Optional<Path> program, List<HostNotice> notices) {
      this(table, program, notices, false);
    }

    /** The same with more to know. */
    Reading and(List<HostNotice> more) {
      List<HostNotice> all = new ArrayList<>(notices);
      all.addAll(more);
      return new Reading(table, program, List.copyOf(all), legacyUnread);
    }
  }

  /**
   * A reader.
   *
   * @param host whose programs are asked
   * @param variant whose programs
   * @param counters whether rules are read with their counters
   */
  LiveReader(Host host, VariantChoice variant, boolean counters) {
    this.counters = counters;
    this.host = new AheadHost(host);
    this.variant = variant;
  }

  /**
   * Begins to read before it is asked to, so that programs run side by side. What nobody asked for
   * in the end is given up: later it would be old.
   */
  final class Ahead implements AutoCloseable {
    /** What {@link LiveReader#read} asks for a family. */
    void read(Family family) {
      if (!knows(host, family)) {
        return;
      }
      Optional<Path> program = host.find(family.program() + variant.infix() + "-save");
      if (program.isEmpty()) {
        return;
      }
      read(family, program.get());
      Optional<Path> second =
          variant == VariantChoice.AUTO
              ? program(family, other(mine(program.get())))
              : Optional.empty();
      if (second.isPresent()) {
        read(family, second.get());
      }
    }

    /** What a program prints of a family. */
    void read(Family family, Path program) {
      try {
        if (!isLegacy(program) || legacyTableLoaded(family)) {
          host.ahead(command(program));
        }
      } catch (HostException e) {
        return; // who asks for it meets it again
      }
    }

    @Override
    public void close() {
      host.close();
    }
  }

  /** What is read before it is asked for, until it is closed. */
  Ahead ahead() {
    return new Ahead();
  }

  /**
   * The nat table of a family. A family that the kernel lacks counts as empty.
   *
   * @throws HostException when it cannot be read
   */
  Reading read(Family family) throws HostException {
    if (!knows(host, family)) {
      return new Reading(Table.empty(TableName.NAT, family), Optional.empty(), List.of());
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

  /**
   * The nat table once more, of the variant that was read.
   *
   * @param program the program that read it
   * @throws HostException when it cannot be read
   */
  Table again(Family family, Path program) throws HostException {
    return read(family, program).table();
  }

  /**
   * The same for whom expects a certain table: empty where its words are there.
   *
   * @param program the program that read it before
   */
  Optional<Table> againUnless(Table expected, Path program) throws HostException {
    Family family = expected.family();
    if (isLegacy(host, program) && !legacyTableLoaded(family)) {
      return Optional.of(again(family, program));
    }
    Exec.Result result = saved(family, program);
    return SaveFormat.shows(result.output(), expected)
        ? Optional.empty()
        : Optional.of(reading(family, program, result).table());
  }

  /** Whether a program of this host's speaks to the legacy tables. */
  boolean isLegacy(Path program) {
    return isLegacy(host, program);
  }

  /** The other variant is asked only where asking cannot change the kernel's state. */
  private Reading considerOther(Family family, Path program, Reading reading) {
    Variant mine = mine(program);
    Variant which = other(mine);
    Optional<Path> other = program(family, which);
    if (other.isEmpty()) {
      return reading.legacyUnread()
          ? reading.and(List.of(new HostNotice.LegacyTablesUnread(family)))
          : reading;
    }
    Reading second;
    try {
      second = read(family, other.get());
    } catch (HostException e) {
      return reading.and(List.of(new HostNotice.OtherVariantUnknown(family, other.get())));
    }
    Reading seen = reading.and(second.notices());
    others.put(family, new Backend.Other(second.table(), which));
    if (!holdsCni(second.table())) {
      return seen;
    }
    if (holdsCni(reading.table())) {
      ambiguous = true;
      return seen.and(List.of(new HostNotice.BothVariants(family, which)));
    }
    others.put(family, new Backend.Other(reading.table(), mine));
    return new Reading(second.table(), second.program(), seen.notices())
        .and(List.of(new HostNotice.OnlyOtherVariant(family, which)));
  }

  /**
   * What the variant holds that is not worked on.
   *
   * @param asking whether it is read where it was not looked at
   */
  Optional<Backend.Other> other(Family family, boolean asking) {
    if (variant == VariantChoice.AUTO || !asking) {
      return Optional.ofNullable(others.get(family));
    }
    Variant which = variant == VariantChoice.LEGACY ? Variant.NFT : Variant.LEGACY;
    Optional<Path> program = program(family, which);
    if (program.isEmpty() || !knows(host, family)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Backend.Other(read(family, program.get()).table(), which));
    } catch (HostException e) {
      return Optional.empty(); // who names a variant has said which one counts
    }
  }

  private Variant mine(Path program) {
    return isLegacy(host, program) ? Variant.LEGACY : Variant.NFT;
  }

  private static Variant other(Variant one) {
    return one == Variant.LEGACY ? Variant.NFT : Variant.LEGACY;
  }

  /** The program of a variant that reads the tables of a family. */
  private Optional<Path> program(Family family, Variant of) {
    return host.find(family.program() + "-" + of.id() + "-save");
  }

  /** Whether the kernel has a family. */
  public static boolean knows(Host host, Family family) {
    return family == Family.IPV4 || host.exists(Path.of("/proc/net/if_inet6"));
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

  /**
   * The name of a family's program by which its variant is called, whatever the default becomes.
   */
  String variant(Family family, Path save) {
    String named = family.program() + (isLegacy(host, save) ? "-legacy" : "-nft");
    Optional<Path> there = host.find(named + "-save");
    return there.isPresent() && isSame(there.get(), save)
        ? named
        : String.valueOf(save.getFileName()).replace("-save", "");
  }

  private boolean isSame(Path one, Path other) {
    try {
      return host.real(one).equals(host.real(other));
    } catch (IOException e) {
      return false;
    }
  }

  /** Legacy programs load their table by merely looking: they look only where it is loaded. */
  private Reading read(Family family, Path program) throws HostException {
    return isLegacy(host, program) && !legacyTableLoaded(family)
        ? new Reading(Table.empty(TableName.NAT, family), Optional.of(program), List.of())
        : reading(family, program, saved(family, program));
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

  /** What iptables-save prints. */
  private Exec.Result saved(Family family, Path program) throws HostException {
    Exec.Result result;
    try {
      result = host.ask(command(program));
    } catch (IOException e) {
      throw failure(
          HostException.Kind.FAILED,
          new HostFault.Program(
              HostFault.Ending.NOT_RUN, program.toString(), 0, String.valueOf(e.getMessage())));
    }
    String error = result.error().strip();
    if (result.exit() != 0) {
      throw isForbidden(error)
          ? failure(HostException.Kind.NOT_PERMITTED, new HostFault.Forbidden(family))
          : failure(
              HostException.Kind.FAILED,
              new HostFault.Program(
                  HostFault.Ending.FAILED, program.toString(), result.exit(), error));
    }
    return result;
  }

  private List<String> command(Path program) {
    return counters
        ? List.of(program.toString(), "-c", "-t", "nat")
        : List.of(program.toString(), "-t", "nat");
  }

  private Reading reading(Family family, Path program, Exec.Result result) throws HostException {
    String error = result.error().strip();
    try {
      Optional<Table> table = SaveFormat.table(family, TableName.NAT, result.output());
      if (table.isEmpty()) {
        throw failure(
            HostException.Kind.UNREADABLE,
            new HostFault.Program(HostFault.Ending.NO_TABLE, program.toString(), 0, error));
      }
      List<HostNotice> notices = new ArrayList<>();
      if (!error.isEmpty() && said.add(error)) {
        String name = String.valueOf(program.getFileName());
        notices.add(new HostNotice.SaidByProgram(name, new Octets(error)));
      }
      if (result.output().contains("contains incompatible base-chains")) {
        notices.add(new HostNotice.NftBaseChains(family));
      }
      return new Reading(
          isLegacy(program) ? table.get().of(Variant.LEGACY) : table.get(),
          Optional.of(program),
          List.copyOf(notices),
          SavedText.hidesLegacy(result.output()));
    } catch (SaveFormat.FormatException e) {
      throw failure(
          HostException.Kind.UNREADABLE, new HostFault.BadRuleset(program.toString(), e.fault()));
    }
  }

  /** Whether iptables says that it may not. */
  static boolean isForbidden(String error) {
    return error.contains("Permission denied") || error.contains("must be root");
  }

  private static HostException failure(HostException.Kind kind, HostFault why) {
    return new HostException(kind, new HostFault.NotRead(why));
  }
}
