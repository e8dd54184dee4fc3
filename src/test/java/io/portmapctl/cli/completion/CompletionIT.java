package io.portmapctl.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Screen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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

  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final String SAVED = "testdata/podman-host/iptables-save.txt";
  private static final String HOSTILE_CHAIN = "CNI-DN-000000000000000000000";
  private static final String ID =
      "26447870ce462b982f1c11276d224a3771528d03c9b89deccb9a67b088072d92";

  /** The same, where the rules of the captured host are in the kernel. */
  private static final List<Typed> NAMES =
      List.of(
          new Typed("portmapctl del --net w", "portmapctl del --net web"),
          new Typed("portmapctl add --net=d", "portmapctl add --net=db"),
          new Typed("portmapctl list --container-id 2644", "portmapctl list --container-id " + ID),
          new Typed("portmapctl list --port 54", "portmapctl list --port 5432"),
          new Typed("portmapctl explain --port 535", "portmapctl explain --port 5353/udp"),
          new Typed(
              "portmapctl explain --port 127.0.0.1:84", "portmapctl explain --port 127.0.0.1:8443"),
          new Typed(
              "portmapctl list --ruleset " + SAVED + " --net d",
              "portmapctl list --ruleset " + SAVED + " --net db"));

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

  /** The captured host, and an entry of somebody who wants a name to be run. */
  private Namespace hostWithRules() throws Exception {
    Namespace host = Namespace.make();
    host.must(Files.readString(Path.of(SAVED)), "iptables-restore");
    host.must("", "iptables", "-t", "nat", "-N", HOSTILE_CHAIN);
    String name = "$(touch " + folder.resolve("run") + ")";
    host.must(
        "",
        "iptables",
        "-t",
        "nat",
        "-A",
        "CNI-HOSTPORT-DNAT",
        "-m",
        "comment",
        "--comment",
        "dnat name: \"" + name + "\" id: \"" + name + "\"",
        "-j",
        HOSTILE_CHAIN);
    return host;
  }

  private void typeNames(Screen screen) throws Exception {
    for (Typed typed : NAMES) {
      screen.keys("C-u", typed.words(), "Tab");
      screen.waitFor(typed.then());
    }
    screen.keys("C-u", "portmapctl list --net ", "Tab", "Tab");
    screen.waitFor("db");
    screen.keys("C-u", "portmapctl list --ruleset empty --net w", "Tab", "x");
    screen.waitFor("portmapctl list --ruleset empty --net wx");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void namesInBash() throws Exception {
    Needs.program("bash");
    Path start = folder.resolve("rc");
    Files.writeString(start, "PS1='$ '\n. " + COMPLETIONS.resolve("portmapctl.bash") + "\n");
    String bash = "PATH=" + TARGET + ":$PATH bash --noprofile --rcfile " + start + " -i";
    try (Namespace host = hostWithRules();
        Screen screen = Screen.start(host, 200, bash)) {
      screen.waitFor("$ ");
      typeNames(screen);
    }
  }

  @Test
  void namesInZsh() throws Exception {
    Needs.program("zsh");
    Files.writeString(
        folder.resolve(".zshrc"),
        "PROMPT='%# '\nfpath=("
            + COMPLETIONS
            + " $fpath)\nautoload -Uz compinit\ncompinit -u -D\necho begin\n");
    String zsh = "PATH=" + TARGET + ":$PATH ZDOTDIR=" + folder + " zsh -d -i";
    try (Namespace host = hostWithRules();
        Screen screen = Screen.start(host, 200, zsh)) {
      screen.waitFor("begin");
      typeNames(screen);
    }
  }

  @Test
  void namesInFish() throws Exception {
    Needs.program("fish");
    String load =
        "set -g fish_complete_path; source " + COMPLETIONS.resolve("portmapctl.fish") + "; ";
    try (Namespace host = hostWithRules()) {
      for (Typed typed : NAMES) {
        String words = typed.then();
        String wanted = words.substring(words.lastIndexOf(' ') + 1);
        assertThat(fish(host, load + "complete -C '" + typed.words() + "'").lines())
            .as(typed.words())
            .anyMatch(l -> l.split("\t")[0].equals(wanted));
      }
      String line = "complete -C 'portmapctl list --ruleset empty --net w'";
      assertThat(fish(host, load + line)).isEmpty();
      String all = fish(host, load + "complete -C 'portmapctl list --net '");
      assertThat(all.lines().map(l -> l.split("\t")[0])).containsExactly("db", "web");
      assertThat(folder.resolve("run")).doesNotExist();
    }
  }

  private static String fish(Namespace host, String script) throws Exception {
    return host.must(
        "", "sh", "-c", "PATH=" + TARGET + ":$PATH exec fish --no-config -c \"$0\"", script);
  }

  /** Who may not read the rules is offered none, and told nothing; prints how long one waits. */
  @Test
  void namesForNobodyAndHowLongTheyTake() throws Exception {
    Needs.program("setpriv");
    List<String> words = List.of("generate-completion", "--names", "container");
    try (Namespace host = hostWithRules()) {
      List<String> nobody =
          new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      nobody.add(Namespace.launcherForAnybody(folder));
      nobody.addAll(words);
      assertThat(host.run("", nobody)).isEqualTo(new Run(0, "", ""));
      List<Long> times = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        long start = System.nanoTime();
        Run run = host.portmapctl(words.toArray(new String[0]));
        times.add((System.nanoTime() - start) / 1_000_000);
        assertThat(run.out()).contains(ID + "\tweb\n").doesNotContain("touch");
      }
      Collections.sort(times);
      System.out.printf("names of the current rules, median of 9: %d ms%n", times.get(4));
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
