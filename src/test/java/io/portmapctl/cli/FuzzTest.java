package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.portmapctl.testing.Mutator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever an input holds, a command ends with an exit code that is declared, and with bounded
 * work: inputs are mutated by seed, and those that make a command say something new are mutated on.
 */
@Tag("long")
class FuzzTest {
  /** As many inputs, of all kinds together. */
  private static final int INPUTS = Rounds.of("fuzz", 10_000, 1_000_000);

  private static final long SEED = Long.getLong("portmapctl.seed", 17);

  /** Inputs are small: what takes more than this has no bound. */
  private static final long MOST_NANOSECONDS = 20_000_000_000L;

  private static final long MOST_BYTES = 4L << 30;
  private static final int MOST_KEPT = 400;
  private static final Path DATA = Path.of("testdata");
  private static final String SAVE = "testdata/podman-host/iptables-save.txt";

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  /** One kind of input: where it begins, and the calls that read it. */
  private record Kind(String name, List<String> corpus, List<List<String>> calls, boolean aFile) {}

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private static List<String> texts(String glob, int most) throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(DATA)) {
      for (Path file : files.filter(f -> f.toString().matches(glob)).sorted().toList()) {
        if (Files.isRegularFile(file) && Files.size(file) < most) {
          texts.add(text(file));
        }
      }
    }
    return texts;
  }

  private static List<String> words(String line) {
    return List.of(line.split(" ", -1));
  }

  private static Kind documents() throws IOException {
    List<List<String>> calls = new ArrayList<>();
    for (String call :
        List.of(
            "add @ --container-id c1 --ruleset empty",
            "add @ --container-id c1 --layout mark --force -o json --ruleset " + SAVE,
            "add @ --container-id c1 --ruleset empty --family ipv4 -o save",
            "add @ --keep-going -o commands --ruleset empty",
            "del @ --ruleset " + SAVE,
            "check @ --ruleset " + SAVE,
            "check @ -o json --container-id c1 --ruleset empty",
            "explain @ --container-id c1 --ruleset empty",
            "gc @ --ruleset " + SAVE,
            "list --attachments @ --ruleset " + SAVE)) {
      calls.add(words(call));
    }
    List<String> corpus = texts(".*/(quickstart|inputs/[^/]*|bad/[^/]*)\\.json", 20_000);
    corpus.addAll(texts(".*/cni-cache/.*", 20_000));
    return new Kind("documents", corpus, calls, true);
  }

  private static Kind saves() throws IOException {
    List<List<String>> calls = new ArrayList<>();
    String packet = "tcp 203.0.113.9:40000 -> 192.0.2.10:8080";
    for (String call :
        List.of(
            "list --ruleset @",
            "list -o json --ruleset @",
            "list --ruleset6 @ --ruleset empty",
            "check testdata/podman-host/cni-cache --family ipv4 --ruleset @",
            "check testdata/quickstart.json -o json --ruleset @",
            "add testdata/quickstart.json --force --ruleset @",
            "add testdata/quickstart.json --force --family ipv4 -o save --ruleset @",
            "explain testdata/quickstart.json --ruleset @",
            "explain --port 8080 --ruleset @",
            "gc testdata/quickstart.json --all-networks --ruleset @")) {
      calls.add(words(call));
    }
    calls.add(List.of("explain", "--packet", packet, "--ruleset", "@"));
    calls.add(List.of("explain", "--packet", packet, "-o", "json", "--ruleset", "@"));
    return new Kind("saves", texts(".*(\\.save|save[^/]*\\.txt)", 30_000), calls, true);
  }

  private static Kind snapshots() throws IOException {
    List<List<String>> calls = new ArrayList<>();
    for (String call :
        List.of(
            "list --host @",
            "check testdata/podman-host/cni-cache --host @",
            "add testdata/quickstart.json --force --host @",
            "explain --port 8080 --host @",
            "gc testdata/podman-host/cni-cache --host @")) {
      calls.add(words(call));
    }
    return new Kind("snapshots", texts(".*\\.snapshot\\.json", 200_000), calls, true);
  }

  private static Kind packets() {
    return new Kind(
        "packets",
        List.of(
            "tcp 203.0.113.9:40000 -> 192.0.2.10:8080",
            "udp [2001:db8::9]:40000 -> [2001:db8::1]:53 in eth0 out cni0 mark 0x2000",
            "icmp 10.0.0.1 -> 10.0.0.2 state ESTABLISHED",
            "sctp 127.0.0.1:1 -> 127.0.0.1:65535"),
        List.of(
            List.of("explain", "--ruleset", SAVE, "--packet", "@"),
            List.of("explain", "--ruleset", SAVE, "-o", "json", "--packet", "@"),
            List.of("explain", "--ruleset", "empty", "-o", "dot", "--packet", "@")),
        false);
  }

  private static Kind ports() {
    List<String> by = words("--net n --container-id c --ip 10.0.0.2/24 --ruleset empty");
    List<String> published = new ArrayList<>(List.of("add", "-p", "@"));
    published.addAll(by);
    List<String> conditions = new ArrayList<>(List.of("add", "-p", "80:80", "--condition-v4", "@"));
    conditions.addAll(by);
    return new Kind(
        "ports",
        List.of(
            "8080",
            "127.0.0.1:8080/tcp",
            "[::1]:8080-8090/udp",
            "8080:80",
            "127.0.0.1:9000-9019:9000-9019/sctp",
            "[fd00::1]:53:53/udp",
            "-s 10.0.0.0/8 -m comment --comment 'a b'",
            "! -i eth0 -m conntrack --ctstate NEW"),
        List.of(
            List.of("explain", "--ruleset", SAVE, "--port", "@"),
            List.of("list", "--ruleset", SAVE, "--port", "@"),
            published,
            conditions),
        false);
  }

  /** Words of a line stand one a line; what acts on this machine is no word. */
  private static Kind lines() {
    List<List<String>> calls = new ArrayList<>();
    for (String command : words("add del check list explain gc help generate-completion nothing")) {
      calls.add(List.of(command, "--ruleset", "empty", "@"));
    }
    return new Kind(
        "command lines",
        List.of(
            "--net\\nweb\\n--container-id\\nc1\\n--ip\\n10.0.0.2/24\\n-p\\n8080:80"
                .replace("\\n", "\n"),
            "testdata/quickstart.json\n-o\njson\n--layout\nsnat\n--exit-code",
            "testdata/podman-host/cni-cache\n--family\nipv4\n-o\ncommands\n--force\n--color\nalways",
            "--port\n8080/tcp\n--local-address\n192.0.2.1\n--ruleset6\nempty\n-v",
            "--mark-bit\n13\n--masq-all\n--set-mark-chain\nX\n--no-snat\n--prune\n--chain\nCNI-DN-0",
            "--include-dead\n--keep-going\n-q\n--wait\n5\n--iptables\nlegacy\n--state\nok\n--help",
            "bash\nzsh\nfish\n--version\n--output=diff\n--plugin-type\nportmap\n--ifname\neth0"),
        calls,
        false);
  }

  /** What a call said, without what is of the one input. */
  private static String signature(Kind kind, int call, Run run) {
    String said = run.err().lines().limit(3).reduce("", (a, b) -> a + "|" + b);
    String words =
        said.replaceAll("\"[^\"]*\"|'[^']*'|[0-9]+|/[^ :]*", "").replaceAll("\\[[^\\]]*\\]", "");
    return kind.name()
        + call
        + " "
        + run.exit()
        + words.substring(0, Math.min(120, words.length()));
  }

  private Run run(Kind kind, List<String> call, String input, Path file) throws IOException {
    List<String> words = new ArrayList<>();
    for (String word : call) {
      if (!word.equals("@")) {
        words.add(word);
      } else if (kind.aFile()) {
        words.add(file.toString());
      } else if (kind.name().equals("command lines")) {
        words.addAll(List.of(input.split("\n", -1)));
      } else {
        words.add(input);
      }
    }
    words.removeIf(w -> w.startsWith("--app") || w.startsWith("--reh") || w.startsWith("--host"));
    if (kind.aFile()) {
      Files.writeString(file, input, StandardCharsets.ISO_8859_1);
    }
    return Run.with(Map.of(), "", kind.name().equals("snapshots") ? withHost(words, file) : words);
  }

  private static List<String> withHost(List<String> words, Path file) {
    List<String> all = new ArrayList<>(words);
    all.remove(file.toString());
    all.addAll(List.of("--host", file.toString()));
    return all;
  }

  @Test
  void everyInputEndsAsDeclared() throws IOException {
    Random random = new Random(SEED);
    Mutator mutator = new Mutator(random);
    Path file = folder.resolve("input");
    List<Kind> kinds = List.of(documents(), saves(), packets(), ports(), lines(), snapshots());
    List<List<String>> kept = new ArrayList<>();
    kinds.forEach(k -> kept.add(new ArrayList<>(k.corpus())));
    Set<String> signatures = new HashSet<>();
    Map<String, Integer> ends = new TreeMap<>();
    Map<String, Long> slowest = new TreeMap<>();
    Map<String, String> undeclared = new TreeMap<>();
    long thread = Thread.currentThread().getId();
    for (int i = 0; i < INPUTS; i++) {
      int k = i % kinds.size();
      Kind kind = kinds.get(k);
      List<String> pool = kept.get(k);
      List<String> from = random.nextBoolean() ? kind.corpus() : pool;
      String input = mutator.mutated(from.get(random.nextInt(from.size())), pool);
      int at = random.nextInt(kind.calls().size());
      long began = THREADS.getThreadCpuTime(thread);
      long held = THREADS.getThreadAllocatedBytes(thread);
      Run run = run(kind, kind.calls().get(at), input, file);
      long took = THREADS.getThreadCpuTime(thread) - began;
      String what = kind.name() + " " + kind.calls().get(at) + " input " + i + ":\n" + input;
      if (run.exit() < 0 || run.exit() > 5) {
        undeclared.putIfAbsent(signature(kind, at, run), run.err() + what);
      }
      assertThat(took).as(what).isLessThan(MOST_NANOSECONDS);
      assertThat(THREADS.getThreadAllocatedBytes(thread) - held).as(what).isLessThan(MOST_BYTES);
      ends.merge(kind.name() + ", exit " + run.exit(), 1, Integer::sum);
      slowest.merge(kind.name(), took / 1_000_000, Math::max);
      // of what is only wrong, little is kept: it says the same of whatever follows
      boolean worth = run.exit() < 2 || random.nextInt(8) == 0;
      if (signatures.add(signature(kind, at, run)) && worth && pool.size() < MOST_KEPT) {
        pool.add(input);
      }
    }
    System.out.printf(
        "%d inputs, %d different answers; %s; slowest in ms: %s%n",
        INPUTS, signatures.size(), ends, slowest);
    assertThat(undeclared).isEmpty();
    assertThat(signatures).hasSizeGreaterThan(kinds.size());
  }
}
