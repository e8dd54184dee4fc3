package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.Octets;
import io.portmapctl.text.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tries a plan where it changes nothing: in a network namespace that is gone when the try ends. An
 * ordinary user makes one together with a user namespace (unshare(1)).
 */
public final class Rehearsal {
  private static final int CANNOT_LOAD = 101;
  private static final int REFUSED = 102;
  private static final int CANNOT_READ = 103;

  private static final int BATCH = 100;

  private final Exec exec;
  private final Host host;
  private final VariantChoice variant;

  /**
   * On this host.
   *
   * @param exec starts the programs
   * @param host where they are
   * @param variant whose iptables
   */
  public Rehearsal(Exec exec, Host host, VariantChoice variant) {
    this.exec = exec;
    this.host = host;
    this.variant = variant;
  }

  /**
   * Loads the table before, makes the changes, and reads back.
   *
   * @throws HostException when that cannot be tried, when the kernel does not take the changes, or
   *     when what it gives back is not what was predicted
   */
  public void of(Plan.Part part) throws HostException {
    Family family = part.before().family();
    Optional<Path> unshare = host.find("unshare");
    if (unshare.isEmpty()) {
      throw cannot(family, new HostFault.NotInstalled("unshare"));
    }
    Exec.Result result = tried(part, unshare.get());
    if (isForbidden(result)) {
      throw cannot(family, HostFault.Step.NAMESPACE, result);
    }
    String error = oneLine(result.error());
    if (result.exit() == REFUSED && error.contains("Message too long")) {
      throw cannot(family, HostFault.Step.TOO_MUCH, result);
    }
    if (result.exit() == REFUSED
        && (error.contains("Couldn't load match") || error.contains("doesn't exist"))) {
      // a set, too, is of one network namespace
      throw cannot(family, HostFault.Step.MODULE, result);
    }
    switch (result.exit()) {
      case 0 -> compare(part, result.output());
      case REFUSED ->
          throw new HostException(HostException.Kind.FAILED, new HostFault.NotTaken(family, error));
      case CANNOT_LOAD -> throw cannot(family, HostFault.Step.LOAD, result);
      case CANNOT_READ -> throw cannot(family, HostFault.Step.READ_BACK, result);
      default -> throw cannot(family, HostFault.Step.OTHER, result);
    }
  }

  /**
   * Tries it. What is refused to be removed by its text goes by its number, as it would on the host
   * itself: here nobody comes in between.
   */
  private Exec.Result tried(Plan.Part part, Path unshare) throws HostException {
    Set<Octets> numbered = new HashSet<>();
    while (true) {
      List<List<String>> commands =
          RestoreScript.byChange(
              part.before(),
              part.changes(),
              row -> !RestoreScript.isNamedByItsText(row) || numbered.contains(row.text()));
      String script = script(part.before(), RestoreScript.input(part.before(), commands));
      Exec.Result result = run(unshare, script);
      Optional<Change.DeleteRule> refused =
          result.exit() == REFUSED
              ? RefusedLine.deleting(result.error(), commands, part.changes())
              : Optional.empty();
      if (refused.isEmpty() || !numbered.add(refused.get().row().text())) {
        return result;
      }
    }
  }

  private static HostException cannot(Family family, HostFault why) {
    return new HostException(HostException.Kind.FAILED, new HostFault.NotTried(family, why));
  }

  private static HostException cannot(Family family, HostFault.Step step, Exec.Result result) {
    return cannot(family, new HostFault.Rehearsal(step, result.exit(), oneLine(result.error())));
  }

