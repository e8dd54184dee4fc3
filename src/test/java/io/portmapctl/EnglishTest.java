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

  /** Classes whose words are no sentences to a reader, and why. */
  private static final Map<String, String> NO_SENTENCES =
      Map.ofEntries(
          Map.entry("host.live.GuardScript", "comments in a script"),
          Map.entry("check.ContainerProgram", "the comment of a rule, as the kubelet makes it"),
          Map.entry("portmap.MarkLayout", "the comment of a rule, as the Go plugin makes it"),
          Map.entry("host.live.LiveReader", "what iptables says, to know it again"),
          Map.entry("host.live.Rehearsal", "what iptables says, to know it again"),
          Map.entry("host.live.ShellScript", "comments in a script"),
          Map.entry("host.live.UndoScript", "what a script tells who runs it"),
          Map.entry("host.live.ProcessExec", "an I/O error, as the system words its own"),
          Map.entry("host.snapshot.Recorder", "an I/O error, as the system words its own"),
          Map.entry("host.snapshot.SnapshotHost", "an I/O error, as the system words its own"));

  @Test
  void onlyTheViewsSpeakEnglish() throws Exception {
    Map<String, List<String>> sentences = sentences();
    sentences.keySet().removeAll(NO_SENTENCES.keySet());
    assertThat(sentences).as("string constants that look like sentences").isEmpty();
  }

  /** No class is excused in vain. */
  @Test
  void theExcusedAreThere() throws Exception {
    assertThat(sentences().keySet()).containsAll(NO_SENTENCES.keySet());
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
