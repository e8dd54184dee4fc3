package io.portmapctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.view.Sentences;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
          "app.CheckMappings",
          "app.ExplainMappings",
          "app.GcRequest",
          "app.ListMappings",
          "app.LiveHost",
          "app.Rulesets",
          "app.Unshown",
          "check.Audit",
          "check.ForeignRules",
          "check.Inventory",
          "check.Mapping",
          "check.Program",
          "check.TableInventory",
          "cni.ConfigurationList",
          "host.live.Forwarding",
          "host.live.LiveReader",
          "host.live.ProcessExec",
          "host.live.ShellScript",
          "host.snapshot.Recorder",
          "host.snapshot.SnapshotHost",
          "plan.ForeignDnat",
          "plan.Planner",
          "plan.Plans",
          "portmap.LayoutChoice",
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
    Path view = classes().resolve("view");
    try (Stream<Path> files = Files.list(view)) {
      String name = Sentences.class.getSimpleName() + ".class";
      Path file = files.filter(f -> f.endsWith(name)).findFirst().orElseThrow();
      assertThat(sentences(file)).anyMatch(s -> s.contains("localhost and hairpin traffic is not"));
    }
  }

  private static Path classes() throws Exception {
    Path root =
        Path.of(Sentences.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return root.resolve("io/portmapctl");
  }

  /** For each class outside the views its sentences. */
  private static Map<String, List<String>> sentences() throws Exception {
    Map<String, List<String>> found = new TreeMap<>();
    Path root = classes();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace(".class", "").replace('/', '.');
        String type = name.replaceFirst("\\$.*", "");
        int dot = type.lastIndexOf('.');
        if (!SPEAKING.contains(dot < 0 ? "" : type.substring(0, dot))) {
          List<String> sentences = sentences(file);
          if (!sentences.isEmpty()) {
            found.computeIfAbsent(type, t -> new ArrayList<>()).addAll(sentences);
          }
        }
      }
    }
    return found;
  }

  private static List<String> sentences(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return strings(new DataInputStream(in)).stream()
          .filter(s -> SENTENCE.matcher(s).find())
          .collect(Collectors.toList());
    }
  }

  /**
   * The string constants of a class file (JVMS 4.4), those of concatenations included.
   *
   * @throws IOException if it is none
   */
  private static List<String> strings(DataInputStream in) throws IOException {
    if (in.readInt() != 0xcafebabe) {
      throw new IOException("no class file");
    }
    in.skipNBytes(4); // its version
    int size = in.readUnsignedShort();
    String[] texts = new String[size];
    List<Integer> strings = new ArrayList<>();
    for (int i = 1; i < size; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 8 -> strings.add(in.readUnsignedShort());
        case 7, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++; // it takes two places
        }
        default -> throw new IOException("constant of the unknown kind " + tag);
      }
    }
    return strings.stream().map(i -> texts[i]).toList();
  }
}
