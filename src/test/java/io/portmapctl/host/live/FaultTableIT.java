package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Gated;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Programs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Screen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults, commands and what comes of them, on real kernels of both variants. After each, each
 * family's table is that of before or that of after, what others wrote is whole, nothing that was
 * started goes on, no lock is held and no file is left; exit code and message are those of {@code
 * testdata/faults.tsv}, which the long form rewrites with {@code -Dportmapctl.update=true}. A
 * change that failed is made by the same command where the fault is gone.
 */
@Tag("live")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultTableIT {
  private static final Path TABLE = Path.of("testdata/faults.tsv");
  private static final boolean UPDATE = Boolean.getBoolean("portmapctl.update");
  private static final int EVERY = UPDATE ? 1 : Rounds.of("faultEvery", 7, 1);

  /** Hanging programs cost time and no work. */
  private static final int HANGING = 24;

  /** What others wrote: among the rules that change, beside them, and in another table. */
  private static final String FOREIGN =
      """
      *filter
      :FORWARD DROP
      :STRANGER -
      -A FORWARD -m comment --comment "a stranger's: $(reboot) `x` \\\\" -j STRANGER
      COMMIT
      *nat
      :STRANGER -
      -A PREROUTING -p tcp -m tcp --dport 7 -m comment --comment "it's \\"theirs\\"" -j STRANGER
      -A POSTROUTING -o cni-test0 -j STRANGER
      -A STRANGER -j RETURN
      COMMIT
      """;

  private Path folder = Path.of("");
  private final AtomicInteger runs = new AtomicInteger();
  private final Map<Variant, Map<Verb, State>> before = new TreeMap<>();
  private final Map<Variant, Map<Verb, State>> after = new TreeMap<>();
  private final Map<Variant, List<String>> saves = new TreeMap<>();

  /** Both variants of iptables. */
  private enum Variant {
    NFT,
    LEGACY;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The commands, in the words that this test gives them. */
  private enum Verb {
    ADD("add c3.json --apply", true),
    DEL("del c1.json --apply", true),
    GC("gc kept --apply", true),
    LIST("list", false),
    CHECK("check c1.json", false),
    EXPLAIN("explain --port 8081", false),
    SNAPSHOT("snapshot snapshot.json", false);

    private final String words;
    private final boolean changes;

    Verb(String words, boolean changes) {
      this.words = words;
      this.changes = changes;
    }

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    List<String> command(Variant variant, List<String> more) {
      List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
      command.addAll(List.of(words.split(" ")));
      command.addAll(List.of("--wait", "1"));
      if (this != SNAPSHOT) {
        command.addAll(List.of("--iptables", variant.id()));
      }
      if (changes) {
        command.addAll(List.of("--lock-file", "lock"));
      }
      command.addAll(more);
      return command;
    }
  }

  /**
   * A fault.
   *
   * @param programs what stands on PATH before the real programs
   * @param setup what is done in a mount namespace of the command's own before it
   * @param prefix what the command is started by
   * @param end what its line ends with
   * @param options more options of the command
   * @param only the commands that it can meet
   * @param hangs whether a program hangs, until it is given up
   */
  private record Fault(
      String name,
      List<Programs.Trap> programs,
      String setup,
      String prefix,
      String end,
      List<String> options,
      List<Verb> only,
      boolean hangs) {

    static Fault of(String name, List<Verb> only, Programs.Trap... traps) {
      return new Fault(name, List.of(traps), "", "", "", List.of(), only, name.contains("hangs"));
    }

    static Fault around(
        String name, List<Verb> only, String setup, String prefix, String end, String... options) {
      return new Fault(name, List.of(), setup, prefix, end, List.of(options), only, false);
    }
  }

  /** What of a host can change: its nat tables, the setting, and what nobody should touch. */
  private record State(String ipv4, String ipv6, String setting, String others) {}

  /** One line of the table. */
  private record Row(String fault, String verb, String variant, String outcome) {
    String key() {
      return fault + "\t" + verb + "\t" + variant;
    }
  }

  private static final List<Verb> ALL = List.of(Verb.values());
  private static final List<Verb> CHANGES = List.of(Verb.ADD, Verb.DEL, Verb.GC);

  private static List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    faults.add(Fault.of("none", ALL));
    faults.add(missing("iptables and ip6tables missing", "iptables", "ip6tables"));
    faults.add(missing("ip6tables missing", "ip6tables"));
    faults.add(
        Fault.around(
            "not permitted",
            ALL,
            "",
            "setpriv --bounding-set -net_admin --inh-caps -net_admin",
            ""));
    faults.add(
        Fault.around(
            "xtables lock held",
            ALL,
            "touch /run/xtables.lock xtables.lock; mount --bind xtables.lock /run/xtables.lock",
            "flock xtables.lock",
            ""));
    String[][] reads = {
      {"is not permitted", "echo 'Permission denied (you must be root)' >&2; exit 4"},
      {"fails", "echo 'cannot open netlink' >&2; exit 3"},
      {"is killed", "kill -9 $$"},
      {"hangs", "exec sleep 90"},
      {"hangs with a child", "sleep 90 & wait"},
      {"prints half", "real \"$@\" | head -n 7"},
      {"prints half a line", "real \"$@\" | head -n 12 | head -c -9"},
      {"prints nothing", "exit 0"},
    };
    for (String[] kind : reads) {
      faults.add(
          Fault.of(
              "iptables-save " + kind[0], ALL, Programs.trap("iptables", "-save", 1, kind[1])));
      faults.add(
          Fault.of(
              "ip6tables-save " + kind[0], ALL, Programs.trap("ip6tables", "-save", 1, kind[1])));
      faults.add(
          Fault.of(
              "the second iptables-save " + kind[0],
              CHANGES,
              Programs.trap("iptables", "-save", 2, kind[1])));
      faults.add(
          Fault.of(
              "the second ip6tables-save " + kind[0],
              CHANGES,
              Programs.trap("ip6tables", "-save", 2, kind[1])));
    }
    String[][] restores = {
      {"is not permitted", "echo 'Permission denied (you must be root)' >&2; exit 4"},
      {"is refused", "echo 'line 2: CHAIN_ADD failed (No space left on device)' >&2; exit 1"},
      {"is killed before its input", "kill -9 $$"},
      {"is killed in its input", "head -c 9 >/dev/null; kill -9 $$"},
      {"is killed after its change", "real \"$@\"; kill -9 $$"},
      {"fails after its change", "real \"$@\"; echo 'odd' >&2; exit 1"},
      {"hangs before its input", "exec sleep 90"},
      {"hangs in its input", "head -c 9 >/dev/null; exec sleep 90"},
      {"hangs after its input", "cat >/dev/null; exec sleep 90"},
      {"hangs after its change", "real \"$@\"; exec sleep 90"},
    };
    for (String[] kind : restores) {
      for (String family : List.of("iptables", "ip6tables")) {
        faults.add(
            Fault.of(
                family + "-restore " + kind[0],
                CHANGES,
                Programs.trap(family, "-restore", 1, kind[1])));
      }
    }
    String refused = "echo 'no such module' >&2; exit 1";
    faults.add(
        Fault.of(
            "ip6tables-restore is refused, and iptables-restore to take back",
            CHANGES,
            Programs.trap("ip6tables", "-restore", 1, refused),
            Programs.trap("iptables", "-restore", 2, refused)));
    String without =
        "echo \"can't initialize ip6tables table \\`nat': Table does not exist (do you need to"
            + " insmod?)\" >&2; exit 3";
    faults.add(
        Fault.of(
            "ip6tables without its kernel",
            ALL,
            Programs.trap("ip6tables", "-save", 0, without),
            Programs.trap("ip6tables", "-restore", 0, without)));
    faults.add(
        Fault.of(
            "conntrack fails",
            List.of(Verb.ADD, Verb.DEL),
            Programs.trap("conntrack", "", 0, "echo 'no netlink' >&2; exit 1")));
    faults.add(
        Fault.of(
            "conntrack hangs",
            List.of(Verb.ADD, Verb.DEL),
            Programs.trap("conntrack", "", 0, "exec sleep 90")));
    faults.add(
        Fault.around(
            "route_localnet cannot be set",
            List.of(Verb.ADD),
            "mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys",
            "",
            ""));
    faults.add(Fault.around("standard output is full", ALL, "", "", ">/dev/full"));
    String disk =
        "mount -t tmpfs -o size=8k none disk; echo last >disk/file; head -c 9000 /dev/zero"
            + " >disk/zero 2>/dev/null";
    String left = "; code=$?; ls -A disk >left; cat disk/file >>left; exit $code";
    faults.add(
        Fault.around(
            "the disk is full for >",
            List.of(Verb.ADD, Verb.DEL, Verb.GC, Verb.LIST, Verb.CHECK, Verb.EXPLAIN),
            disk,
            "",
            ">disk/out"));
    faults.add(
        Fault.around(
            "the disk is full for --undo", CHANGES, disk, "", left, "--undo", "disk/file"));
    faults.add(
        Fault.around(
            "the disk is full for a snapshot",
            List.of(Verb.SNAPSHOT),
            disk + "; rm -f snapshot.json; ln -s disk/file snapshot.json",
            "",
            left));
    return faults;
  }

  /** Programs that a layer over their folder hides. */
  private static Fault missing(String name, String... families) {
    StringBuilder hidden = new StringBuilder();
    for (String family : families) {
      for (String variant : List.of("", "-nft", "-legacy")) {
        for (String suffix : List.of("", "-save", "-restore")) {
          hidden.append(" layer/upper/").append(family).append(variant).append(suffix);
        }
      }
    }
    return Fault.around(
        name,
        ALL,
        "mount -t tmpfs none layer; mkdir layer/upper layer/work; for p in"
            + hidden
            + "; do mknod $p c 0 0; done; mount -t overlay overlay -o"
            + " lowerdir=/usr/sbin,upperdir=layer/upper,workdir=layer/work /usr/sbin;"
            + " PATH=/usr/sbin:/usr/bin:/bin",
        "",
        "");
  }

  private static String document(String id, int port, String address) {
    return "{\"containerID\":\""
        + id
        + "\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\","
        + "\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":"
        + port
        + ",\"containerPort\":80},{\"hostPort\":"
        + port
        + ",\"containerPort\":53,\"protocol\":\"udp\"}]},\"prevResult\":{\"cniVersion\":\"1.0.0\","
        + "\"ips\":[{\"address\":\"10.89.0."
        + address
        + "/16\"},{\"address\":\"fd00:89::"
        + address
        + "/32\"}]}}}";
  }

  private Path place() throws IOException {
    return Files.createDirectory(folder.resolve("run" + runs.incrementAndGet()));
  }

  /** A folder of one run: the inputs, and the programs before the real ones. */
  private static void fill(Path place, List<Programs.Trap> traps) throws IOException {
    for (String name : List.of("kept", "disk", "layer")) {
      Files.createDirectories(place.resolve(name));
    }
    Files.writeString(place.resolve("c1.json"), document("c1", 8081, "11"));
    Files.writeString(place.resolve("c2.json"), document("c2", 8082, "12"));
    Files.writeString(place.resolve("c3.json"), document("c3", 8083, "13"));
    Files.copy(place.resolve("c1.json"), place.resolve("kept/c1.json"));
    Programs.write(place.resolve("bin"), traps);
  }

  private static State state(Namespace host, Variant variant) throws Exception {
    String save = "iptables-" + variant.id() + "-save";
    String[] parts =
        host.must(
                "",
                "sh",
                "-c",
                save
                    + " -t nat; echo ====; ip6tables-"
                    + variant.id()
                    + "-save -t nat; echo ====; cat"
                    + " /proc/sys/net/ipv4/conf/cni-test0/route_localnet; echo ====; "
                    + save
                    + " -t filter; ip6tables-"
                    + variant.id()
                    + "-save -t filter")
            .replaceAll("(?m)^#.*\n", "")
            .replaceAll("\\[[0-9]+:[0-9]+\\]", "")
            .split("====\n", -1);
    return new State(parts[0], parts[1], parts[2], parts[3]);
  }

  /** A host with two containers, strangers' rules, and a setting that an add has to make. */
  private Namespace host(Variant variant, Verb verb) throws Exception {
    Namespace host = Namespace.withBridge();
    List<String> save = saves.get(variant);
    host.must(save.get(0), "iptables-" + variant.id() + "-restore");
    host.must(save.get(1), "ip6tables-" + variant.id() + "-restore");
    if (!verb.changes) {
      host.must("", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/cni-test0/route_localnet");
    }
    return host;
  }

  private Run run(Namespace host, Path place, Fault fault, List<String> command) throws Exception {
    String line = fault.prefix + " \"$@\"" + fault.end;
    List<String> words = new ArrayList<>(List.of("env", "-C", place.toString()));
    words.add("PATH=" + place.resolve("bin") + ":" + System.getenv("PATH"));
    words.addAll(List.of("sh", "-c", fault.setup + "\n" + line, "sh"));
    words.addAll(command);
    return host.run("", words);
  }

  private static final Fault NONE = Fault.of("none", ALL);

  @BeforeAll
  void makeTheTablesOfBeforeAndAfter(@TempDir Path temporary) throws Exception {
    folder = temporary;
    Needs.program("setpriv");
    for (Variant variant : Variant.values()) {
      Path place = place();
      fill(place, List.of());
      try (Namespace host = Namespace.withBridge()) {
        host.must(FOREIGN, "iptables-" + variant.id() + "-restore");
        host.must(FOREIGN, "ip6tables-" + variant.id() + "-restore");
        for (String id : List.of("c1.json", "c2.json")) {
          List<String> add = new ArrayList<>(Verb.ADD.command(variant, List.of()));
          add.set(2, id);
          Run run = run(host, place, NONE, add);
          assertThat(run.exit()).as(run.err()).isZero();
        }
        saves.put(
            variant,
            List.of(
                host.must("", "iptables-" + variant.id() + "-save"),
                host.must("", "ip6tables-" + variant.id() + "-save")));
      }
      before.put(variant, new TreeMap<>());
      after.put(variant, new TreeMap<>());
      for (Verb verb : Verb.values()) {
        try (Namespace host = host(variant, verb)) {
          before.get(variant).put(verb, state(host, variant));
          if (verb.changes) {
            Run run = run(host, place, NONE, verb.command(variant, List.of()));
            assertThat(run.exit()).as(run.err()).isZero();
          }
          State then = state(host, variant);
          after.get(variant).put(verb, then);
          State was = before.get(variant).get(verb);
          assertThat(strangers(then.ipv4)).as(verb.id()).isEqualTo(strangers(was.ipv4));
          assertThat(strangers(then.ipv6)).as(verb.id()).isEqualTo(strangers(was.ipv6));
          assertThat(strangers(was.ipv4)).hasSize(4 + 1 + 3);
          assertThat(then.others).isEqualTo(was.others).contains("$(reboot)");
          assertThat(then.equals(was)).isNotEqualTo(verb.changes);
        }
      }
    }
  }

  /** Chains and rules of others, in order. */
  private static List<String> strangers(String table) {
    return table.lines().filter(l -> l.matches("[:-].*") && !l.contains("CNI-")).toList();
  }

  /** Before, after, or - where they are the same; anything else is a fault of ours. */
  private static String which(String what, String now, String before, String after) {
    if (now.equals(before)) {
      return before.equals(after) ? "-" : "before";
    }
    assertThat(now).as(what + ": neither of before nor of after").isEqualTo(after);
    return "after";
  }

  private String tables(Namespace host, Variant variant, Verb verb) throws Exception {
    State now = state(host, variant);
    State then = before.get(variant).get(verb);
    State wanted = after.get(variant).get(verb);
    assertThat(now.others).as("what others wrote").isEqualTo(then.others);
    return which("IPv4", now.ipv4, then.ipv4, wanted.ipv4)
        + " "
        + which("IPv6", now.ipv6, then.ipv6, wanted.ipv6)
        + " "
        + which("route_localnet", now.setting, then.setting, wanted.setting);
  }

  /** Nothing that was started goes on. */
  private static void nothingRuns(Namespace host) throws Exception {
    String running = "";
    for (int i = 0; i < 100; i++) {
      running = Namespace.process("", List.of("ip", "netns", "pids", host.name())).out();
      if (running.isEmpty()) {
        return;
      }
      Thread.sleep(50);
    }
    assertThat(running).as("processes that go on").isEmpty();
  }

  /** No file is left but what there was, the lock's own and what was asked for. */
  private static void nothingIsLeft(Path place) throws Exception {
    List<String> known =
        List.of(
            "bin",
            "c1.json",
            "c2.json",
            "c3.json",
            "disk",
            "kept",
            "layer",
            "left",
            "lock",
            "calls",
            "snapshot.json",
            "xtables.lock",
            "reached",
            "go",
            "part",
            "pid",
            "run");
    try (Stream<Path> files = Files.list(place)) {
      assertThat(files.map(f -> String.valueOf(f.getFileName())).filter(f -> !known.contains(f)))
          .isEmpty();
    }
    Path left = place.resolve("left");
    if (Files.exists(left)) {
      assertThat(Files.readString(left)).as("on the full disk").isEqualTo("file\nzero\nlast\n");
    }
  }

  /** What the program could not take back its guard tries once more, in a second or so. */
  private static void theGuardIsDone(Path place) throws Exception {
    String pid = Files.readString(place.resolve("pid")).strip();
    Path waiting = Path.of("/run/portmapctl");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    boolean over = false;
    while (!over && System.nanoTime() < end) {
      try (Stream<Path> folders = Files.list(waiting)) {
        over =
            folders
                .filter(f -> String.valueOf(f.getFileName()).endsWith("-" + pid))
                .allMatch(f -> Files.exists(f.resolve("ended")));
      } catch (NoSuchFileException e) {
        over = true;
      }
      Thread.sleep(over ? 0 : 100);
    }
    assertThat(over).as("the guard of " + pid).isTrue();
  }

  /** The lock is free, and what is missing is made. */
  private void theSameCommandCompletes(Namespace host, Path place, Variant variant, Verb verb)
      throws Exception {
    Run again = run(host, place, NONE, again(verb.command(variant, List.of())));
    assertThat(again.exit()).as("again: " + again.err()).isZero();
    assertThat(state(host, variant)).as("again").isEqualTo(after.get(variant).get(verb));
  }

  /** No program that fails is before the real ones any more. */
  private static List<String> again(List<String> command) {
    List<String> words = new ArrayList<>(List.of("env", "PATH=" + System.getenv("PATH")));
    words.addAll(command);
    return words;
  }

  private Row cell(Fault fault, Verb verb, Variant variant) throws Exception {
    Path place = place();
    fill(place, fault.programs);
    try (Namespace host = host(variant, verb)) {
      Run run = run(host, place, fault, verb.command(variant, fault.options));
      nothingRuns(host);
      String tables = tables(host, variant, verb);
      String message = run.err().strip().replace(place + "/", "").replace("\n", " | ");
      boolean said =
          message.contains("could not be taken back")
              || message.contains("results cannot be written");
      if (run.exit() == 0 || fault.end.startsWith(">")) {
        assertThat(tables).as(message).doesNotContain("before");
      } else if (!said) {
        assertThat(tables).as(message).doesNotContain("after");
      }
      nothingIsLeft(place);
      if (verb.changes && tables.contains("before")) {
        theSameCommandCompletes(host, place, variant, verb);
      }
      return new Row(
          fault.name, verb.id(), variant.id(), run.exit() + "\t" + tables + "\t" + message);
    }
  }

  @Test
  void everyFaultMeetsEveryCommand() throws Exception {
    Map<String, Callable<Row>> hanging = new LinkedHashMap<>();
    Map<String, Callable<Row>> quick = new LinkedHashMap<>();
    int number = 0;
    for (Variant variant : Variant.values()) {
      for (Fault fault : faults()) {
        for (Verb verb : fault.only) {
          if (number++ % EVERY == 0) {
            (fault.hangs ? hanging : quick)
                .put(
                    fault.name + ", " + verb.id() + ", " + variant.id(),
                    () -> cell(fault, verb, variant));
          }
        }
      }
    }
    holds("faults", hanging, quick);
  }

  private static final List<String> SIGNALS = List.of("KILL", "TERM", "INT", "HUP", "Ctrl-C");

  /** Moments of a change, and the programs that wait then. */
  private static Map<String, Programs.Trap> phases() {
    String gate = ": >reached; while [ ! -e go ]; do sleep 0.02; done; ";
    Map<String, Programs.Trap> phases = new LinkedHashMap<>();
    phases.put("before reading", Programs.trap("iptables", "-save", 1, gate + "real \"$@\""));
    phases.put("while reading", Programs.trap("ip6tables", "-save", 1, "real \"$@\";" + gate));
    phases.put("after reading", Programs.trap("iptables", "-restore", 1, gate + "real \"$@\""));
    phases.put(
        "in the restore",
        Programs.trap(
            "iptables",
            "-restore",
            1,
            "dd bs=1 count=9 of=part 2>/dev/null; " + gate + "cat part - | real \"$@\""));
    phases.put(
        "after the restore", Programs.trap("iptables", "-restore", 1, "real \"$@\";" + gate));
    phases.put(
        "between the families", Programs.trap("ip6tables", "-restore", 1, gate + "real \"$@\""));
    phases.put(
        "before the read-back", Programs.trap("ip6tables", "-restore", 1, "real \"$@\";" + gate));
    phases.put("in the read-back", Programs.trap("ip6tables", "-save", 2, gate + "real \"$@\""));
    return phases;
  }

  private Row signalled(String signal, String phase, Programs.Trap trap, Verb verb, Variant variant)
      throws Exception {
    String name = signal + " " + phase;
    Path place = place();
    fill(place, List.of(trap));
    try (Namespace host = host(variant, verb)) {
      Gated running =
          Gated.start(host, place, place.resolve("bin"), verb.command(variant, List.of("-q")));
      running.waitFor(place.resolve("reached"));
      running.signal(signal);
      if (verb.changes) {
        Files.createFile(place.resolve("go"));
      }
      int exit = running.exit(); // a read ends at once, though its program waits
      if (!verb.changes) {
        Files.createFile(place.resolve("go"));
      }
      nothingRuns(host);
      String tables = tables(host, variant, verb);
      nothingIsLeft(place);
      if (verb.changes && tables.contains("before")) {
        theSameCommandCompletes(host, place, variant, verb);
      }
      return new Row(name, verb.id(), variant.id(), exit + "\t" + tables + "\t");
    }
  }

  @Test
  void everySignalMeetsEveryPhase() throws Exception {
    Map<String, Callable<Row>> cells = new LinkedHashMap<>();
    int number = 0;
    for (Variant variant : Variant.values()) {
      for (Map.Entry<String, Programs.Trap> phase : phases().entrySet()) {
        for (String signal : SIGNALS) {
          for (Verb verb : Verb.values()) {
            boolean meets = verb.changes || phase.getKey().equals("before reading");
            if (meets && verb != Verb.SNAPSHOT && number++ % EVERY == 0) {
              cells.put(
                  signal + " " + phase.getKey() + ", " + verb.id() + ", " + variant.id(),
                  () -> signalled(signal, phase.getKey(), phase.getValue(), verb, variant));
            }
          }
        }
      }
    }
    holds("signals", Map.of(), cells);
  }

  private static boolean isSignal(String fault) {
    return SIGNALS.contains(fault);
  }

  /** At the question, and while a change waits to be confirmed, in a real terminal. */
  private Row onTerminal(String fault, String phase, List<Programs.Trap> traps, Variant variant)
      throws Exception {
    boolean confirm = !phase.equals("at the question");
    String name = fault + " " + phase;
    Path place = place();
    fill(place, traps);
    List<String> more =
        confirm ? List.of("--yes", "--confirm", isSignal(fault) ? "60" : "1") : List.of();
    Files.writeString(
        place.resolve("run"),
        "cd "
            + place
            + "; echo $$ >pid; PATH=bin:"
            + place.resolve("bin")
            + ":$PATH exec "
            + String.join(" ", Verb.ADD.command(variant, more))
            + "\n");
    try (Namespace host = host(variant, Verb.ADD);
        Screen screen = Screen.start(host, "sh " + place.resolve("run"))) {
      screen.waitFor(confirm ? "Type yes within" : "[y/N]");
      assertThat(tables(host, variant, Verb.ADD))
          .isEqualTo(confirm ? "after after after" : "before before before");
      if (isSignal(fault)) {
        String pid = Files.readString(place.resolve("pid")).strip();
        Namespace.process("", List.of("kill", "-" + fault, pid));
      }
      String seen = screen.waitFor("EXIT=");
      String exit = seen.replaceAll("(?s).*EXIT=([0-9]+).*", "$1");
      String message =
          seen.lines()
              .filter(l -> l.startsWith("portmapctl: ") || l.startsWith("Not confirmed"))
              .reduce("", (a, b) -> a.isEmpty() ? b : a + " | " + b)
              .replace(place + "/", "");
      String tables = tables(host, variant, Verb.ADD);
      nothingIsLeft(place);
      if (tables.contains("before")) {
        theGuardIsDone(place);
        theSameCommandCompletes(host, place, variant, Verb.ADD);
      }
      return new Row(name, "add", variant.id(), exit + "\t" + tables + "\t" + message);
    }
  }

  @Test
  void theQuestionAndTheConfirmationMeetThem() throws Exception {
    Map<String, Callable<Row>> cells = new LinkedHashMap<>();
    Map<String, List<Programs.Trap>> faults = new LinkedHashMap<>();
    for (String signal : List.of("KILL", "TERM", "INT", "HUP")) {
      faults.put(signal, List.of());
    }
    faults.put("no answer", List.of());
    String refused = "echo 'no such module' >&2; exit 1";
    faults.put(
        "no answer, the second iptables-restore refused",
        List.of(Programs.trap("iptables", "-restore", 2, refused)));
    faults.put(
        "no answer, the second ip6tables-restore refused",
        List.of(Programs.trap("ip6tables", "-restore", 2, refused)));
    int number = 0;
    for (Variant variant : Variant.values()) {
      for (Map.Entry<String, List<Programs.Trap>> fault : faults.entrySet()) {
        for (String phase : List.of("at the question", "in the confirmation")) {
          // a question waits for ever, and there is nothing to take back
          boolean meets = phase.equals("in the confirmation") || isSignal(fault.getKey());
          if (meets && number++ % Math.min(EVERY, 3) == 0) {
            cells.put(
                fault.getKey() + " " + phase + ", " + variant.id(),
                () -> onTerminal(fault.getKey(), phase, fault.getValue(), variant));
          }
        }
      }
    }
    holds("terminal", Map.of(), cells);
  }

  /** Runs the cells, prints what came of them, and holds it to the table. */
  private void holds(
      String title, Map<String, Callable<Row>> hanging, Map<String, Callable<Row>> quick)
      throws Exception {
    ExecutorService waiting = Executors.newFixedThreadPool(HANGING);
    ExecutorService working = Executors.newFixedThreadPool(2);
    Map<String, Future<Row>> running = new LinkedHashMap<>();
    hanging.forEach((name, cell) -> running.put(name, waiting.submit(cell)));
    quick.forEach((name, cell) -> running.put(name, working.submit(cell)));
    List<Row> rows = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Future<Row>> cell : running.entrySet()) {
      try {
        rows.add(cell.getValue().get());
      } catch (java.util.concurrent.ExecutionException e) {
        wrong.add(cell.getKey() + ": " + e.getCause());
      }
    }
    waiting.shutdown();
    working.shutdown();
    print(title, rows, wrong.size());
    assertThat(wrong).isEmpty();
    compare(rows);
  }

  /** Faults down, commands across; in each cell exit code and tables, nft and legacy. */
  private static void print(String title, List<Row> rows, int wrong) {
    Map<String, Map<String, List<String>>> table = new LinkedHashMap<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (Row row : rows) {
      String[] outcome = row.outcome.split("\t", -1);
      String shown =
          outcome[0] + " " + outcome[1].replaceAll("([ba])[a-z]+", "$1").replace(" ", "");
      table
          .computeIfAbsent(row.fault, f -> new LinkedHashMap<>())
          .computeIfAbsent(row.verb, v -> new ArrayList<>())
          .add(shown);
      for (String one : outcome[1].split(" ")) {
        counts.merge(one, 1, Integer::sum);
      }
    }
    StringBuilder out = new StringBuilder();
    for (Map.Entry<String, Map<String, List<String>>> line : table.entrySet()) {
      out.append(String.format("%-68s", line.getKey()));
      line.getValue()
          .forEach(
              (verb, seen) ->
                  out.append(verb).append(' ').append(String.join("/", seen)).append("  "));
      out.append('\n');
    }
    System.out.printf(
        "%s: %d runs; tables and settings of before: %d, of after: %d, the same: %d, neither: 0;"
            + " wrong: %d%n%s",
        title,
        rows.size(),
        counts.getOrDefault("before", 0),
        counts.getOrDefault("after", 0),
        counts.getOrDefault("-", 0),
        wrong,
        out);
  }

  private static final Object WRITING = new Object();

  /** What a program was doing goes on when the one that waits for it is killed, or it does not. */
  private static String whole(Row row, String outcome) {
    return row.key().startsWith("KILL ")
        ? outcome.replaceAll("\\b(before|after)\\b", "whole")
        : outcome;
  }

  private static void compare(List<Row> rows) throws IOException {
    synchronized (WRITING) {
      Map<String, String> known = new TreeMap<>();
      if (Files.exists(TABLE)) {
        for (String line : Files.readAllLines(TABLE, StandardCharsets.UTF_8)) {
          String[] parts = line.split("\t", 4);
          known.put(parts[0] + "\t" + parts[1] + "\t" + parts[2], parts[3]);
        }
      }
      if (UPDATE) {
        rows.forEach(row -> known.put(row.key(), row.outcome));
        List<String> lines = new ArrayList<>();
        known.forEach((key, outcome) -> lines.add(key + "\t" + outcome));
        Files.write(TABLE, lines, StandardCharsets.UTF_8);
      }
      List<String> different = new ArrayList<>();
      for (Row row : rows) {
        if (!whole(row, row.outcome).equals(whole(row, known.getOrDefault(row.key(), "")))) {
          different.add(
              row.key() + "\n  is    " + row.outcome + "\n  was   " + known.get(row.key()));
        }
      }
      assertThat(different).isEmpty();
    }
  }
}
