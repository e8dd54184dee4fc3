package io.portmapctl.host.live;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.ShellWord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Plans as lines for a shell; octets. */
public final class ShellScript {
  private ShellScript() {}

  /** A plan as commands that can be pasted, one a change. */
  public static String commands(Plan plan) {
    StringBuilder out = new StringBuilder();
    for (Plan.Part part : plan.families()) {
      String program = part.before().family().program() + " -w -t nat ";
      for (String command : RestoreScript.commands(part.before(), part.changes())) {
        out.append(program).append(quoted(command)).append('\n');
      }
    }
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      String key = "net/ipv4/conf/" + sysctl.networkInterface().orElse("INTERFACE");
      boolean known = sysctl.networkInterface().isPresent();
      out.append(known ? "" : "# INTERFACE: the one towards " + sysctl.container() + "\n# ");
      out.append("sysctl -w ").append(ShellWord.quoted(key + "/route_localnet=1")).append('\n');
    }
    return out.toString();
  }

  /**
   * A script that takes a change back, for any POSIX shell.
   *
   * @param parts what was made, in order
   * @param sysctls what was set
   * @param programs for each family the program whose variant was worked on, as {@code
   *     iptables-legacy}
   */
  public static String undo(
      List<Plan.Part> parts, List<Plan.Sysctl> sysctls, Function<Family, String> programs) {
    StringBuilder out =
        new StringBuilder("#!/bin/sh\n# Takes back one change that portmapctl made.\nset -e\n");
    List<Plan.Part> last = new ArrayList<>(parts);
    Collections.reverse(last);
    for (Plan.Part part : last) {
      Plan.Part inverse = part.inverse();
      String program = ShellWord.quoted(programs.apply(part.before().family()));
      List<String> commands = RestoreScript.commands(inverse.before(), inverse.changes());
      if (commands.stream().allMatch(RestoreScript::fits)) {
        out.append(program).append("-restore --noflush -w <<'PORTMAPCTL'\n");
        out.append(RestoreScript.of(inverse.before(), inverse.changes()));
        out.append("PORTMAPCTL\n");
      } else {
        out.append("# one by one: a rule of somebody's fits into no line of iptables-restore\n");
        commands.forEach(
            c -> out.append(program).append(" -w -t nat ").append(quoted(c)).append('\n'));
      }
    }
    for (Plan.Sysctl sysctl : sysctls) {
      if (sysctl.networkInterface().isPresent()) {
        String key = "net/ipv4/conf/" + sysctl.networkInterface().get() + "/route_localnet=";
        out.append("sysctl -w ")
            .append(ShellWord.quoted(key + sysctl.from().orElse("0")))
            .append('\n');
      }
    }
    return out.toString();
  }

  /** One command of iptables, for a shell: its words come out as they are, line breaks too. */
  static String line(String program, int waitSeconds, String command) {
    return ShellWord.quoted(program) + " -w " + waitSeconds + " -t nat " + quoted(command) + "\n";
  }

  /** The words of iptables in a shell's quotes. */
  private static String quoted(String command) {
    try {
      return String.join(
          " ", SaveFormat.split(1, command).stream().map(ShellWord::quoted).toList());
    } catch (SaveFormat.FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }
}
