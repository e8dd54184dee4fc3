package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The running kernel, through iptables-save and {@code iptables-restore --noflush}. */
public final class IptablesBackend implements Backend {
  private final Exec exec;
  private final LiveReader reader;
  private final int waitSeconds;
  private final RuleHandles handles;
  private final LegacyLock locked;
  private final Map<Family, Path> programs = new EnumMap<>(Family.class);

  /** Rules whose removal by their text was refused, and the matches that may be why. */
  private final Set<Octets> refused = new HashSet<>();

  private final Set<String> refusedMatches = new HashSet<>();

  /**
   * A backend.
   *
   * @param exec starts what changes the rules
   * @param host whose programs are asked
   * @param variant whose programs
   * @param waitSeconds how long iptables waits for its lock
   * @param counters whether rules are read with their counters
   */
  public IptablesBackend(
      Exec exec, Host host, VariantChoice variant, int waitSeconds, boolean counters) {
    this.exec = exec;
    this.reader = new LiveReader(host, variant, counters);
    this.waitSeconds = waitSeconds;
    this.handles = new RuleHandles(exec, host);
    this.locked = new LegacyLock(exec, host, waitSeconds);
  }

  @Override
  public Reading read(Family family) throws HostException {
    LiveReader.Reading reading = reader.read(family);
    reading.program().ifPresent(p -> programs.put(family, p));
    return new Reading(reading.table(), reading.notices());
  }

  @Override
  public List<Reading> read(List<Family> families, Runnable meanwhile) throws HostException {
    try (LiveReader.Ahead ahead = reader.ahead()) {
      for (Family family : families) {
        ahead.read(family);
      }
      return Backend.super.read(families, meanwhile);
    }
  }

  @Override
  public Optional<Other> other(Family family, boolean asking) {
    return reader.other(family, asking);
  }

  @Override
  public boolean has(Family family) {
    return programs.containsKey(family);
  }

  @Override
  public Table table(Family family) throws HostException {
    Path save = programs.get(family);
    return save == null ? read(family).table() : reader.again(family, save);
  }

  @Override
  public Optional<Table> tableUnless(Table expected) throws HostException {
    Path save = programs.get(expected.family());
    return save == null
        ? Optional.of(table(expected.family()))
        : reader.againUnless(expected, save);
  }

  @Override
  public List<Optional<Table>> tablesUnless(List<Table> expected) throws HostException {
    try (LiveReader.Ahead ahead = reader.ahead()) {
      for (Table table : expected) {
        Path save = programs.get(table.family());
        if (save != null) {
          ahead.read(table.family(), save);
        }
      }
      return Backend.super.tablesUnless(expected);
    }
  }

  @Override
  public void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException {
    Family family = part.before().family();
    Path save = changing(family);
    make(part, save, reader.isLegacy(save), made);
  }

  /** The program by whose sibling the rules of a family are changed. */
  private Path changing(Family family) throws HostException {
    if (reader.ambiguous()) {
      throw new HostException(HostException.Kind.UNREADABLE, HostFault.Plain.BOTH_VARIANTS);
    }
    Path save = programs.get(family);
    if (save == null) {
      throw new HostException(HostException.Kind.MISSING, new HostFault.NoFamily(family, false));
    }
    return save;
  }

  @Override
  public void requireChangeable(Family family) throws HostException {
    String program = sibling(changing(family), "-restore");
    run(
        program,
        List.of(program, "--test", "--noflush", "-w", Integer.toString(waitSeconds)),
        RestoreScript.input(Table.empty(TableName.NAT, family), List.of()));
  }

  /** Makes the steps of a part, one after another; one that is refused in others of its own. */
  private void make(Plan.Part part, Path save, boolean legacy, Consumer<Plan.Part> made)
      throws HostException {
    List<Steps.Step> steps = Steps.of(part, this::isUnnamed, legacy);
    if (steps.stream().anyMatch(s -> s.way() == Steps.Way.HANDLES)) {
      handles.require();
    }
    for (Steps.Step step : steps) {
      switch (step.way()) {
        case RESTORE -> {
          try {
            restore(step.part(), save);
          } catch (RefusedLine e) {
            // its text does not name a rule that is there: it has to be named otherwise
            if (!learn(e, table(part.before().family()))) {
              throw e.refused();
            }
            make(step.part(), save, legacy, made);
            continue;
          }
        }
        case HANDLES ->
            handles.delete(step.part(), () -> reader.again(step.part().before().family(), save));
        case ARGUMENTS -> {
          String program = sibling(save, "");
          for (String command :
              RestoreScript.commands(step.part().before(), step.part().changes())) {
            run(program, List.of("/bin/sh", "-s"), ShellScript.line(program, waitSeconds, command));
          }
        }
      }
      made.accept(step.part());
    }
  }

