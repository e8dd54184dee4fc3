package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Overlay;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package and the tar.gz: installed, used by an ordinary user, and gone again. */
@Tag("live")
class PackageIT {
  private static final String RULESET = "testdata/podman-host/iptables-save.txt";

  /** An ordinary user, who finds portmapctl on PATH and nothing of root's in the environment. */
  private static final String LIST =
      "setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8"
          + " portmapctl list --ruleset /srv/iptables-save.txt";

  @TempDir private Path folder;

  /** What -Pdist has built. */
  private static Path built(String pattern) throws Exception {
    List<Path> found;
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      found = files.filter(f -> f.getFileName().toString().matches(pattern)).toList();
    }
    Needs.that(!found.isEmpty(), "no package is built; -Pdist builds it");
    assertThat(found).as("packages of other versions too: mvn clean").hasSize(1);
    return found.get(0);
  }

  private static Path debianPackage() throws Exception {
    return built("portmapctl_.*_all\\.deb");
  }

  private static Run expected() {
    return Run.with(
        java.util.Map.of("LC_ALL", "C.UTF-8"), "", List.of("list", "--ruleset", RULESET));
  }

  @Test
  void lintianFindsNoError() throws Exception {
    Path file = debianPackage();
    Needs.program("lintian");
    Run run =
        Namespace.process(
            "", List.of("lintian", "--allow-root", "--fail-on", "error", file.toString()));
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
  }

  @Test
  void everythingIsInItsPlace() throws Exception {
    Path file = debianPackage();
    Needs.program("dpkg-deb");
    Run run = Namespace.process("", List.of("dpkg-deb", "-c", file.toString()));
    List<String> names =
        run.out()
            .lines()
            .map(l -> l.replaceFirst("^.* \\./", "/").replaceFirst(" -> .*", ""))
            .toList();
    assertThat(names)
        .contains(
            "/usr/bin/portmapctl",
            "/usr/share/portmapctl/portmapctl.jar",
            "/usr/share/bash-completion/completions/portmapctl",
            "/usr/share/zsh/vendor-completions/_portmapctl",
            "/usr/share/fish/vendor_completions.d/portmapctl.fish",
            "/usr/share/doc/portmapctl/copyright",
            "/usr/share/doc/portmapctl/NOTICE",
            "/usr/share/doc/portmapctl/portmapctl.cdx.json",
            "/usr/share/portmapctl/schema/plan.schema.json",
            "/usr/lib/systemd/system/portmapctl-restore.service",
            "/usr/lib/systemd/system/portmapctl-restore-again.service",
            "/usr/lib/systemd/system/portmapctl-watch.service",
            "/usr/lib/systemd/system/portmapctl-check.service",
            "/usr/lib/systemd/system/portmapctl-check.timer",
            "/usr/share/portmapctl/watch",
            "/usr/share/portmapctl/check-and-restore",
            "/usr/share/doc/portmapctl/changelog.gz");
    try (Stream<Path> pages = Files.list(Path.of("man"))) {
      assertThat(names)
          .containsAll(
              pages
                  .map(p -> p.getFileName().toString())
                  .map(p -> "/usr/share/man/man" + p.charAt(p.length() - 1) + "/" + p + ".gz")
                  .toList());
    }
    String copyright = Files.readString(Path.of("src/main/dist/copyright"));
    try (Stream<Path> libraries = Files.list(Path.of("target/lib"))) {
      libraries
          .map(l -> l.getFileName().toString().replaceFirst("-[0-9].*", ""))
          .forEach(l -> assertThat(copyright).as("copyright of a library").contains("/" + l + "-"));
    }
  }

  @Test
  void installedUsedAndPurged() throws Exception {
    Path file = debianPackage();
    try (Overlay machine = Overlay.make(folder)) {
      machine.must("install -m 644 -t /srv /mnt/" + file + " /mnt/" + RULESET);
      // images that are kept small leave out manual pages
      machine.must("sed -i /^path-exclude/d /etc/dpkg/dpkg.cfg.d/* /etc/dpkg/dpkg.cfg");
      // the machine may have one of its own
      machine.must("! dpkg -s portmapctl 2>&1 || dpkg --purge portmapctl");
      String traces = "find /etc /usr /var /run -name '*portmapctl*' | sort";
      String before = machine.must(traces);
      machine.must("apt-get install -y --no-install-recommends /srv/" + file.getFileName());

      assertThat(machine.run(LIST)).isEqualTo(expected());
      archiveIsUsed(machine);
      manualAndCompletionsAreFound(machine);
      worksWithoutTheArchive(machine);

      machine.must("touch /run/portmapctl.lock");
      String files = machine.must("dpkg -L portmapctl");
      machine.must("apt-get purge -y portmapctl");
      assertThat(machine.must(traces)).isEqualTo(before);
      for (String name : files.lines().filter(f -> f.contains("portmapctl")).toList()) {
        assertThat(machine.run("ls -d " + name).exit()).as(name).isNotZero();
      }
    }
  }

  private static void archiveIsUsed(Overlay machine) throws Exception {
    String java =
        "$(cat /var/cache/portmapctl/portmapctl.java)"
            + " -XX:SharedArchiveFile=/usr/share/portmapctl/portmapctl.jsa -Xshare:on"
            + " -Xlog:class+load -XX:+UseSerialGC"
            + " -cp /usr/bin/../share/portmapctl/portmapctl.jar io.portmapctl.Main -V";
    assertThat(machine.must(java).lines().filter(l -> l.contains(".cli.Portmapctl ")))
        .singleElement()
        .asString()
        .contains("source: shared objects file");
    assertThat(machine.run("sh -x /usr/bin/portmapctl --version").err())
        .contains("-XX:SharedArchiveFile=/usr/bin/../share/portmapctl/portmapctl.jsa");
  }

  private static void manualAndCompletionsAreFound(Overlay machine) throws Exception {
    Needs.program("man");
    assertThat(machine.must("man -w portmapctl portmapctl-add portmapctl-chains portmapctl-plugin"))
        .contains(
            "/man1/portmapctl.1",
            "/man1/portmapctl-add.1",
            "/man7/portmapctl-chains.7",
            "/man8/portmapctl-plugin.8");
    Needs.program("bash");
    Needs.that(
        Files.exists(Path.of("/usr/share/bash-completion/bash_completion")),
        "bash-completion is not installed");
    assertThat(
            machine.must(
                "bash -c '. /usr/share/bash-completion/bash_completion;"
                    + " _completion_loader portmapctl; complete -p portmapctl'"))
        .isEqualTo("complete -F _portmapctl portmapctl\n");
    Needs.program("zsh");
    assertThat(
            machine.must(
                "zsh -fc 'autoload -Uz compinit; compinit -u -D; print $_comps[portmapctl]'"))
        .isEqualTo("_portmapctl\n");
    Needs.program("fish");
    assertThat(machine.must("HOME=/srv fish -c \"complete -C 'portmapctl li'\""))
        .startsWith("list\t");
  }

  /**
   * It is no more than quick: gone, it is missed by nobody, and a Java that comes brings it back.
   */
  private static void worksWithoutTheArchive(Overlay machine) throws Exception {
    String javaComes =
        "dpkg-trigger --by-package=openjdk /usr/lib/jvm && dpkg --triggers-only portmapctl";
    machine.must("rm -r /var/cache/portmapctl && touch /var/cache/portmapctl");
    Run unable = machine.run(javaComes);
    assertThat(unable.exit()).as(unable.err()).isZero();
    assertThat(unable.err()).contains("each start will take longer");
    assertThat(machine.run(LIST)).isEqualTo(expected());
    machine.must("rm /var/cache/portmapctl");
    machine.must(javaComes);
    archiveIsUsed(machine);
    machine.must("truncate -s 5000 /var/cache/portmapctl/portmapctl.jsa");
    assertThat(machine.run(LIST)).isEqualTo(expected());
  }

  @Test
  void unpackedAnywhere() throws Exception {
    Path file = built("portmapctl-.*\\.tar\\.gz");
    Path place = Files.createDirectory(folder.resolve("a place"));
    Run unpacked =
        Namespace.process(
            "",
            List.of(
                "tar", "-xzf", file.toString(), "-C", place.toString(), "--strip-components=1"));
    assertThat(unpacked.exit()).as(unpacked.err()).isZero();
    assertThat(place.resolve("LICENSE")).exists();
    Path launcher = place.resolve("bin/portmapctl");
    List<String> list =
        List.of("env", "LC_ALL=C.UTF-8", launcher.toString(), "list", "--ruleset", RULESET);
    assertThat(Namespace.process("", list)).isEqualTo(expected());
    Run made =
        Namespace.process("", List.of(place.resolve("share/portmapctl/make-archive").toString()));
    assertThat(made).isEqualTo(new Run(0, "", ""));
    assertThat(place.resolve("share/portmapctl/portmapctl.jsa")).exists();
    assertThat(Namespace.process("", list)).isEqualTo(expected());
    Path link = Files.createSymbolicLink(folder.resolve("pm"), launcher);
    assertThat(Namespace.process("", List.of("sh", "-x", link.toString(), "--version")).err())
        .contains("portmapctl.jsa");
  }
}
