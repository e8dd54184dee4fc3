package io.portmapctl.host.live;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Reversal;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.text.ShellWord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A script that takes a change back, for any POSIX shell, however long after: what containers that
 * have come since use stays, and it says so. Each family is taken back in one transaction, or not
 * at all; the exit status is 4 where something is not taken back.
 */
public final class UndoScript {
  private static final String START =
      """
      #!/bin/sh
      # Takes back one change that portmapctl made; what others use by now stays.
      failed=0
      say() { printf 'undo: %s\\n' "$*" >&2; }
      """;

  /**
   * Rules of a chain that lead to another are removed one by one, by what names them for certain:
   * the kernel's handle, or the number while nobody else can write.
   */
  private static final String REMOVE =
      """
      # prints the handle, or the number, of a rule that leads to t
      handle='/^"family": .*"handle": [0-9]+/ { h=$0; sub(/.*"handle": /,"",h); sub(/[^0-9].*/,"",h) }
        index($0, "\\"target\\": \\"" t "\\"}") == 1 { print h }'
      number='/^-A / { n++; l=$0; gsub(/\\\\./,"",l); if (gsub(/"/,"",l)%2) exit 1
        if ($(NF-1) ~ /^-[jg]$/ && $NF==t) { print n; exit } }'
      # remove PROGRAM FAMILY CHAIN TARGET
      remove() {
        case $("$1" -V) in
          *nf_tables*)
            nft -j list chain "$2" nat "$3" | tr '{' '\\n' | awk -v t="$4" "$handle" |
              while read -r h; do nft delete rule "$2" nat "$3" handle "$h" || exit; done ;;
          *)
            flock "${XTABLES_LOCKFILE:-/run/xtables.lock}" sh -c '
              XTABLES_LOCKFILE=$(mktemp) || exit; export XTABLES_LOCKFILE
              while n=$("$0" -t nat -S "$1" | awk -v t="$2" "$3") && [ -n "$n" ]; do
                "$0" -t nat -D "$1" "$n" || exit
              done; rm "$XTABLES_LOCKFILE"' "$1" "$3" "$4" "$number" ;;
        esac
      }
      """;

  private final StringBuilder out = new StringBuilder(START);
  private final Function<Family, String> programs;

  private UndoScript(Function<Family, String> programs) {
    this.programs = programs;
  }

  /**
   * The script.
   *
   * @param parts what was made, in order, and of the families that were only looked at what was
   *     seen
   * @param sysctls what was set
   * @param programs for each family the program whose variant was worked on, as {@code
   *     iptables-legacy}
   * @param files what was written or removed beside
   */
  public static String of(
      List<Plan.Part> parts,
      List<Plan.Sysctl> sysctls,
      Function<Family, String> programs,
      List<Aside> files) {
    UndoScript script = new UndoScript(programs);
    if (parts.stream().anyMatch(p -> !unsure(Reversal.keepingShared(p).part()).isEmpty())) {
      script.out.append(REMOVE);
    }
    if (!sysctls.isEmpty()) {
      script.out.append(script.newcomers("new4", Family.IPV4, parts));
      script.out.append("p4=").append(ShellWord.quoted(programs.apply(Family.IPV4))).append('\n');
    }
    List<Plan.Part> last = new ArrayList<>(parts);
    Collections.reverse(last);
    for (Plan.Part part : last) {
      if (!part.changes().isEmpty()) {
        script.family(part, parts);
      }
    }
    for (Plan.Sysctl sysctl : sysctls) {
      sysctl.networkInterface().ifPresent(n -> script.setting(n, sysctl.from().orElse("0")));
    }
    files.forEach(script::file);
    return script.out.append("exit $failed\n").toString();
  }

  /**
   * A file that goes with the rules.
   *
   * @param name its name
   * @param before its octets before the change; empty where it was not there
   * @param after the same after it
   */
  public record Aside(String name, Optional<String> before, Optional<String> after) {}

  /** Given back while it is as the change left it. */
  private void file(Aside file) {
    String name = ShellWord.quoted(file.name());
    String same =
        file.after()
            .map(text -> "printf %s " + ShellWord.quoted(text) + " | cmp -s - " + name)
            .orElse("! [ -e " + name + " ]");
    String back =
        file.before()
            .map(text -> "(umask 077; printf %s " + ShellWord.quoted(text) + " >" + name + ")")
            .orElse("rm -f " + name);
    out.append("\n# the kept document\nif ")
        .append(same)
        .append("; then ")
        .append(back)
        .append(" || failed=4\nelse say ")
        .append(ShellWord.quoted(file.name() + ": somebody changed it since: left as is"))
        .append("\nfi\n");
  }

  /** The containers' chains that were not there when the change was made. */
  private String newcomers(String variable, Family family, List<Plan.Part> parts) {
    Set<String> known = new LinkedHashSet<>();
    for (Plan.Part part : parts) {
      if (part.before().family() == family) {
        known.addAll(part.before().chains().keySet());
        known.addAll(part.after().chains().keySet());
      }
    }
    StringBuilder text = new StringBuilder(variable).append("=$(");
    text.append(ShellWord.quoted(programs.apply(family) + "-save")).append(" -t nat | sed -n");
    Set<String> prefixes = new LinkedHashSet<>();
    for (Layout layout : Layouts.all()) {
      prefixes.add(layout.translating());
      layout.masquerading().ifPresent(prefixes::add);
    }
    prefixes.forEach(p -> text.append(" -e 's/^:\\(" + p + "[0-9a-f]*\\) .*/\\1/p'"));
    text.append(" | grep -vxF '");
    known.stream().filter(Layouts::isContainerChain).forEach(c -> text.append('\n').append(c));
    return text.append("')\n").toString();
  }