  private void restore(Plan.Part part, Path save) throws HostException, RefusedLine {
    String program = sibling(save, "-restore");
    List<List<String>> commands =
        RestoreScript.byChange(part.before(), part.changes(), this::isUnnamed);
    String input = RestoreScript.input(part.before(), commands);
    List<Change.DeleteRule> numbered = new ArrayList<>();
    for (Change change : part.changes()) {
      if (change instanceof Change.DeleteRule delete && isUnnamed(delete.row())) {
        numbered.add(delete);
      }
    }
    Exec.Result result;
    if (numbered.isEmpty()) {
      result =
          ran(program, List.of(program, "--noflush", "-w", Integer.toString(waitSeconds)), input);
    } else {
      result = locked.restore(save, part.before(), numbered, input);
    }
    if (result.exit() == 0) {
      return;
    }
    HostException refused = refused(program, result);
    Optional<Change.DeleteRule> change =
        refused.kind() == HostException.Kind.FAILED
            ? RefusedLine.deleting(result.error(), commands, part.changes())
            : Optional.empty();
    if (change.isPresent() && !isUnnamed(change.get().row())) {
      throw new RefusedLine(refused, change.get());
    }
    throw refused;
  }

  /** Whether no program is known to remove a rule by its text. */
  private boolean isUnnamed(RuleEntry row) {
    return !RestoreScript.isNamedByItsText(row)
        || refused.contains(row.text())
        || isLikeRefused(row);
  }

  /** Whether it holds a match of a kind that was refused in another rule. */
  private boolean isLikeRefused(RuleEntry row) {
    return !refusedMatches.isEmpty()
        && row.rule().matches().stream()
            .anyMatch(m -> m instanceof Match.Unknown && refusedMatches.contains(m.extension()));
  }

  /**
   * Remembers that a rule is not removed by its text, where it is there with it.
   *
   * @return whether it is there, so that nobody has taken it away meanwhile
   */
  private boolean learn(RefusedLine line, Table now) {
    Change.DeleteRule change = line.change();
    boolean there =
        now.chain(change.chain())
            .map(c -> c.rows().stream().anyMatch(r -> r.text().equals(change.row().text())))
            .orElse(false);
    if (there) {
      refused.add(change.row().text());
      for (Match match : change.row().rule().matches()) {
        if (match instanceof Match.Unknown) {
          refusedMatches.add(match.extension());
        }
      }
    }
    return there;
  }

  /** The program of the same variant that has another end. */
  static String sibling(Path save, String suffix) {
    String name = String.valueOf(save.getFileName()).replace("-save", suffix);
    return save.resolveSibling(name).toString();
  }

  private void run(String program, List<String> command, String input) throws HostException {
    Exec.Result result = ran(program, command, input);
    if (result.exit() != 0) {
      throw refused(program, result);
    }
  }

  private Exec.Result ran(String program, List<String> command, String input) throws HostException {
    try {
      return exec.run(command, input);
    } catch (IOException e) {
      throw HostException.notRun(program, e);
    }
  }

  @Override
  public String program(Family family) {
    Path save = programs.get(family);
    return save == null ? family.program() : reader.variant(family, save);
  }

  private static HostException refused(String program, Exec.Result result) {
    String error = result.error().strip();
    if (LiveReader.isForbidden(error)) {
      return new HostException(HostException.Kind.NOT_PERMITTED, HostFault.Plain.CHANGE_FORBIDDEN);
    }
    if (error.contains("xtables lock")) {
      return new HostException(HostException.Kind.BUSY, HostFault.Plain.LOCKED);
    }
    return new HostException(
        HostException.Kind.FAILED,
        new HostFault.Program(HostFault.Ending.REFUSED, program, result.exit(), error));
  }
}
