package io.portmapctl.shell;

import io.portmapctl.cli.Portmapctl;
import io.portmapctl.cli.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import picocli.CommandLine.Model.CommandSpec;

/** Colours what is typed by what it is: commands, options, and words that are neither. */
final class LineHighlighter implements Highlighter {
  private final Map<String, CommandSpec> commands = Portmapctl.commands();

  @Override
  public AttributedString highlight(LineReader reader, String line) {
    AttributedStringBuilder out = new AttributedStringBuilder();
    List<ShellWords.Word> words = Interpreter.command(ShellWords.ofCommandLine(line));
    int done = 0;
    for (int i = 0; i < words.size(); i++) {
      ShellWords.Word word = words.get(i);
      out.append(line.substring(done, word.start()));
      boolean typing = word.end() == line.length();
      AttributedStyle style =
          i == 0 ? command(word.text(), typing) : argument(words.get(0), word.text(), typing);
      out.append(line.substring(word.start(), word.end()), style);
      done = word.end();
    }
    return out.append(line.substring(done)).toAttributedString();
  }

  private AttributedStyle command(String word, boolean typing) {
    List<String> known = new ArrayList<>(commands.keySet());
    known.addAll(Interpreter.own().keySet());
    if (known.contains(word)) {
      return AttributedStyle.BOLD;
    }
    boolean begun = typing && known.stream().anyMatch(k -> k.startsWith(word));
    return begun || word.startsWith("-") ? AttributedStyle.DEFAULT : unknown();
  }

  private AttributedStyle argument(ShellWords.Word command, String word, boolean typing) {
    CommandSpec spec = commands.get(command.text());
    if (spec == null || !word.startsWith("-") || word.length() == 1) {
      return AttributedStyle.DEFAULT;
    }
    String name = word.startsWith("--") ? word.split("=", 2)[0] : word.substring(0, 2);
    if (spec.findOption(name) != null) {
      return AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
    }
    boolean begun = typing && spec.optionsMap().keySet().stream().anyMatch(o -> o.startsWith(word));
    return begun ? AttributedStyle.DEFAULT : unknown();
  }

  private static AttributedStyle unknown() {
    return AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
  }
}
