package io.portmapctl.host.live;

import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.ShellWord;

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

  /** One command of iptables, for a shell: its words come out as they are, line breaks too. */
  static String line(String program, int waitSeconds, String command) {
    return ShellWord.quoted(program) + " -w " + waitSeconds + " -t nat " + quoted(command) + "\n";
  }

  /** The words of iptables in a shell's quotes. */
  static String quoted(String command) {
    try {
      return String.join(
          " ", SaveFormat.split(1, command).stream().map(ShellWord::quoted).toList());
    } catch (SaveFormat.FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }
}
