package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.TakeSnapshot;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.file.WholeFile;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.host.snapshot.SnapshotNotice;
import io.portmapctl.text.Printable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl snapshot}: everything that the other commands would read of this host. */
final class SnapshotCommand implements Command {
  private static final int MOST_WARNINGS = 5;

  private static final Option<Optional<String>> FILE =
      Option.argument(
          "FILE",
          "Where to write it, for the owner's eyes alone (mode 0600); without it, to standard"
              + " output.");

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Writes everything that the other commands would read of this host as one JSON"
                + " document: --host FILE makes them answer from it as they would here and now."
                + " Nothing is changed.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl snapshot > host.json",
            "  portmapctl check /var/lib/cni/results --host host.json");
    FILE.declare(spec);
    ApplyOptions.declareWait(spec);
    OutputOptions.declareQuiet(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      return run(session, given, outcome);
    } catch (Failure failure) {
      return outcome.failed(failure, false);
    }
  }

  private static int run(Session session, ParseResult given, Outcome outcome) throws Failure {
    Host host =
        ChosenHost.local()
            .open(session, VariantChoice.AUTO, ApplyOptions.waitSeconds(given), false)
            .host();
    TakeSnapshot taken =
        TakeSnapshot.of(host, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    String file = FILE.of(given).orElse("");
    if (file.isEmpty()) {
      session.print(taken.text());
    } else {
      write(file, taken.text());
    }
    outcome.warnings(unread(taken));
    return ExitCode.OK.number();
  }

  /** What a person did not get who thinks to have a whole host. */
  private static List<SnapshotNotice> unread(TakeSnapshot taken) {
    List<SnapshotNotice> unread = new ArrayList<>(taken.unread());
    int more = unread.size() - MOST_WARNINGS;
    if (more > 0) {
      unread.subList(MOST_WARNINGS, unread.size()).clear();
      unread.add(new SnapshotNotice.More(more));
    }
    return unread;
  }

  private static void write(String file, String text) throws Failure {
    try {
      WholeFile.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (UnwrittenException e) {
      throw new Failure(Failure.Kind.HOST, Printable.escaped(file), e.fault());
    }
  }
}
