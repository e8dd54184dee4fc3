package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The running kernel, through iptables-save and {@code iptables-restore --noflush}. */
public final class IptablesBackend implements Backend {
  private final Exec exec;
  private final LiveReader reader;
  private final int waitSeconds;
  private final Map<Family, Path> programs = new EnumMap<>(Family.class);

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
  }

  @Override
  public Reading read(Family family) throws HostException {
    LiveReader.Reading reading = reader.read(family);
    reading.program().ifPresent(p -> programs.put(family, p));
    return new Reading(reading.table(), reading.notices());
  }

  @Override
  public boolean has(Family family) {
    return programs.containsKey(family);
  }

  @Override
  public void apply(Plan.Part part) throws HostException {
    Path save = changing(part.before().family());
    List<String> commands = RestoreScript.commands(part.before(), part.changes());
    if (commands.stream().allMatch(RestoreScript::fits)) {
      String program = sibling(save, "-restore");
      run(
          program,
          List.of(program, "--noflush", "-w", Integer.toString(waitSeconds)),
          RestoreScript.of(part.before(), part.changes()));
    } else {
      oneByOne(sibling(save, ""), commands);
    }
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
        RestoreScript.of(Table.empty(TableName.NAT, family), List.of()));
  }

  /**
   * A rule with a line break in its comment fits into no line of iptables-restore: such a part goes
   * command by command, through a shell, whose quotes keep every byte.
   */
  private void oneByOne(String program, List<String> commands) throws HostException {
    for (String command : commands) {
      run(program, List.of("/bin/sh", "-s"), ShellScript.line(program, waitSeconds, command));
    }
  }

  private static String sibling(Path save, String suffix) {
    String name = String.valueOf(save.getFileName()).replace("-save", suffix);
    return save.resolveSibling(name).toString();
  }

  private void run(String program, List<String> command, String input) throws HostException {
    Exec.Result result;
    try {
      result = exec.run(command, input);
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.Program(
              HostFault.Ending.NOT_RUN, program, 0, String.valueOf(e.getMessage())));
    }
    if (result.exit() != 0) {
      throw refused(program, result);
    }
  }

  @Override
  public String program(Family family) {
    Path save = programs.get(family);
    return save == null ? family.program() : reader.variant(family, save);
  }

  private static HostException refused(String program, Exec.Result result) {
    String error = result.error().strip();
    if (error.contains("Permission denied") || error.contains("must be root")) {
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
