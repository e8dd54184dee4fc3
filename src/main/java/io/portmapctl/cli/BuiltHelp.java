package io.portmapctl.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;

/**
 * The help of commands as picocli lays it out, made when the program is built: whoever asks for
 * nothing else need not wait for the model of the command line and its layout.
 *
 * <p>A file of each command has it with the styles that a terminal gets; elsewhere they are left
 * out, which is what picocli does, too.
 */
final class BuiltHelp {
  private BuiltHelp() {}

  /** What is printed, as octets; none where the words ask for anything but help. */
  static Optional<String> of(List<String> words, List<String> commands) {
    // without a lambda: that alone would make --version load all that lambdas need
    Optional<String> name = asked(words, commands);
    return name.isPresent() ? Optional.of(text(name.get(), Ansi.AUTO.enabled())) : Optional.empty();
  }

  /** The command whose help is asked for; an empty name is that of the program. */
  private static Optional<String> asked(List<String> words, List<String> commands) {
    if (words.isEmpty() || words.size() > 2) {
      return Optional.empty();
    }
    String first = words.get(0);
    if (words.size() == 1) {
      return isHelp(first) || first.equals("help") ? Optional.of("") : Optional.empty();
    }
    String second = words.get(1);
    if (first.equals("help") && commands.contains(second)) {
      return Optional.of(second);
    }
    return isHelp(second) && commands.contains(first) ? Optional.of(first) : Optional.empty();
  }

  private static boolean isHelp(String word) {
    return word.equals("--help") || word.equals("-h");
  }

  /** The name of the file that has a command's help, or with an empty name the program's. */
  static String fileName(String command) {
    return command.isEmpty() ? "portmapctl.txt" : "portmapctl-" + command + ".txt";
  }

  /** The help of a command, as octets. */
  static String text(String command, boolean styled) {
    String name = "help/" + fileName(command);
    try (InputStream help = BuiltHelp.class.getResourceAsStream(name)) {
      if (help == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      String text = new String(help.readAllBytes(), StandardCharsets.ISO_8859_1);
      return styled ? text : withoutStyles(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A style is an escape, and all up to the next m. */
  private static String withoutStyles(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    int from = 0;
    for (int escape = text.indexOf('\u001b'); escape >= 0; escape = text.indexOf('\u001b', from)) {
      plain.append(text, from, escape);
      from = text.indexOf('m', escape) + 1;
    }
    return plain.append(text, from, text.length()).toString();
  }
}
