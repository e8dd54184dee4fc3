package io.portmapctl.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Identity;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Screen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell in a real terminal. */
@Tag("live")
class ShellIT {
  private static final String READY = "portmapctl> ";
  private static final int CONTAINERS = 10_000;

  @TempDir private Path folder;

  private Screen start(Namespace host, int columns, String arguments) throws Exception {
    return Screen.start(
        host,
        columns,
        "XDG_STATE_HOME=" + folder + " NO_COLOR=1 " + Namespace.launcher() + " shell " + arguments);
  }

  private Screen start(Namespace host, String arguments) throws Exception {
    Screen screen = start(host, 80, arguments);
    screen.waitFor(READY);
    return screen;
  }

  private static void type(Screen screen, String line) throws Exception {
    screen.keys("-l", "--", line);
    screen.keys("Enter");
  }

  @Test
  void completesWhatIsTyped() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset testdata/podman-host/iptables-save.txt")) {
      screen.waitFor("iptables-save.txt"); // the right prompt
      screen.keys("-l", "--", "li");
      screen.keys("Tab");
      screen.waitFor("> list");
      screen.keys("-l", "--", "--container-id 26");
      screen.keys("Tab");
      screen.waitFor("26447870ce462b982f1c11276d224a3771528d03c9b89deccb9a67b088072d92");
      screen.keys("-l", "--", "-q");
      screen.keys("Enter");
      assertThat(screen.waitFor("127.0.0.1:8443")).doesNotContain("5432");
      type(screen, "lsit");
      screen.waitFor("'lsit' is no command; did you mean 'list'?");
      screen.waitFor("exit 2");
      screen.keys("C-d");
      screen.waitFor("EXIT=0");
    }
  }

  @Test
  void anAddIsAskedForRefusedAndApplied() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "")) {
      for (String answer : List.of("n", "y")) {
        type(screen, "add --lock-file " + folder.resolve("lock") + " --apply");
        screen.waitFor("Network name");
        type(screen, "web");
        screen.waitFor("Container ID");
        type(screen, "5f3c");
        screen.waitFor("Container address");
        type(screen, "10.89.5.300/24");
        screen.waitFor("expected ADDRESS/PREFIX");
        type(screen, "10.89.5.6/24");
        screen.waitFor("Ports,");
        type(screen, "8080:80");
        screen.waitFor("Apply these changes? [y/N]");
        type(screen, answer);
        screen.waitFor(answer.equals("n") ? "Nothing was changed." : "Applied.");
        boolean there = host.must("", "iptables-save", "-t", "nat").contains("--dport 8080");
        assertThat(there).isEqualTo(answer.equals("y"));
        screen.keys("C-l");
      }
      // the line that was made of the answers is in the history, as one that was typed
      screen.keys("Up");
      screen.waitFor(READY + "add --lock-file");
      screen.waitFor("--net web --container-id 5f3c --ip 10.89.5.6/24 -p 8080:80");
      screen.keys("C-a", "C-k");
      // what the shell has added it completes
      screen.keys("-l", "--", "del --net web --container-id ");
      screen.keys("Tab");
      screen.waitFor("--container-id 5f3c");
      screen.keys("-l", "--", "--apply --yes --lock-file " + folder.resolve("lock"));
      screen.keys("Enter");
      screen.waitFor("Applied: 0 chains created, 1 deleted");
      assertThat(host.must("", "iptables-save", "-t", "nat")).doesNotContain("8080");
      type(screen, "exit");
      screen.waitFor("EXIT=0");
    }
  }

  @Test
  void interruptDropsTheLineAndTheQuestions() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset empty")) {
      screen.keys("-l", "--", "list --nonsense");
      screen.keys("C-c");
      // the signal and what is typed come by different ways
      screen.waitForMany("portmapctl> ", 2);
      type(screen, "help use");
      assertThat(screen.waitFor("Work on another ruleset")).doesNotContain("Unknown option");
      type(screen, "add");
      screen.waitFor("Network name");
      screen.keys("C-c");
      screen.waitFor("Nothing was changed.");
      type(screen, "list");
      // the shell around it has had the Ctrl-C as well, and shows no exit code any more
      screen.waitFor("No mappings.");
    }
  }

  @Test
  void theHistoryIsThereAtTheNextStart() throws Exception {
    try (Namespace host = Namespace.make()) {
      try (Screen screen = start(host, "--ruleset empty")) {
        type(screen, "help quit");
        screen.waitFor("Leave the shell.");
        screen.waitForMany(READY, 2);
        screen.keys("C-d");
        screen.waitFor("EXIT=0");
      }
      try (Screen screen = start(host, "--ruleset empty")) {
        screen.keys("Up");
        screen.waitFor(READY + "help quit");
        screen.keys("Enter");
        screen.waitFor("Leave the shell.");
      }
      assertThat(Files.readString(folder.resolve("portmapctl/history"))).startsWith("help quit\n");
    }
  }

  /** As in a system's shell; one that fails is the last. */
  @Test
  void aPastedBlockIsRunLineByLine() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset testdata/podman-host/iptables-save.txt")) {
      screen.paste("help use\nlist --port 5432 \\\n  --net db\nhelp reload\n");
      screen.waitFor("list --port 5432");
      screen.keys("Enter");
      screen.waitFor("Work on another ruleset");
      screen.waitFor("10.89.6.2:5432");
      screen.waitFor("Read the ruleset's names for completion anew.");
    }
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset testdata/podman-host/iptables-save.txt")) {
      screen.paste("help exit\nlist --port nonsense\nexit\n");
      screen.keys("Enter");
      screen.waitFor("exit 2: what was pasted below it is not run");
      // each line is one of the history
      screen.keys("Up");
      screen.waitFor(READY + "exit");
      screen.keys("Up", "Up", "Up", "Up");
      screen.waitFor(READY + "list --port 5432   --net db");
    }
  }

  /** Before the prompt has told the terminal that a line is read, keys come in another form. */
  @Test
  void aKeyThatIsPressedWhileACommandRunsCounts() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset testdata/podman-host/iptables-save.txt")) {
      screen.keys("-l", "--", "help use");
      screen.keys("Enter", "Up", "Home", "M-d");
      screen.keys("-l", "--", "help");
      screen.waitForMany(READY + "help use", 2);
      screen.keys("Enter");
      screen.waitForMany("Work on another ruleset", 2);
      assertThat(screen.text()).doesNotContain("is no command");
    }
  }

  @Test
  void portsOfAnAddressComplete() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset testdata/podman-host/iptables-save.txt")) {
      screen.keys("-l", "--", "list --port 844");
      screen.keys("Tab");
      screen.waitFor("--port 127.0.0.1:8443");
      screen.keys("C-u");
      screen.keys("-l", "--", "list --port 192.0.2.7:808");
      screen.keys("Tab");
      screen.waitFor("--port 192.0.2.7:8080");
    }
  }

  /** A title that somebody else wrote into a file's name, a container's ID, a network. */
  @Test
  void whatOthersWroteDoesNotReachTheTerminalRaw() throws Exception {
    String title = "\u001b]2;evil\u0007";
    Files.createFile(folder.resolve("a" + title + ".json"));
    Files.createFile(folder.resolve("ab.json"));
    Path save = folder.resolve("s" + title + ".save");
    String rules = Files.readString(Path.of("testdata/inputs/one-container.save"));
    String network = "w" + title;
    String hash = new Identity(network, "5" + title).digest().substring(0, 21);
    Files.writeString(
        save,
        rules
            .replace("000424c9342b4af4c305b", hash)
            .replace("\"web\\\"", "\"" + network + "\\\"")
            .replace("5f3c", "5" + title));
    Path link = Files.createSymbolicLink(folder.resolve("plain.save"), save);
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset " + link)) {
      screen.keys("-l", "--", "check " + folder + "/a");
      screen.keys("Tab");
      screen.waitFor("/ab.json");
      screen.keys("C-u");
      screen.keys("-l", "--", "use " + folder + "/s*.save");
      screen.keys("C-u");
      screen.keys("-l", "--", "list --net ");
      screen.keys("Tab", "Tab");
      screen.keys("C-u");
      type(screen, "list -o wide");
      screen.waitFor("x1b]2;evil");
      type(screen, "add");
      screen.waitFor("Network name [w\\x1b]2;evil");
      screen.keys("C-c");
      screen.waitFor("Nothing was changed.");
      assertThat(screen.title()).doesNotContain("evil");
    }
    // the right prompt names the ruleset
    try (Namespace host = Namespace.make();
        Screen screen =
            Screen.start(
                host,
                120,
                "cd "
                    + folder
                    + "; XDG_STATE_HOME="
                    + folder
                    + " "
                    + Namespace.launcher()
                    + " shell --ruleset s*.save")) {
      screen.waitFor("evil");
      assertThat(screen.text()).contains("\\x1b]2;evil\\x07.save");
      assertThat(screen.title()).doesNotContain("evil");
    }
  }

  /** To open a FIFO would wait for whoever writes to it. */
  @Test
  void aHistoryThatIsNoPlainFileIsNone() throws Exception {
    Path kept = Files.createDirectory(folder.resolve("portmapctl"));
    Namespace.process("", List.of("mkfifo", kept.resolve("history").toString()));
    try (Namespace host = Namespace.make();
        Screen screen = start(host, "--ruleset empty")) {
      screen.waitFor("No history is kept");
      type(screen, "help quit");
      screen.waitFor("Leave the shell.");
      screen.waitForMany(READY, 2);
      screen.keys("C-d");
      screen.waitFor("EXIT=0");
    }
  }

  @Test
  void aNarrowTerminalHasTablesThatFit() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen =
            start(host, 50, "--ruleset testdata/podman-host/iptables-save-counters.txt")) {
      screen.waitFor(READY);
      type(screen, "list -q");
      String seen = screen.waitFor("127.0.0.1:8443");
      List<String> table = seen.lines().dropWhile(l -> !l.startsWith("PROTO")).limit(11).toList();
      assertThat(table).hasSizeGreaterThan(5).allMatch(l -> l.length() <= 50);
      assertThat(table.get(0)).contains("HOST").contains("CONTAINER").contains("STATE");
    }
  }

  @Test
  void aTerminalThatCanDoNothingStillHasAPrompt() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen =
            Screen.start(host, "TERM=dumb " + Namespace.launcher() + " shell --ruleset empty")) {
      screen.waitFor(READY);
      type(screen, "add --net web --container-id 5f3c --ip 10.1.1.1/24");
      screen.waitFor("Ports,");
      type(screen, "8080:80");
      screen.waitFor("so the plan is only shown");
      type(screen, "nonsense");
      screen.waitFor("is no command");
      screen.keys("-l", "--", "list --nonsense");
      screen.keys("C-c");
      screen.waitForMany(READY, 4);
      type(screen, "add --net web --container-id 5f3c --ip 10.1.1.1/24");
      screen.waitForMany("Ports,", 2);
      screen.keys("C-c");
      screen.waitFor("Given up; Enter goes on.");
      screen.keys("Enter");
      screen.waitFor("Nothing was changed.");
      // the shell around it has had the Ctrl-C as well, and shows no exit code any more
    }
  }

  /** The first prompt waits for nothing; a name is read once, and then is there at once. */
  @Test
  void tenThousandContainersDoNotKeepOneWaiting() throws Exception {
    Path ruleset = folder.resolve("many.save");
    Files.writeString(ruleset, many(), StandardCharsets.ISO_8859_1);
    try (Namespace host = Namespace.make()) {
      long begun = System.nanoTime();
      try (Screen screen = start(host, 80, "--ruleset " + ruleset)) {
        screen.waitFor(READY);
        long prompt = System.nanoTime();
        screen.keys("-l", "--", "list --container-id c-00777");
        long first = complete(screen, "--container-id c-00777-end ");
        screen.keys("C-u");
        screen.keys("-l", "--", "list --container-id c-09123");
        long second = complete(screen, "--container-id c-09123-end ");
        System.out.printf(
            "%d containers: first prompt %d ms, first completion %d ms, second %d ms"
                + " (each with tmux's own time)%n",
            CONTAINERS, (prompt - begun) / 1_000_000, first, second);
        assertThat(second).isLessThan(first);
      }
    }
  }

  private static long complete(Screen screen, String expected) throws Exception {
    long begun = System.nanoTime();
    screen.keys("Tab");
    while (!screen.text().contains(expected)) {
      assertThat(System.nanoTime() - begun).isLessThan(60_000_000_000L);
    }
    return (System.nanoTime() - begun) / 1_000_000;
  }

  private static String many() {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < CONTAINERS; i++) {
      documents.append(
          String.format(
              "{\"containerID\":\"c-%05d-end\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":"
                  + "\"portmap\",\"name\":\"n\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":"
                  + "%d,\"containerPort\":80}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":"
                  + "[{\"address\":\"10.1.%d.%d/16\"}]}}}%n",
              i, 10_000 + i, i / 250, 1 + i % 250));
    }
    Run save =
        Run.with(
            Map.of(),
            documents.toString(),
            List.of("add", "-", "--ruleset", "empty", "-o", "save", "-q"));
    assertThat(save.exit()).as(save.err()).isZero();
    return save.out();
  }
}