  /** What a program said, without its advice to call its help. */
  private static String oneLine(String error) {
    return error
        .lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty() && !l.startsWith("Try `"))
        .collect(Collectors.joining("; "));
  }

  private static boolean isForbidden(Exec.Result result) {
    return result.exit() != 0 && result.error().startsWith("unshare: ");
  }

  /**
   * Runs words in a network namespace of its own; an ordinary user's comes with a user namespace.
   */
  static Exec.Result unshared(Exec exec, Path unshare, List<String> words, String input)
      throws IOException {
    Exec.Result result = exec.run(command(unshare, "-n", words), input);
    return isForbidden(result) ? exec.run(command(unshare, "-rn", words), input) : result;
  }

  private static List<String> command(Path unshare, String namespaces, List<String> words) {
    List<String> command = new ArrayList<>(List.of(unshare.toString(), namespaces));
    command.addAll(words);
    return command;
  }

  private Exec.Result run(Path unshare, String script) throws HostException {
    try {
      return unshared(exec, unshare, List.of("sh"), script);
    } catch (IOException e) {
      throw HostException.notRun(unshare.toString(), e);
    }
  }

  /**
   * Legacy programs lock a file that an ordinary user cannot write: here it is one of their own.
   */
  private String script(Table table, String changes) throws HostException {
    Family family = table.family();
    String before = inBatches(SaveFormat.print(table, false));
    String end = "END";
    while (before.contains(end) || changes.contains(end)) {
      end += "_";
    }
    return "lock=$(mktemp) || exit "
        + CANNOT_LOAD
        + "\nXTABLES_LOCKFILE=$lock; export XTABLES_LOCKFILE\ntrap 'rm -f \"$lock\"' EXIT\n"
        + fed(program(family, "-restore") + " --noflush", before, end, CANNOT_LOAD)
        + fed(program(family, "-restore") + " --noflush", changes, end, REFUSED)
        + program(family, "-save")
        + " -t nat || exit "
        + CANNOT_READ
        + "\n";
  }

  /**
   * As several transactions: what an ordinary user may send at once is limited, and the table
   * before need not come at once.
   */
  private static String inBatches(String save) {
    StringBuilder out = new StringBuilder();
    int rules = 0;
    for (String line : save.split("\n-A ", -1)) {
      if (rules > 0 && rules % BATCH == 0) {
        out.append("\nCOMMIT\n*nat");
      }
      out.append(rules == 0 ? "" : "\n-A ").append(line);
      rules++;
    }
    return out.toString();
  }

  private static String fed(String command, String text, String end, int failed) {
    return command + " <<'" + end + "' || exit " + failed + "\n" + text + end + "\n";
  }

  private String program(Family family, String suffix) throws HostException {
    String name = family.program() + variant.infix() + suffix;
    return ShellWord.quoted(
        host.find(name)
            .orElseThrow(() -> cannot(family, new HostFault.NotInstalled(name)))
            .toString());
  }

  private static void compare(Plan.Part part, String saved) throws HostException {
    Family family = part.before().family();
    Table got;
    try {
      got =
          SaveFormat.table(family, TableName.NAT, saved).orElse(Table.empty(TableName.NAT, family));
    } catch (SaveFormat.FormatException e) {
      throw cannot(family, new HostFault.BadReadBack(e.fault()));
    }
    List<HostFault.Difference> differences = differences(part.after(), got);
    if (!differences.isEmpty()) {
      throw new HostException(
          HostException.Kind.FAILED, new HostFault.Mispredicted(family, differences));
    }
  }

  /** Chain by chain; a match that is not modelled may come back in the kernel's own spelling. */
  private static List<HostFault.Difference> differences(Table wanted, Table got) {
    List<HostFault.Difference> differences = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>(wanted.chains().keySet());
    names.addAll(got.chains().keySet());
    for (String name : names) {
      List<RuleEntry> a = wanted.rows(name);
      List<RuleEntry> b = got.rows(name);
      if (wanted.chain(name).isPresent() != got.chain(name).isPresent()
          && !wanted.chain(name).or(() -> got.chain(name)).orElseThrow().builtIn()) {
        differences.add(new HostFault.Difference(name, 0, "", ""));
      }
      for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
        boolean same =
            i < a.size() && i < b.size() && a.get(i).rule().equalsButForUnmodelled(b.get(i).rule());
        if (!same) {
          differences.add(
              new HostFault.Difference(
                  name,
                  i + 1,
                  i < a.size() ? a.get(i).text().toString() : "",
                  i < b.size() ? b.get(i).text().toString() : ""));
          break;
        }
      }
    }
    return differences;
  }
}
