package io.portmapctl.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A line as a POSIX shell splits it into words: quotes and backslashes; nothing is expanded.
 *
 * @param words the words
 * @param open whether a quote is not closed; the last word then goes to the line's end
 */
public record ShellWords(List<Word> words, boolean open) {

  /**
   * A word.
   *
   * @param text what it says
   * @param start where it begins in the line
   * @param end where it ends, quotes and backslashes included
   */
  public record Word(String text, int start, int end) {

    /** How long it is in the line. */
    public int length() {
      return end - start;
    }
  }

  /** The words of a text. */
  public static ShellWords of(String line) {
    return split(line, false);
  }

  /** The words of a command line, on which {@code #} at the beginning of a word hides the rest. */
  public static ShellWords ofCommandLine(String line) {
    return split(line, true);
  }

  private static ShellWords split(String line, boolean comments) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int start = -1;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      char next = i + 1 < line.length() ? line.charAt(i + 1) : 0;
      if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
        if (start >= 0) {
          words.add(new Word(word.toString(), start, i));
          word.setLength(0);
          start = -1;
        }
        continue;
      }
      if (comments && c == '#' && start < 0) {
        break;
      }
      start = start < 0 ? i : start;
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == '\\'
          && next != 0
          && (quote == 0 || quote == '"' && "$`\"\\".indexOf(next) >= 0)) {
        word.append(next);
        i++;
      } else {
        word.append(c);
      }
    }
    if (start >= 0) {
      words.add(new Word(word.toString(), start, line.length()));
    }
    return new ShellWords(List.copyOf(words), quote != 0);
  }

  /** What the words say. */
  public List<String> texts() {
    return words.stream().map(Word::text).toList();
  }
}
