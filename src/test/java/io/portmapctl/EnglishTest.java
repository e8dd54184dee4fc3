package io.portmapctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.ClassConstants;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * English stands in the views, and where commands are typed and read. Every other class tells
 * facts: none of its string constants looks like a sentence. ArchUnit sees no constants in bodies
 * of methods, so the class files are read for them.
 */
class EnglishTest {
  /** Three lower-case words, one after another. */
  private static final Pattern SENTENCE = Pattern.compile("(?<![\\w.-])[a-z]+ [a-z]+ [a-z]+\\b");

  /** The packages that speak. */
  private static final Set<String> SPEAKING = Set.of("view", "cli", "cli.completion", "shell");

  /** Classes that still do, though they should not: this list only shrinks. */
  private static final Set<String> NOT_YET =
      Set.of(
          "app.ExplainMappings",
          "app.Rulesets",
          "app.Unshown",
          "cni.ConfigurationList",
          "host.live.LiveReader",
          "host.live.ProcessExec",
          "host.live.ShellScript",
          "host.snapshot.Recorder",
          "host.snapshot.SnapshotHost",
          "portmap.LegacyLayout");

  /** Its words are the comment of a rule, as the Go plugin makes it. */
  private static final Set<String> COMMENTS = Set.of("portmap.MarkLayout");

  /** Their words are what other programs say. */
  private static final Set<String> QUOTES =
      Set.of("host.live.IptablesBackend", "host.live.Rehearsal");

  @Test
  void onlyTheViewsSpeakEnglish() throws Exception {
    Map<String, List<String>> sentences = sentences();
    sentences.keySet().removeAll(NOT_YET);
    sentences.keySet().removeAll(COMMENTS);
    sentences.keySet().removeAll(QUOTES);
    assertThat(sentences).as("string constants that look like sentences").isEmpty();
  }

  /** What has been converted comes off the list. */
  @Test
  void theListOnlyShrinks() throws Exception {
    assertThat(sentences().keySet()).containsAll(NOT_YET);
  }

  /** The reader finds what is there. */
  @Test
  void sentencesAreSeen() throws Exception {
    assertThat(ClassConstants.ofMainCode().get("view.Sentences"))
        .anyMatch(s -> s.contains("localhost and hairpin traffic is not"));
  }

  /** For each class outside the views its sentences. */
  private static Map<String, List<String>> sentences() throws Exception {
    Map<String, List<String>> found = new TreeMap<>();
    ClassConstants.ofMainCode()
        .forEach(
            (type, strings) -> {
              int dot = type.lastIndexOf('.');
              List<String> sentences =
                  strings.stream().filter(s -> SENTENCE.matcher(s).find()).toList();
              boolean speaks = SPEAKING.contains(dot < 0 ? "" : type.substring(0, dot));
              if (!speaks && !sentences.isEmpty()) {
                found.put(type, sentences);
              }
            });
    return found;
  }
}
