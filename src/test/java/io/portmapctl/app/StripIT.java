package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left of a saved ruleset, in kernels. */
@Tag("live")
class StripIT {
  private static final Path OWN = Path.of("testdata/inputs/strip-own.save");
  private static final Path CONTAINERS = Path.of("testdata/inputs/strip-containers.save");

  /** The kernel takes what is left, and has then what it had before the programs came. */
  @Test
  void whatIsLeftLoads() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      try (Namespace first = Namespace.make();
          Namespace second = Namespace.make()) {
        String restore = "iptables-" + variant + "-restore";
        String save = "iptables-" + variant + "-save";
        first.must(Files.readString(OWN), restore, "-c");
        String before = first.must("", save, "-c");
        first.must(Files.readString(CONTAINERS), restore, "--noflush");
        String after = first.must("", save, "-c");
        assertThat(after).contains("KUBE-SVC-", "DOCKER", "CNI-DN-", "NETAVARK-DN-");
        Run strip = Run.with(Map.of(), after, List.of("strip", "-"));
        String left = strip.out();
        assertThat(Run.with(Map.of(), left, List.of("strip", "-")).out()).isEqualTo(left);
        second.must(left, restore, "-c");
        assertThat(rules(second.must("", save, "-c"))).as(variant).isEqualTo(rules(before));
        second.must(left, restore, "--test");
      }
    }
  }

  private static List<String> rules(String save) {
    return save.lines()
        .filter(l -> !l.startsWith("#"))
        .map(l -> l.startsWith(":") ? l.replaceFirst(" \\[.*", "") : l)
        .sorted()
        .toList();
  }
}