  /** The removals of entries that iptables may not make by their text. */
  private static List<Change.DeleteRule> unsure(Plan.Part part) {
    List<Change.DeleteRule> unsure = new ArrayList<>();
    for (Change change : part.changes()) {
      if (change instanceof Change.DeleteRule delete
          && (delete.row().rule().hasUnmodelledMatch()
              || !RestoreScript.isNamedByItsText(delete.row()))
          && Layouts.isShared(delete.chain())
          && Layouts.isContainerChain(delete.row().rule().target().chain().orElse(""))) {
        unsure.add(delete);
      }
    }
    return unsure;
  }

  private void family(Plan.Part part, List<Plan.Part> parts) {
    Family family = part.before().family();
    Reversal own = Reversal.keepingShared(part);
    boolean shares = !own.stays().isEmpty();
    List<Change.DeleteRule> unsure = unsure(own.part());
    out.append("\n# ").append(family.title()).append('\n');
    out.append("p=").append(ShellWord.quoted(programs.apply(family))).append('\n');
    out.append(shares ? newcomers("new", family, parts) : "new=\n");
    function("whole", part.inverse());
    function("own", own.part());
    function("anyhow", anyhow(own.part(), unsure));
    StringBuilder removes = new StringBuilder();
    for (Change.DeleteRule delete : unsure) {
      removes
          .append("remove \"$p\" ")
          .append(family == Family.IPV4 ? "ip " : "ip6 ")
          .append(ShellWord.quoted(delete.chain()))
          .append(' ')
          .append(delete.row().rule().target().chain().orElse(""))
          .append(" && ");
    }
    String then = shares ? "say " + ShellWord.quoted(stays(family, own.stays())) : ":";
    out.append("if [ -z \"$new\" ] && said=$(whole 2>&1); then :\n")
        .append("elif said=$(own 2>&1); then " + then + "\n")
        .append("elif said=$(" + removes + "anyhow 2>&1); then " + then + "\n")
        .append("else say ")
        .append(ShellWord.quoted(family.title() + ": nothing is taken back:"))
        .append(" \"$said\"; failed=4\nfi\n");
  }

  private static String stays(Family family, Set<String> chains) {
    List<String> sorted = new ArrayList<>(chains);
    Collections.sort(sorted);
    return family.title() + ": others use " + String.join(", ", sorted) + " by now: left as is";
  }

  /** Without what is removed otherwise, and wherever in a chain others have left a place. */
  private static Plan.Part anyhow(Plan.Part part, List<Change.DeleteRule> without) {
    List<Change> changes = new ArrayList<>();
    for (Change change : part.changes()) {
      if (change instanceof Change.InsertRule insert) {
        changes.add(
            new Change.AppendRule(
                insert.family(), insert.chain(), insert.position(), insert.row()));
      } else if (!(change instanceof Change.DeleteRule delete) || !without.contains(delete)) {
        changes.add(change);
      }
    }
    return new Plan.Part(part.before(), part.after(), List.copyOf(changes));
  }

  private void function(String name, Plan.Part part) {
    List<String> commands = RestoreScript.commands(part.before(), part.changes());
    out.append(name).append("() { ");
    if (commands.isEmpty()) {
      out.append(":; }\n");
    } else if (commands.stream().allMatch(RestoreScript::fits)) {
      out.append("\"$p-restore\" --noflush -w <<'PORTMAPCTL'\n")
          .append(RestoreScript.input(part.before(), List.of(commands)))
          .append("PORTMAPCTL\n}\n");
    } else {
      out.append("# one by one: a rule of somebody's fits into no line of iptables-restore\n");
      commands.forEach(
          c -> out.append("\"$p\" -w -t nat ").append(ShellScript.quoted(c)).append(" &&\n"));
      out.append(":; }\n");
    }
  }

  private void setting(String networkInterface, String value) {
    String key = "net/ipv4/conf/" + networkInterface + "/route_localnet";
    out.append("\n# route_localnet\nneeded=\nfor c in $new4; do\n")
        .append("  for a in $(\"$p4-save\" -t nat | sed -n \"s/^-A $c .*--to-destination ")
        .append("\\([0-9.]*\\):.*/\\1/p\"); do\n    case \"$(ip -4 route get \"$a\" 2>&1) \" in\n")
        .append(
            "      *' dev '"
                + ShellWord.quoted(networkInterface)
                + "' '*|*'not found'*) needed=yes ;;\n")
        .append("    esac\n  done\ndone\n")
        .append("if [ -n \"$needed\" ]; then say ")
        .append(ShellWord.quoted(key + ": another container needs it by now: left as is"))
        .append("\nelif [ \"$(cat ")
        .append(ShellWord.quoted("/proc/sys/" + key))
        .append(")\" = 1 ]; then sysctl -w ")
        .append(ShellWord.quoted(key + "=" + value))
        .append(" || failed=4\nfi\n");
  }
}
