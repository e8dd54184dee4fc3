package io.portmapctl.app;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.FileFault;
import io.portmapctl.fault.HostFault;
import io.portmapctl.fault.RulesetFault;
import io.portmapctl.fault.UsageFault;
import io.portmapctl.host.Backend;
import io.portmapctl.host.HostException;
import io.portmapctl.host.live.RestoreScript;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.ruleset.iptables.SavedText;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the current rulesets come from.
 *
 * @param ruleset the IPv4 ruleset: live, empty, a file or {@code -} for standard input
 * @param ruleset6 the IPv6 ruleset, or empty where it follows the other
 * @param families which families are looked at
 * @param variant whose programs read the live ruleset
 * @param standardInput what {@code -} stands for; read once
 */
public record Rulesets(
    String ruleset,
    String ruleset6,
    Families families,
    VariantChoice variant,
    InputStream standardInput) {
  private static final String STANDARD_INPUT = "-";

  /** The largest ruleset that is read: twice what a hundred thousand containers have. */
  private static final long MOST_BYTES = 256L << 20;

  /** The same where nothing is on standard input. */
  public Rulesets(String ruleset, String ruleset6, Families families, VariantChoice variant) {
    this(ruleset, ruleset6, families, variant, InputStream.nullInputStream());
  }

  /** Which families a command is about. */
  public enum Families {
    BOTH,
    IPV4,
    IPV6;

    /** The families. */
    public List<Family> list() {
      return switch (this) {
        case BOTH -> List.of(Family.IPV4, Family.IPV6);
        case IPV4 -> List.of(Family.IPV4);
        case IPV6 -> List.of(Family.IPV6);
      };
    }
  }

  private String source(Family family) {
    if (family == Family.IPV4) {
      return ruleset;
    }
    if (!ruleset6.isEmpty()) {
      return ruleset6;
    }
    return ruleset.equals("live") ? "live" : "empty";
  }

  /** For each family its source, as JSON names it. */
  public List<String> sources() {
    List<String> sources = new ArrayList<>();
    for (Family family : Family.values()) {
      sources.add(families.list().contains(family) ? source(family) : "not read");
    }
    return sources;
  }

  /**
   * The family asked for, or else the only one that a plan changes.
   *
   * @throws Failure where both change
   */
  public Family onlyChanging(Plan plan) throws Failure {
    if (families != Families.BOTH) {
      return families.list().get(0);
    }
    List<Family> changing =
        plan.families().stream()
            .filter(p -> !p.changes().isEmpty())
            .map(p -> p.before().family())
            .toList();
    if (changing.size() > 1) {
      throw Failure.usage(new UsageFault.SeveralFamilies());
    }
    return changing.isEmpty() ? Family.IPV4 : changing.get(0);
  }

  /**
   * The same for one family.
   *
   * @throws Failure where another family was asked for
   */
  public Rulesets only(Family family) throws Failure {
    if (!families.list().contains(family)) {
      throw Failure.usage(new UsageFault.FamilyLeftOut(family));
    }
    Families one = family == Family.IPV4 ? Families.IPV4 : Families.IPV6;
    return new Rulesets(ruleset, ruleset6, one, variant, standardInput);
  }

  /** Whether the table of a family was named, and is not empty only for want of a name. */
  public boolean named(Family family) {
    return family == Family.IPV4 || !ruleset6.isEmpty() || ruleset.equals("live");
  }

  /** Whether every table is the running kernel's. */
  public boolean live() {
    return families.list().stream().allMatch(f -> source(f).equals("live"));
  }

  /** Whether some table is the running kernel's. */
  public boolean anyLive() {
    return families.list().stream().anyMatch(this::live);
  }

  /** Whether the table of a family is looked at and is the running kernel's. */
  public boolean live(Family family) {
    return families.list().contains(family) && source(family).equals("live");
  }

  /**
   * Tables as they are now.
   *
   * @param tables one for each family asked for
   * @param notices what a reader should know of them
   */
  public record Tables(List<Table> tables, List<Notice> notices) {}

  /**
   * Reads the tables of the families asked for.
   *
   * @param live the running kernel
   */
  public Tables read(Backend live) throws Failure {
    return read(live, () -> {});
  }

  /**
   * The same, with something to do while the running kernel's are read.
   *
   * @param meanwhile what {@link Backend#read(List, Runnable)} is given
   */
  Tables read(Backend live, Runnable meanwhile) throws Failure {
    List<Table> tables = new ArrayList<>();
    List<Notice> notices = new ArrayList<>();
    Map<Family, Backend.Reading> readings = Map.of();
    for (Family family : families.list()) {
      String source = source(family);
      switch (source) {
        case "empty" -> tables.add(Table.empty(TableName.NAT, family));
        case "live" -> {
          readings = readings.isEmpty() ? live(live, meanwhile) : readings;
          Backend.Reading reading = Objects.requireNonNull(readings.get(family));
          notices.addAll(reading.notices());
          if (Unshown.isIn(reading.table())) {
            notices.add(new AppNotice.UnshownLive(family));
          }
          tables.add(reading.table());
        }
        default -> tables.add(file(family, source, notices::add));
      }
    }
    return new Tables(List.copyOf(tables), List.copyOf(notices));
  }

  /** The families whose tables are the running kernel's, side by side. */
  private Map<Family, Backend.Reading> live(Backend live, Runnable meanwhile) throws Failure {
    List<Family> asked = families.list().stream().filter(this::live).toList();
    Map<Family, Backend.Reading> readings = new EnumMap<>(Family.class);
    try {
      live.read(asked, meanwhile).forEach(r -> readings.put(r.table().family(), r));
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "live ruleset", e.fault());
    }
    return readings;
  }

  /**
   * That a plan names no rule by words that do not name it. In the running kernel such a rule can
   * be removed all the same.
   *
   * @throws Failure where it would have to
   */
  void requireShown(Plan plan) throws Failure {
    requireShown(plan, true);
  }

  /**
   * That a plan can be printed in the words of iptables.
   *
   * @throws Failure where it names a rule that has none
   */
  public void requireWords(Plan plan) throws Failure {
    requireShown(plan, false);
  }

  private void requireShown(Plan plan, boolean removable) throws Failure {
    for (Plan.Part part : plan.families()) {
      Family family = part.before().family();
      Optional<Change> change =
          part.changes().stream()
              .filter(Unshown::isNamed)
              .filter(c -> !(removable && live(family) && c instanceof Change.DeleteRule))
              .findFirst();
      if (change.isPresent() && live(family)) {
        throw new Failure(
            Failure.Kind.HOST, "live ruleset", new HostFault.Unshown(family, change.get().chain()));
      }
      if (change.isPresent()) {
        throw new Failure(
            Failure.Kind.INPUT,
            shown(source(family)),
            Unshown.refusal(part.before(), change.get(), again(family)));
      }
    }
  }

  /**
   * That a table can be printed so that iptables-restore reads it back as it is.
   *
   * @throws Failure where a rule of it fits into no line
   */
  public void requireLoadable(Table table) throws Failure {
    for (Chain chain : table.chains().values()) {
      for (int i = 0; i < chain.rows().size(); i++) {
        if (!RestoreScript.fits("-A " + chain.name() + " " + chain.rows().get(i).text().latin1())) {
          boolean live = live(table.family());
          throw new Failure(
              live ? Failure.Kind.HOST : Failure.Kind.INPUT,
              live ? "live ruleset" : shown(source(table.family())),
              new RulesetFault.NoLine(chain.name(), i + 1));
        }
      }
    }
  }

  /** A file's text once more, for a line of it; empty where it cannot be read twice. */
  private String again(Family family) {
    try {
      return source(family).equals(STANDARD_INPUT)
          ? ""
          : SavedText.of(family, bytes(source(family)));
    } catch (Failure | SaveFormat.FormatException e) {
      return "";
    }
  }

  /** The other tables of a family, where its ruleset is a file; those that the file holds. */
  List<Table> others(Family family) {
    String source = source(family);
    boolean file = !List.of("live", "empty", STANDARD_INPUT).contains(source);
    if (!file || !families.list().contains(family)) {
      return List.of();
    }
    try {
      String save = SavedText.of(family, bytes(source));
      return List.copyOf(
          SaveFormat.parse(family, save, EnumSet.complementOf(EnumSet.of(TableName.NAT)))
              .tables()
              .values());
    } catch (Failure | SaveFormat.FormatException e) {
      return List.of(); // table nat was read of the same file, and has said it
    }
  }

  private byte[] bytes(String source) throws Failure {
    if (!source.equals(STANDARD_INPUT)) {
      return NamedFile.read(source, FileFault.Content.RULESET, MOST_BYTES);
    }
    try {
      return SourceFiles.bytes(standardInput, MOST_BYTES);
    } catch (IOException e) {
      throw NamedFile.failure(
          shown(source), new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
    }
  }

  /** How a source is named to a reader. */
  private static String shown(String source) {
    return source.equals(STANDARD_INPUT) ? "standard input" : Printable.escaped(source);
  }

  private Table file(Family family, String source, Consumer<Notice> notices) throws Failure {
    String shown = shown(source);
    try {
      String save = SavedText.of(family, bytes(source));
      Optional<Table> table = SaveFormat.natOfFile(family, save);
      if (table.isEmpty()) {
        notices.accept(new AppNotice.NoNatTable(shown));
      }
      if (SavedText.hidesLegacy(save)) {
        notices.accept(new AppNotice.LegacyElsewhere(shown, family));
      }
      table
          .filter(Unshown::isIn)
          .ifPresent(
              t -> notices.accept(new AppNotice.UnshownInFile(shown, Unshown.line(t, save))));
      return table.orElseGet(() -> Table.empty(TableName.NAT, family));
    } catch (SaveFormat.FormatException e) {
      throw NamedFile.failure(shown, e.fault());
    }
  }
}
