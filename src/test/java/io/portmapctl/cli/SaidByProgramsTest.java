package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.host.Exec;
import io.portmapctl.host.snapshot.Snapshot;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs say on standard error that read rules all the same: passed on once. */
@Tag("fast")
class SaidByProgramsTest {
  private static final String RECORDS = "/var/lib/cni/results";

  @TempDir private Path folder;

  /** The host of the golden cases, whose programs of the nft variant say something. */
  private String host(String words) throws Exception {
    Snapshot host =
        SnapshotFormat.parse(Files.readAllBytes(Path.of("testdata/inputs/host.snapshot.json")));
    List<Snapshot.Reply> replies = new ArrayList<>();
    for (Snapshot.Reply reply : host.commands()) {
      String program = reply.command().get(0);
      boolean says = program.endsWith("tables-save") || program.endsWith("-nft-save");
      Optional<Exec.Result> result =
          reply.result().map(r -> new Exec.Result(r.exit(), r.output(), says ? words : r.error()));
      replies.add(new Snapshot.Reply(reply.command(), result, reply.reason()));
    }
    Snapshot saying =
        new Snapshot(
            host.taken(),
            host.programs(),
            host.realPaths(),
            replies,
            host.interfaces(),
            host.noInterfaces(),
            host.files(),
            host.namespaces(),
            host.holders());
    Path file = Files.writeString(folder.resolve("host.json"), SnapshotFormat.print(saying));
    return file.toString();
  }

  private static List<List<String>> commands() {
    return List.of(
        List.of("list"),
        List.of("list", "--iptables", "nft"),
        List.of("check", RECORDS),
        List.of("explain", RECORDS),
        List.of("explain", "--port", "8080"),
        List.of("explain", "--packet", "tcp 203.0.113.9:4000 -> 192.0.2.1:8080"),
        List.of("add", RECORDS),
        List.of("add", RECORDS, "-o", "json"),
        List.of("del", RECORDS),
        List.of("gc", RECORDS));
  }

  @Test
  void everyCommandPassesItOnOnce() throws Exception {
    String host = host("# a table is odd\n\n  it is of B\u00c3\u00bcro\u001b\n");
    for (List<String> command : commands()) {
      List<String> words = new ArrayList<>(command);
      words.addAll(List.of("--host", host));
      Run run = Run.of(words.toArray(String[]::new));
      String said = new String((run.out() + run.err()).getBytes("ISO-8859-1"), "UTF-8");
      assertThat(said.split("tables(-nft)?-save says: ", -1)).as("%s: %s", words, said).hasSize(2);
      String escape = command.contains("json") ? "\\\\x1b" : "\\x1b";
      assertThat(run.out() + run.err()).contains("# a table is odd; it is of B");
      assertThat(run.out() + run.err()).contains(escape);
    }
  }

  @Test
  void muchIsCutAndNothingIsNothing() throws Exception {
    assertThat(Run.of("list", "--host", host("a\nb\nc\nd\ne\nf\ng\n")).err())
        .contains("warning: iptables-save says: a; b; c; d; e; and 2 lines more\n");
    assertThat(Run.of("list", "--host", host(" \n")).err()).doesNotContain("says");
    assertThat(Run.of("list", "-q", "--host", host("a\n")).err()).isEmpty();
  }
}
