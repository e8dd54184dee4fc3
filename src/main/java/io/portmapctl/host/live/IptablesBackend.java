package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
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
   * @param warnings where what a reader should know is added
   */
  public IptablesBackend(
      Exec exec,
      Host host,
      VariantChoice variant,
      int waitSeconds,
      boolean counters,
      List<String> warnings) {
    this.exec = exec;
    this.reader = new LiveReader(host, variant, counters, warnings);
    this.waitSeconds = waitSeconds;
  }

  @Override
  public Table read(Family family) throws HostException {
    LiveReader.Reading reading = reader.read(family);
    reading.program().ifPresent(p -> programs.put(family, p));
    return reading.table();
  }

  @Override
  public boolean has(Family family) {
    return programs.containsKey(family);
  }

  @Override
  public void apply(Plan.Part part) throws HostException {
    Family family = part.before().family();
    if (reader.ambiguous()) {
      throw new HostException(HostException.Kind.UNREADABLE, HostFault.Plain.BOTH_VARIANTS);
    }
    Path save = programs.get(family);
    if (save == null) {
      throw new HostException(HostException.Kind.MISSING, new HostFault.NoFamily(family, false));
    }
    String name = String.valueOf(save.getFileName()).replace("-save", "-restore");
    String program = save.resolveSibling(name).toString();
    String script = RestoreScript.of(part.before(), part.changes());
    Exec.Result result;
    try {
      List<String> command = List.of(program, "--noflush", "-w", Integer.toString(waitSeconds));
      result = exec.run(command, script);
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
