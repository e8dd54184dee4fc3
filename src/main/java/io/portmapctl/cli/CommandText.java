package io.portmapctl.cli;

import io.portmapctl.cni.Identity;
import io.portmapctl.text.ShellWord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Command lines of ours that a person can paste into a shell. */
final class CommandText {
  private CommandText() {}

  /** A command with these words. */
  static String of(String... words) {
    return of(List.of(words));
  }

  /** The removal of a container's mappings, by its owner's name where that is known. */
  static String removing(Optional<Identity> owner, String chain) {
    return owner
        .map(o -> of("del", "--net", o.network(), "--container-id", o.containerId(), "--apply"))
        .orElseGet(() -> of("del", "--chain", chain, "--apply"));
  }

  private static String of(List<String> words) {
    return "portmapctl " + line(words);
  }

  /** Words as a shell takes them again. */
  static String line(List<String> words) {
    List<String> quoted = new ArrayList<>();
    words.forEach(w -> quoted.add(ShellWord.quotedText(w)));
    return String.join(" ", quoted);
  }

  /**
   * Another command with what was given to this one.
   *
   * @param command its name
   * @param without options that it does not have or that do not belong to it
   * @param more what is added
   */
  static String like(ParseResult given, String command, List<String> without, List<String> more) {
    List<String> words = new ArrayList<>(List.of(command));
    // a repeated option is matched each time, with all its values
    for (ArgSpec arg : new LinkedHashSet<>(given.matchedArgs())) {
      if (!(arg instanceof OptionSpec option)) {
        words.addAll(arg.originalStringValues());
      } else if (!without.contains(option.longestName())) {
        for (String value : option.originalStringValues()) {
          words.add(option.longestName());
          if (option.arity().max() > 0) {
            words.add(value);
          }
        }
      }
    }
    words.addAll(more);
    return of(words);
  }
}
