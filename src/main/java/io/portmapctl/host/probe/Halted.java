package io.portmapctl.host.probe;

import io.portmapctl.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether processes do nothing, though they are there: stopped by a signal, or frozen. */
final class Halted {
  private static final Pattern HOLDER = Pattern.compile("\\(process ([0-9]{1,10})\\)$");

  /** As ss(8) names those that hold a socket. */
  private static final Pattern NAMED = Pattern.compile("pid=([0-9]{1,10})");

  /** Where the kernel has those wait that a control group freezes: one of each version. */
  private static final Pattern FROZEN = Pattern.compile("do_freezer_trap|__refrigerator");

  private Halted() {}

  /** Of one that is named as {@link Host#holders} does. */
  static boolean is(Host host, String holder) {
    Matcher number = HOLDER.matcher(holder);
    return number.find() && halted(host, number.group(1));
  }

  /** Of all that a line of ss(8) names; not where it names none. */
  static boolean all(Host host, String line) {
    Matcher number = NAMED.matcher(line);
    boolean any = false;
    while (number.find()) {
      any = true;
      if (!halted(host, number.group(1))) {
        return false;
      }
    }
    return any;
  }

  private static boolean halted(Host host, String number) {
    Path process = Path.of("/proc", number);
    try {
      String stat = new String(host.read(process.resolve("stat")), StandardCharsets.ISO_8859_1);
      // the name before it may hold anything
      String state = stat.substring(stat.lastIndexOf(')') + 1).strip();
      return state.startsWith("T") // not t: who is traced goes on
          || FROZEN
              .matcher(new String(host.read(process.resolve("wchan")), StandardCharsets.ISO_8859_1))
              .matches();
    } catch (IOException e) {
      return false; // it ended
    }
  }
}
