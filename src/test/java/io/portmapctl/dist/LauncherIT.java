package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged launcher: what it prints, with any archive and any Java, and how fast it starts. */
@Tag("live")
class LauncherIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final List<String> ADD =
      List.of("add", "testdata/quickstart.json", "--ruleset", "empty");
  private static final int STARTS = 5;
  private static final int ROUNDS = 7;

  @TempDir private Path folder;

  private static Run launch(Path launcher, List<String> environment) throws Exception {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(environment);
    command.add(launcher.toString());
    command.addAll(ADD);
    return Namespace.process("", command);
  }

  private static String expected() {
    return Run.of(ADD.toArray(new String[0])).out();
  }

  /** A copy that can be damaged. */
  private Path copy() throws Exception {
    for (String name : List.of("portmapctl", "portmapctl.jar", "portmapctl.java")) {
      Files.copy(TARGET.resolve(name), folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectory(folder.resolve("lib"));
    try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
      for (Path jar : jars.toList()) {
        Files.copy(
            jar,
            folder.resolve("lib").resolve(jar.getFileName()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return folder.resolve("portmapctl");
  }

  @Test
  void theArchiveIsUsed() throws Exception {
    Run run =
        Namespace.process(
            "",
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:SharedArchiveFile=" + TARGET.resolve("portmapctl.jsa"),
                "-Xshare:on",
                "-Xlog:class+load",
                "-XX:+UseSerialGC",
                "-cp",
                TARGET.resolve("portmapctl.jar").toString(),
                "io.portmapctl.Main",
                "list",
                "--ruleset",
                "empty"));
    assertThat(run.exit()).as(run.err()).isZero();
    // picocli's too, which are compiled for Java 5
    for (String name : List.of("io.portmapctl.cli.Portmapctl ", "picocli.CommandLine ")) {
      assertThat(run.out().lines().filter(l -> l.contains(name)))
          .singleElement()
          .asString()
          .contains("source: shared objects file");
    }
  }

  /** Names of files and arguments are bytes, and UTF-8, whatever locale is there or none. */
  @Test
  void namesAreNotAsciiInNoLocale() throws Exception {
    // the test's own Java may know no such names
    String script =
        "set -e; cd \"$0\"; cp \"$1\" b\u00c3\u00bcro.json; mkdir -p K\u00c3\u00a4se; cp b* K*;"
            + " \"$2\" add b\u00c3\u00bcro.json --ruleset empty;"
            + " \"$2\" add K\u00c3\u00a4se --ruleset empty;"
            + " ! \"$2\" add n\u00c3\u00b6.json --ruleset empty";
    Path file = Files.writeString(folder.resolve("script"), script, StandardCharsets.ISO_8859_1);
    for (String locale : List.of("LC_ALL=C", "LANG=de_DE.UTF-8", "LC_CTYPE=POSIX", "NONE=1")) {
      Run run =
          Namespace.process(
              "",
              List.of(
                  "env",
                  "-i",
                  "PATH=" + System.getenv("PATH"),
                  locale,
                  "sh",
                  "-c",
                  ". " + file,
                  folder.toString(),
                  Path.of("testdata/quickstart.json").toAbsolutePath().toString(),
                  TARGET.resolve("portmapctl").toAbsolutePath().toString()));
      assertThat(run.exit()).as("%s: %s", locale, run.err()).isZero();
      assertThat(run.out()).as(locale).contains("8080");
      assertThat(run.err())
          .as(locale)
          .isEqualTo("portmapctl: n\u00f6.json: no such file or folder\n");
    }
  }

  @Test
  void withoutAnArchiveAllIsAsBefore() throws Exception {
    Run run = launch(copy(), List.of());
    assertThat(run).isEqualTo(new Run(0, expected(), ""));
  }

  @Test
  void aBrokenArchiveIsIgnored() throws Exception {
    Path launcher = copy();
    byte[] archive = Files.readAllBytes(TARGET.resolve("portmapctl.jsa"));
    for (byte[] broken : List.of(new byte[0], Arrays.copyOf(archive, 5000), "text".getBytes())) {
      Files.write(folder.resolve("portmapctl.jsa"), broken);
      assertThat(launch(launcher, List.of())).isEqualTo(new Run(0, expected(), ""));
    }
  }

  @Test
  void anArchiveOfAnotherJarIsIgnored() throws Exception {
    Path launcher = copy();
    Files.copy(TARGET.resolve("portmapctl.jsa"), folder.resolve("portmapctl.jsa"));
    assertThat(launch(launcher, List.of())).isEqualTo(new Run(0, expected(), ""));
  }

  @Test
  void anotherJavaIgnoresTheArchive() throws Exception {
    List<Path> others;
    try (Stream<Path> list = Files.list(Path.of("/usr/lib/jvm"))) {
      others =
          list.map(home -> home.resolve("release"))
              .filter(Files::exists)
              .filter(release -> Runtime.version().feature() < feature(release))
              .toList();
    }
    org.junit.jupiter.api.Assumptions.assumeFalse(
        others.isEmpty(), "no Java newer than the one that runs the tests is installed");
    for (Path release : others) {
      Run run = launch(TARGET.resolve("portmapctl"), List.of("JAVA_HOME=" + release.getParent()));
      assertThat(run).as(release.toString()).isEqualTo(new Run(0, expected(), ""));
    }
  }

  private static int feature(Path release) {
    try {
      return Files.readAllLines(release).stream()
          .filter(l -> l.startsWith("JAVA_VERSION="))
          .map(l -> l.replaceAll("[^0-9]*([0-9]+).*", "$1"))
          .mapToInt(Integer::parseInt)
          .findFirst()
          .orElse(0);
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  @Test
  void anOldOrMissingJavaIsSaid() throws Exception {
    Path old = Files.createDirectories(folder.resolve("old/bin"));
    Files.copy(Path.of("/bin/true"), old.resolve("java"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"11.0.2\"\n");
    Run run = launch(TARGET.resolve("portmapctl"), List.of("JAVA_HOME=" + folder.resolve("old")));
    assertThat(run)
        .isEqualTo(
            new Run(
                4,
                "",
                "portmapctl: "
                    + old.resolve("java")
                    + " is Java 11.0.2; Java 17 or newer is needed\n"));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Run missing = launch(TARGET.resolve("portmapctl"), List.of("-u", "JAVA_HOME", "PATH=" + empty));
    assertThat(missing)
        .isEqualTo(
            new Run(
                4,
                "",
                "portmapctl: no Java found; install a Java 17 runtime or newer, or set"
                    + " JAVA_HOME\n"));
  }

  /** A program that leaves a trace where it is run, in the folder and in one below it. */
  private Path plant(String... names) throws Exception {
    Path ran = folder.resolve("ran");
    for (String place : List.of(".", "bin")) {
      for (String name : names) {
        Path program = Files.createDirectories(folder.resolve(place)).resolve(name);
        Files.writeString(program, "#!/bin/sh\necho \"$0 $*\" >>" + ran + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return ran;
  }

  /** Runs a command in the folder of the planted programs. */
  private Run there(Namespace host, List<String> environment, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("env", "-C", folder.toString()));
    words.addAll(environment);
    words.addAll(List.of(command));
    return host.run("", words);
  }

  /**
   * Whoever owns the folder that one stands in, or that an empty, a dotted or a bare element of
   * PATH means, has nothing run.
   */
  @Test
  void noProgramOfARelativeElementOfThePathIsRun() throws Exception {
    List<String> tables =
        new ArrayList<>(List.of("java", "unshare", "conntrack", "sh", "readlink"));
    for (String family : List.of("iptables", "ip6tables")) {
      for (String variant : List.of("", "-nft", "-legacy")) {
        tables.addAll(List.of(family + variant + "-save", family + variant + "-restore"));
      }
    }
    Path ran = plant(tables.toArray(new String[0]));
    String launcher = TARGET.resolve("portmapctl").toString();
    String document = Path.of("testdata/quickstart.json").toAbsolutePath().toString();
    try (Namespace host = Namespace.withBridge()) {
      for (String path :
          List.of(":", ".:", "bin:", "./bin::.:", "../" + folder.getFileName() + ":")) {
        List<String> hostile = List.of("-u", "JAVA_HOME", "PATH=" + path + System.getenv("PATH"));
        for (String[] words :
            new String[][] {
              {launcher, "list"},
              {launcher, "explain", "--port", "8080"},
              {launcher, "add", document, "--apply", "--rehearse", "--lock-file", "lock"},
              {launcher, "snapshot", "snapshot.json"},
              {launcher, "del", document, "--apply", "--lock-file", "lock"},
            }) {
          Run run = there(host, hostile, words);
          assertThat(run.exit()).as("%s %s: %s", path, words[1], run.err()).isZero();
          assertThat(ran).as("%s %s", path, words[1]).doesNotExist();
        }
      }
      Path link = Files.createSymbolicLink(folder.resolve("pm"), TARGET.resolve("portmapctl"));
      List<String> other =
          List.of("JAVA_HOME=" + folder.resolve("none"), "PATH=:" + System.getenv("PATH"));
      assertThat(there(host, other, link.toString(), "--version").exit()).isZero();
      assertThat(ran).doesNotExist();
      Files.delete(link);
      // a shell does run them, so that their silence means something
      there(host, List.of("PATH=:/bin"), "/bin/sh", "-c", "iptables-save x");
      assertThat(ran).exists();
    }
  }

  /** Where nothing but relative elements is left there is no Java. */
  @Test
  void aJavaInARelativeElementOfThePathIsNone() throws Exception {
    Path ran = plant("java");
    try (Namespace host = Namespace.make()) {
      for (String path : List.of("", ":", ".", "bin", "./bin::.")) {
        List<String> hostile = List.of("-u", "JAVA_HOME", "PATH=" + path);
        Run run = there(host, hostile, TARGET.resolve("portmapctl").toString(), "--version");
        assertThat(run)
            .as(path)
            .isEqualTo(
                new Run(
                    4,
                    "",
                    "portmapctl: no Java found; install a Java 17 runtime or newer, or set"
                        + " JAVA_HOME\n"));
        assertThat(ran).doesNotExist();
      }
    }
  }

  /** They would load code of whoever set them, and say so on standard error. */
  @Test
  void optionsForEveryJavaAreDropped() throws Exception {
    for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      String hostile = name + "=-agentpath:" + folder.resolve("agent.so");
      assertThat(launch(TARGET.resolve("portmapctl"), List.of(hostile)))
          .as(name)
          .isEqualTo(new Run(0, expected(), ""));
      // this Java does hear it
      String java = ProcessHandle.current().info().command().orElseThrow();
      Run plain = Namespace.process("", List.of("env", hostile, java, "-version"));
      assertThat(plain.exit()).as(name).isNotZero();
      assertThat(plain.err()).contains(name);
    }
  }

  /** The same for what makes the archive, as root, when a package is installed. */
  @Test
  void whatMakesTheArchiveIsAsCareful() throws Exception {
    copy();
    Files.copy(
        TARGET.resolve("make-archive"),
        folder.resolve("make-archive"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(TARGET.resolve("portmapctl.classes"), folder.resolve("portmapctl.classes"));
    Files.delete(folder.resolve("portmapctl.java"));
    Path ran = plant("java");
    String java = ProcessHandle.current().info().command().orElseThrow();
    try (Namespace host = Namespace.make()) {
      for (String path : List.of(":", ".:", "bin:")) {
        List<String> hostile =
            List.of(
                "-u",
                "JAVA_HOME",
                "JAVA_TOOL_OPTIONS=-agentpath:" + folder.resolve("agent.so"),
                "JDK_JAVA_OPTIONS=-agentpath:" + folder.resolve("agent.so"),
                "_JAVA_OPTIONS=-agentpath:" + folder.resolve("agent.so"),
                "PATH=" + path + Path.of(java).getParent() + ":/usr/bin:/bin");
        Run run = there(host, hostile, "./make-archive");
        assertThat(run).as(path).isEqualTo(new Run(0, "", ""));
        assertThat(ran).as(path).doesNotExist();
        assertThat(folder.resolve("portmapctl.java")).exists();
      }
    }
  }

  @Test
  void aSymbolicLinkToTheLauncherWorks() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("pm"), TARGET.resolve("portmapctl"));
    assertThat(launch(link, List.of())).isEqualTo(new Run(0, expected(), ""));
    Files.delete(link);
  }

  @Test
  void aBrokenPipeEndsQuietly() throws Exception {
    Needs.program("head");
    Run run =
        Namespace.process(
            "",
            List.of(
                "sh",
                "-c",
                TARGET.resolve("portmapctl")
                    + " add testdata/podman-host/cni-cache --ruleset empty | head -1"));
    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                "network db, container 111e98289b695fc90ca24e947557e7e2f2fa2fa04951878b1c5defd10fbbfedc:\n",
                "1 folder entry of other kinds passed over (--verbose names them)\n"));
  }

  @Test
  void resultsThatNobodyHasAreAnError() throws Exception {
    for (String words :
        List.of(
            "list --ruleset testdata/podman-host/iptables-save.txt",
            "add testdata/quickstart.json --ruleset empty -o restore",
            "explain --port 8080 --ruleset empty -o json",
            "generate-completion zsh",
            "--help",
            "--version")) {
      Run run =
          Namespace.process(
              "", List.of("sh", "-c", TARGET.resolve("portmapctl") + " " + words + " >/dev/full"));
      assertThat(run.exit()).as(words).isEqualTo(4);
      assertThat(run.err())
          .as(words)
          .endsWith(
              "portmapctl: standard output: the results cannot be written: No space left on"
                  + " device\n");
    }
  }

  /**
   * Prints how long a start takes with and without launcher and archive; no bound, machines differ.
   */
  @Test
  void startUpTimes() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    List<Long> launcher = new ArrayList<>();
    List<Long> jar = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      launcher.add(starts(TARGET.resolve("portmapctl").toString()));
      jar.add(starts(java + " -jar " + TARGET.resolve("portmapctl.jar")));
    }
    Collections.sort(launcher);
    Collections.sort(jar);
    long fast = launcher.get(ROUNDS / 2);
    long slow = jar.get(ROUNDS / 2);
    System.out.printf(
        "start-up, median of %d times %d starts: launcher %d ms, java -jar %d ms, ratio %.2f%n",
        ROUNDS, STARTS, fast, slow, (double) fast / slow);
  }

  /** Milliseconds a start, of several in one shell. */
  private static long starts(String program) throws Exception {
    String command = program + " " + String.join(" ", ADD) + " >/dev/null";
    String loop = "for i in $(seq " + STARTS + "); do " + command + " || exit 1; done";
    long start = System.nanoTime();
    Run run = Namespace.process("", List.of("sh", "-c", loop));
    assertThat(run.exit()).as(run.err()).isZero();
    return (System.nanoTime() - start) / 1_000_000 / STARTS;
  }
}
