package io.portmapctl.cli.completion;

import java.util.ArrayList;
import java.util.List;

/** Completions for zsh, told to its {@code _arguments}. */
final class ZshScript {
  private static final String SCRIPT =
      """
      #compdef portmapctl
      # Completions of portmapctl for zsh; "portmapctl generate-completion zsh" prints them.

      _portmapctl_commands() {
        local -a commands=(
      @COMMANDS@  )
        _describe -t commands command commands
      }

      _portmapctl_words_or_files() {
        _alternative "words:word:($*)" 'files:file:_files'
      }

      # Names of the current rules, or of those that the line names.
      _portmapctl_names() {
        local option
        local -a rules names
        for option in --ruleset --ruleset6; do
          [[ -n ${opt_args[$option]} ]] && rules+=("$option=${opt_args[$option]}")
        done
        names=(${(f)"$($program generate-completion --names $1 $rules 2>/dev/null)"})
        names=(${names%%$'\\t'*})
        compadd -a names
      }

      _portmapctl() {
        local curcontext=$curcontext state line ret=1 program=portmapctl
        [[ $words[1] == /* ]] && program=$words[1]
        typeset -A opt_args
        _arguments -C -S \\
      @OPTIONS@    '1:command:_portmapctl_commands' \\
          '*::argument:->arguments' && ret=0
        [[ $state == arguments ]] || return ret
        curcontext=${curcontext%:*:*}:portmapctl-$words[1]:
        case $words[1] in
      @CASES@  esac
        return ret
      }

      if [[ $funcstack[1] == _portmapctl ]]; then
        _portmapctl "$@"
      else
        compdef _portmapctl portmapctl
      fi
      """;

  private ZshScript() {}

  static String of(Grammar grammar) {
    StringBuilder verbs = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (Verb verb : grammar.verbs()) {
      String text = verb.name() + ":" + verb.description().replace("\\", "\\\\");
      verbs.append("    ").append(quoted(text)).append("\n");
      cases.append(branch(verb));
    }
    return SCRIPT
        .replace("@COMMANDS@", verbs)
        .replace("@OPTIONS@", lines("    ", grammar.options()))
        .replace("@CASES@", cases);
  }

  private static String branch(Verb verb) {
    String arguments =
        verb.arguments().map(v -> " \\\n        " + quoted("*" + message(v))).orElse("");
    String options = lines("        ", verb.options());
    return "    "
        + verb.name()
        + ")\n      _arguments -s -S \\\n"
        + options.substring(0, options.length() - " \\\n".length())
        + arguments
        + " && ret=0\n      ;;\n";
  }

  /** A line for each name of each option, to be continued. */
  private static String lines(String indent, List<Option> options) {
    StringBuilder out = new StringBuilder();
    for (Option option : options) {
      for (String name : option.names()) {
        out.append(indent).append(quoted(specification(option, name))).append(" \\\n");
      }
    }
    return out.toString();
  }

  private static String specification(Option option, String name) {
    // help and version stand alone; any other excludes itself unless it can be given again
    List<String> excluded = new ArrayList<>();
    if (List.of("--help", "--version").contains(longest(option))) {
      excluded.addAll(List.of("-", "*"));
    } else {
      excluded.addAll(option.names());
    }
    String before = option.repeatable() ? "*" : "(" + String.join(" ", excluded) + ")";
    String joint = name.startsWith("--") ? "=" : "+";
    String text = "[" + option.description().replaceAll("([\\\\\\[\\]])", "\\\\$1") + "]";
    return before + name + option.value().map(v -> joint + text + message(v)).orElse(text);
  }

  /** The part of a specification that says what comes, and how it is completed. */
  private static String message(Value value) {
    String action = " ";
    if (!value.names().isEmpty()) {
      action = " _portmapctl_names " + value.names();
    } else if (value.files() && !value.words().isEmpty()) {
      action = " _portmapctl_words_or_files " + value.joined();
    } else if (value.files()) {
      action = "_files";
    } else if (!value.words().isEmpty()) {
      action = "(" + value.joined() + ")";
    }
    return ":" + value.label().replace(":", "\\:") + ":" + action;
  }

  private static String longest(Option option) {
    return option.names().get(option.names().size() - 1);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
