package io.portmapctl.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Screen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Tab key does in real shells. */
@Tag("live")
class CompletionIT {
  private static final Path COMPLETIONS = Path.of("completions").toAbsolutePath();

  /** What is typed before Tab, and what stands on the screen after it. */
  private record Typed(String words, String then) {}

  private static final List<Typed> TYPED =
      List.of(
          new Typed("portmapctl li", "portmapctl list"),
          new Typed("portmapctl gc --und", "portmapctl gc --undo"),
          new Typed("portmapctl list --output w", "portmapctl list --output wide"),
          new Typed("portmapctl list -o t", "portmapctl list -o table"),
          new Typed("portmapctl add --output=js", "portmapctl add --output=json"),
          new Typed("portmapctl list --ruleset em", "portmapctl list --ruleset empty"),
          new Typed(
              "portmapctl check --ruleset testdata/podman-host/iptables-save-c",
              "portmapctl check --ruleset testdata/podman-host/iptables-save-counters.txt"),
          new Typed(
              "portmapctl del --ruleset6=testdata/podman-host/ip6t",
              "portmapctl del --ruleset6=testdata/podman-host/ip6tables-save.txt"),
          new Typed("portmapctl add testdata/quick", "portmapctl add testdata/quickstart.json"),
          new Typed("portmapctl gc testdata/podm", "portmapctl gc testdata/podman-host/"),
          new Typed("portmapctl generate-completion f", "portmapctl generate-completion fish"),
          new Typed("portmapctl help che", "portmapctl help check"));

  @TempDir private Path folder;

  private static void typeAll(Screen screen) throws Exception {
    for (Typed typed : TYPED) {
      screen.keys("C-u", typed.words(), "Tab");
      screen.waitFor(typed.then());
    }
    screen.keys("C-u", "portmapctl list --output ", "Tab", "Tab");
    for (String word : List.of("json", "table", "wide")) {
      screen.waitFor(word);
    }
  }

  @Test
  void bash() throws Exception {
    Needs.program("bash");
    Path start = folder.resolve("rc");
    Files.writeString(start, "PS1='$ '\n. " + COMPLETIONS.resolve("portmapctl.bash") + "\n");
    Path odd = Files.createFile(folder.resolve("a file.json"));
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, "bash --noprofile --rcfile " + start + " -i")) {
      screen.waitFor("$ ");
      typeAll(screen);
      screen.keys(
          "C-u", "cd " + odd.getParent(), "Enter", "clear", "Enter", "portmapctl add a", "Tab");
      screen.waitFor("portmapctl add a\\ file.json");
    }
  }

  @Test
  void zsh() throws Exception {
    Needs.program("zsh");
    assertThat(run("zsh", "-n", COMPLETIONS.resolve("_portmapctl").toString())).isEmpty();
    Files.writeString(
        folder.resolve(".zshrc"),
        "PROMPT='%# '\nfpath=("
            + COMPLETIONS
            + " $fpath)\nautoload -Uz compinit\ncompinit -u -D\necho begin\n");
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, "ZDOTDIR=" + folder + " zsh -d -i")) {
      screen.waitFor("begin");
      typeAll(screen);
    }
  }

  @Test
  void fish() throws Exception {
    Needs.program("fish");
    Path file = COMPLETIONS.resolve("portmapctl.fish");
    // and none that a package has installed
    String load = "set -g fish_complete_path; source " + file + "; ";
    assertThat(run("fish", "--no-config", "-n", file.toString())).isEmpty();
    for (Typed typed : TYPED) {
      String[] words = typed.then().split(" ");
      String script = load + "complete -C '" + typed.words() + "'";
      String offered = run("fish", "--no-config", "-c", script);
      assertThat(offered.lines().map(l -> l.split("\t")[0]))
          .as(typed.words())
          .contains(words[words.length - 1]);
    }
    String flags = run("fish", "--no-config", "-c", load + "complete -C 'portmapctl gc --conf'");
    assertThat(flags).startsWith("--confirm\tWith --apply");
    assertThat(run("fish", "--no-config", "-c", load + "complete -C 'portmapctl gc --wait '"))
        .isEmpty();
  }

  /** The output of a command that succeeds and complains of nothing. */
  private static String run(String... command) throws Exception {
    Run run = Namespace.process("", List.of(command));
    assertThat(run.err()).as(String.join(" ", command)).isEmpty();
    assertThat(run.exit()).as(String.join(" ", command)).isZero();
    return run.out();
  }
}
