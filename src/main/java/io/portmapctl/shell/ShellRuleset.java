package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.KnownNames;
import io.portmapctl.cli.Session;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The ruleset that is worked on, and the names in it: read when first asked for, and once. */
final class ShellRuleset {
  private static final int PATIENCE_SECONDS = 10;

  private final Session session;
  private ChosenRuleset ruleset;
  private CompletableFuture<KnownNames.Reading> reading = new CompletableFuture<>();
  private boolean started;
  private boolean said;

  /**
   * Work that begins.
   *
   * @param session the surroundings in which rulesets are read
   */
  ShellRuleset(Session session, ChosenRuleset ruleset) {
    this.session = session;
    this.ruleset = ruleset;
  }

  synchronized ChosenRuleset ruleset() {
    return ruleset;
  }

  /** Takes a ruleset that has been read. */
  synchronized void use(ChosenRuleset other, KnownNames.Reading read) {
    ruleset = other;
    reading = CompletableFuture.completedFuture(read);
    started = true;
  }

  /** The names are not what they were: they are read anew when next asked for. */
  synchronized void forget() {
    reading = new CompletableFuture<>();
    started = false;
    said = false;
  }

  /** Reads a ruleset now. */
  KnownNames.Reading read(ChosenRuleset other) {
    return KnownNames.read(session, other);
  }

  /** The names; none where they cannot be read, or not soon enough. */
  KnownNames names() {
    return reading().names();
  }

  /** What keeps the names from being known, where that has not been said yet. */
  synchronized List<String> news() {
    if (said || !started || !reading.isDone()) {
      return List.of();
    }
    said = true;
    return reading().problems();
  }

  private KnownNames.Reading reading() {
    try {
      return start().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return new KnownNames.Reading(KnownNames.none(), 0, List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new KnownNames.Reading(KnownNames.none(), 0, List.of());
    }
  }

  private synchronized CompletableFuture<KnownNames.Reading> start() {
    if (!started) {
      started = true;
      CompletableFuture<KnownNames.Reading> wanted = reading;
      ChosenRuleset from = ruleset;
      Thread reader =
          new Thread(
              () -> {
                try {
                  wanted.complete(read(from));
                } catch (RuntimeException | OutOfMemoryError e) {
                  wanted.completeExceptionally(e);
                }
              },
              "names");
      reader.setDaemon(true);
      reader.start();
    }
    return reading;
  }
}
