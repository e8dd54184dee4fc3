package io.portmapctl.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cli.KnownNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is offered where. */
@Tag("fast")
class CompletionsTest {
  private final AtomicInteger readings = new AtomicInteger();
  private final Completions completions =
      new Completions(
          () -> {
            readings.incrementAndGet();
            KnownNames names =
                new KnownNames(
                    new TreeSet<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), List.of());
            names.networks().addAll(List.of("web", "db"));
            names.containers().put("5f3c", "web");
            names.containers().put("5f3d", "web");
            names.containers().put("a1", "db");
            names.ports().put("8080", "5f3c");
            names.ports().put("53/udp", "5f3d");
            names.ports().put("127.0.0.1:8443", "5f3d");
            names.ports().put("[::1]:8444", "5f3d");
            names.chains().put("CNI-DN-0123456789abcdef01234", "a1");
            return names;
          });

  private List<String> offered(String... words) {
    int last = words.length - 1;
    return completions.of(List.of(words).subList(0, last), words[last]).stream()
        .map(Suggestion::value)
        .toList();
  }

  @Test
  void commandsWithoutReadingAnything() {
    assertThat(offered("")).contains("add", "list", "use", "exit").doesNotContain("shell");
    assertThat(offered("re")).containsExactly("restore", "reload");
    assertThat(offered("help", "ch")).containsExactly("check");
    assertThat(offered("list", "--st")).containsExactly("--state");
    assertThat(offered("list", "--state", "o")).containsExactly("ok", "orphan");
    assertThat(offered("list", "--state=o")).containsExactly("--state=ok", "--state=orphan");
    assertThat(readings).hasValue(0);
  }

  /** A terminal would obey them, and a person not know what stands on the line. */
  @Test
  void whatCannotBeSeenIsNotOffered(@TempDir Path folder) throws Exception {
    for (String name :
        List.of("a\u001b]0;title\u0007", "a\u009b31m", "a\u202eb", "a\rb", "ab\u00fc")) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(offered("check", folder + "/a")).containsExactly(folder + "/ab\u00fc");
    assertThat(offered("list", ">", folder + "/a")).containsExactly(folder + "/ab\u00fc");
    assertThat(offered("use", folder + "/a")).containsExactly(folder + "/ab\u00fc");
    assertThat(offered("help", "ch")).containsExactly("check");
  }

  @Test
  void namesOfTheRuleset() {
    assertThat(offered("del", "--net", "")).containsExactly("db", "web");
    assertThat(offered("list", "--container-id", "5f")).containsExactly("5f3c", "5f3d");
    assertThat(offered("list", "--container-id=a")).containsExactly("--container-id=a1");
    assertThat(offered("list", "--port", "")).hasSize(4).contains("53/udp", "8080");
    assertThat(offered("list", "--port", "127.")).containsExactly("127.0.0.1:8443");
    assertThat(offered("list", "--port", "[")).containsExactly("[::1]:8444");
    // the port alone, whatever its address
    assertThat(offered("list", "--port", "84")).containsExactly("127.0.0.1:8443", "[::1]:8444");
    assertThat(offered("list", "--port", "80")).containsExactly("8080");
    // an address on which a port of all addresses is published too
    assertThat(offered("explain", "--port", "192.0.2.1:80")).containsExactly("192.0.2.1:8080");
    assertThat(offered("explain", "--port", "[fd00::1]:5")).containsExactly("[fd00::1]:53/udp");
    assertThat(offered("list", "--port", "127.0.0.1:8"))
        .containsExactly("127.0.0.1:8443", "127.0.0.1:8080");
    assertThat(offered("del", "--chain", "CNI")).containsExactly("CNI-DN-0123456789abcdef01234");
    assertThat(offered("nonsense", "--net", "")).isEmpty();
  }

  @Test
  void anOptionIsOfferedOnceUnlessItMayBeRepeated() {
    assertThat(offered("add", "--net", "web", "--n")).containsExactly("--no-snat");
    assertThat(offered("add", "--ip", "10.1.1.1/24", "--ip")).containsExactly("--ip", "--iptables");
  }

  @Test
  void files() {
    assertThat(offered("add", "testdata/quick")).containsExactly("testdata/quickstart.json");
    assertThat(offered("use", "testdata/podman-host/cni")).hasSize(1);
    assertThat(completions.of(List.of("use"), "testdata/podman-host/cni").get(0).whole()).isFalse();
    assertThat(offered("use", "l")).contains("live");
    assertThat(offered("list", "--ruleset", "e")).contains("empty");
    assertThat(offered("add", "no/such/folder/x")).isEmpty();
    assertThat(offered("list", "--wait", "")).isEmpty();
  }

  @Test
  void ofTenThousandIdsOnlyThoseThatBeginSoAreLookedAt() {
    TreeMap<String, String> ids = new TreeMap<>();
    IntStream.range(0, 10_000).forEach(i -> ids.put(String.format("%08x", i * 7919), "web"));
    KnownNames names =
        new KnownNames(new TreeSet<>(), ids, new TreeMap<>(), new TreeMap<>(), List.of());
    Completions many = new Completions(() -> names);
    List<String> before = List.of("list", "--container-id");
    long begun = System.nanoTime();
    assertThat(many.of(before, String.format("%08x", 7919 * 77))).hasSize(1);
    System.out.printf(
        "an ID among 10,000 completed in %d microseconds%n", (System.nanoTime() - begun) / 1_000);
  }
}
