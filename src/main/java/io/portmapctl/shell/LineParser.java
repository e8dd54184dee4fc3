package io.portmapctl.shell;

import io.portmapctl.cli.ShellWords;
import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Tells JLine which word is typed, by the words of {@link ShellWords}. */
final class LineParser implements Parser {

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    List<ShellWords.Word> words = Interpreter.command(ShellWords.of(line));
    int index = 0;
    while (index < words.size() && words.get(index).end() < cursor) {
      index++;
    }
    boolean inside = index < words.size() && words.get(index).start() <= cursor;
    ShellWords.Word word = inside ? words.get(index) : new ShellWords.Word("", cursor, cursor);
    String typed = line.substring(word.start(), Math.max(word.start(), cursor));
    List<ShellWords.Word> beginning = ShellWords.of(typed).words();
    return new Line(
        line,
        cursor,
        words.stream().map(ShellWords.Word::text).toList(),
        index,
        word,
        beginning.isEmpty() ? "" : beginning.get(0).text());
  }

  /**
   * A line that is typed.
   *
   * @param line the line
   * @param cursor where the person is in it
   * @param words its words
   * @param wordIndex the number of the word that is typed
   * @param place that word
   * @param beginning what stands of it before the cursor
   */
  private record Line(
      String line,
      int cursor,
      List<String> words,
      int wordIndex,
      ShellWords.Word place,
      String beginning)
      implements CompletingParsedLine {

    @Override
    public String word() {
      return place.text();
    }

    @Override
    public int wordCursor() {
      return Math.min(beginning.length(), place.text().length());
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < candidate.length(); i++) {
        char c = candidate.charAt(i);
        if (" \t\\'\"".indexOf(c) >= 0 || c == '#' && i == 0) {
          out.append('\\');
        }
        out.append(c);
      }
      return out;
    }

    @Override
    public int rawWordCursor() {
      return cursor - place.start();
    }

    @Override
    public int rawWordLength() {
      return place.end() - place.start();
    }
  }
}
