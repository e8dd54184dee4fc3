package io.portmapctl.host.live;

import io.portmapctl.host.AheadHost;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.iptables.SaveFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Every table of both variants of iptables that packets meet, beside the nat table that is worked
 * on.
 *
 * @param host the host
 */
public record OtherRules(Host host) {

  /** What prints a table. */
  private record Printing(TableName name, Variant variant, List<String> command) {}

  /** A program that was begun for a table. */
  private record Begun(TableName name, Variant variant, Exec.Running running) {}

  /** Tables whose programs run: begun side by side, read one after the other. */
  public static final class Asked {
    private final Family family;
    private final List<Begun> all = new ArrayList<>();

    private Asked(Family family) {
      this.family = family;
    }

    /** Those that hold anything, when their programs have ended; asked for once. */
    public List<Table> tables() {
      List<Table> tables = new ArrayList<>();
      for (Begun one : all) {
        read(one.running(), family, one.name())
            .filter(OtherRules::holdsAnything)
            .map(t -> t.of(one.variant()))
            .ifPresent(tables::add);
      }
      return tables;
    }
  }

  /**
   * Begins what {@link #ask} will ask whichever variant is worked on.
   *
   * @param there which tables of iptables-nft there may be
   */
  public static void ahead(AheadHost host, Family family, Predicate<TableName> there) {
    for (Printing one : new OtherRules(host).printing(family, there)) {
      if (one.name() != TableName.NAT) {
        host.ahead(one.command());
      }
    }
  }

  /**
   * Begins to read the tables of a family.
   *
   * @param worked which variant's nat table is left out
   * @param there which tables of iptables-nft there may be: programs are asked for no other
   */
  public Asked ask(Family family, Variant worked, Predicate<TableName> there) {
    Asked asked = new Asked(family);
    for (Printing one : printing(family, there)) {
      if (one.name() != TableName.NAT || one.variant() != worked) {
        asked.all.add(new Begun(one.name(), one.variant(), host.begin(one.command())));
      }
    }
    return asked;
  }

  /** What prints the tables of a family, those of nat among them. */
  private List<Printing> printing(Family family, Predicate<TableName> there) {
    List<Printing> all = new ArrayList<>();
    if (!LiveReader.knows(host, family)) {
      return all;
    }
    for (Variant variant : List.of(Variant.LEGACY, Variant.NFT)) {
      Optional<Path> program = program(family, variant);
      if (program.isEmpty()) {
        continue;
      }
      for (TableName name : names(family, variant)) {
        if (variant == Variant.LEGACY || there.test(name)) {
          all.add(new Printing(name, variant, List.of(program.get().toString(), "-t", name.id())));
        }
      }
    }
    return all;
  }

  /** The program of a variant; what has no variant in its name may be of either. */
  private Optional<Path> program(Family family, Variant variant) {
    return host.find(family.program() + "-" + variant.id() + "-save")
        .or(
            () ->
                host.find(family.program() + "-save")
                    .filter(p -> LiveReader.isLegacy(host, p) == (variant == Variant.LEGACY)));
  }

  /** Legacy programs load a table by merely looking at it. */
  private List<TableName> names(Family family, Variant variant) {
    List<TableName> names = new ArrayList<>(List.of(TableName.values()));
    if (variant == Variant.LEGACY) {
      List<String> loaded = new ArrayList<>();
      try {
        loaded.addAll(host.lines(LiveReader.loadedTables(family)));
      } catch (IOException e) {
        loaded.clear(); // no table of this variant was ever loaded
      }
      names.removeIf(n -> !loaded.contains(n.id()));
    }
    return names;
  }

  /** What cannot be read was complained of where the nat table was, or is nft's to tell. */
  private static Optional<Table> read(Exec.Running running, Family family, TableName name) {
    try {
      Exec.Result result = running.result();
      return result.exit() == 0
          ? SaveFormat.table(family, name, result.output())
          : Optional.empty();
    } catch (IOException | SaveFormat.FormatException e) {
      return Optional.empty();
    }
  }

  private static boolean holdsAnything(Table table) {
    for (Chain chain : table.chains().values()) {
      if (!chain.rows().isEmpty() || chain.policy().equals("DROP")) {
        return true;
      }
    }
    return false;
  }
}
