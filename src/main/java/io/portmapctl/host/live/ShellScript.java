package io.portmapctl.host.live;

import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Words;
import io.portmapctl.ruleset.iptables.SaveFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
      out.append("sysctl -w ").append(quotedWord(key + "/route_localnet=1")).append('\n');
    }
    return out.toString();
  }

  /**
   * A script that takes a change back.
   *
   * @param parts what was made, in order
   * @param sysctls what was set
   */
  public static String undo(List<Plan.Part> parts, List<Plan.Sysctl> sysctls) {
    StringBuilder out =
        new StringBuilder("#!/bin/sh\n# Takes back one change that portmapctl made.\nset -e\n");
    List<Plan.Part> last = new ArrayList<>(parts);
    Collections.reverse(last);
    for (Plan.Part part : last) {
      Plan.Part inverse = part.inverse();
      out.append(part.before().family().program()).append("-restore --noflush -w <<'PORTMAPCTL'\n");
      out.append(RestoreScript.of(inverse.before(), inverse.changes()));
      out.append("PORTMAPCTL\n");
    }
    for (Plan.Sysctl sysctl : sysctls) {
      if (sysctl.networkInterface().isPresent()) {
        String key = "net/ipv4/conf/" + sysctl.networkInterface().get() + "/route_localnet=";
        out.append("sysctl -w ").append(quotedWord(key + sysctl.from().orElse("0"))).append('\n');
      }
    }
    return out.toString();
  }

  /** The words of iptables in a shell's quotes. */
  private static String quoted(String command) {
    try {
      return String.join(
          " ", SaveFormat.split(1, command).stream().map(ShellScript::quotedWord).toList());
    } catch (SaveFormat.FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }

  /** A word in a shell's quotes, where it needs any; octets. */
  public static String quotedWord(String word) {
    boolean bare = !word.isEmpty();
    boolean control = false;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      bare = bare && (Words.quote(String.valueOf(c)).length() == 1 || "./:,=@%+".indexOf(c) >= 0);
      control |= c < ' ' || c == 127;
    }
    if (bare) {
      return word;
    }
    if (!control) {
      return "'" + word.replace("'", "'\\''") + "'";
    }
    StringBuilder out = new StringBuilder("$'");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c < ' ' || c == 127) {
        out.append(String.format("\\x%02x", (int) c));
      } else {
        out.append(c == '\'' || c == '\\' ? "\\" : "").append(c);
      }
    }
    return out.append('\'').toString();
  }
}
