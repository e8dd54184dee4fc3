package io.portmapctl.cli.completion;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Completions for bash; a function a command, because one option means other words in each. */
final class BashScript {
  private static final String BEGINNING =
      """
      # Completions of portmapctl for bash; "portmapctl generate-completion bash" prints them.

      # Offers words that fit, and file names too where a second argument is given.
      _portmapctl__offer() {
        mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
        if [[ -z ${2-} ]]; then
          return
        fi
        if ((${#COMPREPLY[@]} == 0)); then
          compopt -o default # readline's own, which know quotes and ~
        else
          compopt -o filenames
          mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
        fi
      }

      # Offers names of the current rules, or of those that the line names; others wrote them, and nothing expands them.
      _portmapctl__names() {
        local program=portmapctl name rest i line=${COMP_LINE:0:COMP_POINT} rules=()
        [[ ${COMP_WORDS[0]} == /* ]] && program=${COMP_WORDS[0]}
        for ((i = 2; i + 1 < COMP_CWORD; i++)); do
          if [[ ${COMP_WORDS[i]} == --ruleset || ${COMP_WORDS[i]} == --ruleset6 ]]; then
            name=${COMP_WORDS[i]}
            [[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
            rules+=("$name=${COMP_WORDS[i + 1]}")
          fi
        done
        # readline replaces what stands behind the last colon
        line=${line##*[[:space:]=]}
        while IFS=$'\\t' read -r name rest; do
          [[ $name == "$line"* ]] && COMPREPLY+=("${name#"${line%"$cur"}"}")
        done < <("$program" generate-completion --names "$1" "${rules[@]}" 2>/dev/null)
      }

      # Offers options after a dash or where there is nothing else, otherwise arguments.
      _portmapctl__arguments() {
        if [[ $cur == -* || -z $2$3 ]]; then
          _portmapctl__offer "$1"
        else
          _portmapctl__offer "$2" "$3"
        fi
      }
      """;
  private static final String END =
      """

      # Of 127.0.0.1:80, which comes as several words, what stands behind the last colon, and the option before it.
      _portmapctl__colon() {
        local line=${COMP_LINE:0:COMP_POINT}
        local word=${line##*[[:space:]=]}
        line=${line%"$word"}
        while [[ $line == *[[:space:]=] ]]; do
          line=${line%?}
        done
        cur=${word##*:}
        prev=${line##*[[:space:]]}
      }

      _portmapctl() {
        local IFS=$' \\t\\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
        COMPREPLY=()
        # --output=json comes as three words
        if [[ $cur == '=' ]]; then
          cur=
        elif [[ $prev == '=' ]] && ((COMP_CWORD > 2)); then
          prev=${COMP_WORDS[COMP_CWORD - 2]}
        elif [[ $cur == :* || $prev == *: ]]; then
          _portmapctl__colon
        fi
        if ((COMP_CWORD == 1)); then
          _portmapctl__arguments '@OPTIONS@' '@COMMANDS@' ''
          return
        fi
        case ${COMP_WORDS[1]} in
      @CALLS@  esac
      }

      complete -F _portmapctl portmapctl
      """;

  private BashScript() {}

  static String of(Grammar grammar) {
    StringBuilder out = new StringBuilder(BEGINNING);
    StringBuilder calls = new StringBuilder();
    for (Verb verb : grammar.verbs()) {
      out.append(function(verb));
      calls.append("    ").append(verb.name()).append(") ").append(name(verb)).append(" ;;\n");
    }
    String verbs = String.join(" ", grammar.verbNames());
    return out
        + END.replace("@OPTIONS@", names(grammar.options()))
            .replace("@COMMANDS@", verbs)
            .replace("@CALLS@", calls);
  }

  private static String function(Verb verb) {
    StringBuilder out = new StringBuilder("\n" + name(verb) + "() {\n");
    Map<String, List<String>> namesOf = namesByOffer(verb.options());
    if (!namesOf.isEmpty()) {
      out.append("  case $prev in\n");
      namesOf.forEach(
          (offer, names) -> {
            out.append("    ").append(String.join(" | ", names)).append(")\n");
            out.append(offer.isEmpty() ? "" : "      " + offer + "\n");
            out.append("      return\n      ;;\n");
          });
      out.append("  esac\n");
    }
    String arguments = verb.arguments().map(BashScript::wordsAndFiles).orElse("'' ''");
    return out.append("  _portmapctl__arguments '")
        .append(names(verb.options()))
        .append("' ")
        .append(arguments)
        .append("\n}\n")
        .toString();
  }

  /** What is offered as the value of which options. */
  private static Map<String, List<String>> namesByOffer(List<Option> options) {
    Map<String, List<String>> namesOf = new LinkedHashMap<>();
    for (Option option : options) {
      option
          .value()
          .ifPresent(
              v ->
                  namesOf.computeIfAbsent(offer(v), o -> new ArrayList<>()).addAll(option.names()));
    }
    return namesOf;
  }

  private static String offer(Value value) {
    if (!value.names().isEmpty()) {
      return "_portmapctl__names " + value.names();
    }
    boolean nothing = value.words().isEmpty() && !value.files();
    return nothing ? "" : "_portmapctl__offer " + wordsAndFiles(value);
  }

  private static String wordsAndFiles(Value value) {
    return "'" + value.joined() + "' " + (value.files() ? "files" : "''");
  }

  private static String names(List<Option> options) {
    List<String> names = new ArrayList<>();
    options.forEach(o -> names.addAll(o.names()));
    return String.join(" ", names);
  }

  private static String name(Verb verb) {
    return "_portmapctl_" + verb.name();
  }
}
