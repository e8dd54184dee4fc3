package io.portmapctl.cli.completion;

import java.util.List;

/** Completions for fish: a line for each thing that can be given. */
final class FishScript {
  private static final String BEGINNING =
      """
      # Completions of portmapctl for fish; "portmapctl generate-completion fish" prints them.

      function __portmapctl_command_is
          set -l words (commandline -opc)
          test (count $words) -gt 1; and contains -- $words[2] $argv
      end

      function __portmapctl_no_command
          test (count (commandline -opc)) -eq 1
      end

      # Names of the current rules, or of those that the line names.
      function __portmapctl_names
          set -l words (commandline -opc)
          set -l program portmapctl
          string match -q -- '/*' $words[1]; and set program $words[1]
          set -l rules
          for i in (seq 2 (count $words))
              switch $words[$i]
                  case --ruleset --ruleset6
                      set -a rules $words[$i] $words[(math $i + 1)]
                  case '--ruleset=*' '--ruleset6=*'
                      set -a rules $words[$i]
              end
          end
          $program generate-completion --names $argv[1] $rules 2>/dev/null
      end

      complete -c portmapctl -f
      """;

  private FishScript() {}

  static String of(Grammar grammar) {
    StringBuilder out = new StringBuilder(BEGINNING);
    for (Verb verb : grammar.verbs()) {
      line(out, "__portmapctl_no_command", "-a " + verb.name(), verb.description());
    }
    options(out, "__portmapctl_no_command", grammar.options());
    for (Verb verb : grammar.verbs()) {
      out.append("\n");
      String condition = "__portmapctl_command_is " + verb.name();
      verb.arguments().ifPresent(v -> line(out, condition, offer(v), ""));
      options(out, condition, verb.options());
    }
    return out.toString();
  }

  private static void options(StringBuilder out, String condition, List<Option> options) {
    for (Option option : options) {
      StringBuilder names = new StringBuilder();
      for (String name : option.names()) {
        boolean isLong = name.startsWith("--");
        names.append(isLong ? "-l " + name.substring(2) : "-s " + name.substring(1)).append(" ");
      }
      String value = option.value().map(v -> "-r " + offer(v)).orElse("");
      line(out, condition, (names + value).strip(), option.description());
    }
  }

  /** What can stand there: files only where it says so. */
  private static String offer(Value value) {
    if (!value.names().isEmpty()) {
      return "-f -a " + quoted("(__portmapctl_names " + value.names() + ")");
    }
    String words = value.words().isEmpty() ? "" : " -a " + quoted(value.joined());
    return (value.files() ? "-F" : "-f") + words;
  }

  private static void line(StringBuilder out, String condition, String what, String description) {
    out.append("complete -c portmapctl -n ").append(quoted(condition)).append(" ").append(what);
    if (!description.isEmpty()) {
      out.append(" -d ").append(quoted(description));
    }
    out.append("\n");
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
