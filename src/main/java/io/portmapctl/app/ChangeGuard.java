package io.portmapctl.app;

import io.portmapctl.fault.HostFault;
import io.portmapctl.file.PrivateFolder;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.live.GuardScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Watches over one change until it may stay: a process of its own session takes it back in time,
 * whatever becomes of the program, its terminal and its login. It is there before the change is.
 */
final class ChangeGuard {
  private static final String DECIDED = "decided";
  private static final int STARTING_MILLIS = 5_000;
  private static final int PAUSE_MILLIS = 20;

  /** How long a guard may take that takes a change back. */
  private static final int ENDING_MILLIS = 60_000;

  private final Exec exec;
  private final Host host;
  private final int seconds;
  private Optional<PrivateFolder> folder = Optional.empty();

  /** One that waits so many seconds once the change is made. */
  ChangeGuard(Exec exec, Host host, int seconds) {
    this.exec = exec;
    this.host = host;
    this.seconds = seconds;
  }

  /**
   * Has it watch over a change that is about to be made.
   *
   * @param undo the script that takes back all that was made so far and that change
   * @param about what the change is, for who may confirm it, as octets
   * @throws HostException where it cannot: then nothing may be changed
   */
  void arm(String undo, String about) throws HostException {
    boolean first = folder.isEmpty();
    try {
      PrivateFolder state = first ? PendingChange.newFolder() : folder.get();
      state.write("undo", undo);
      if (first) {
        folder = Optional.of(state);
        state.write("watch", GuardScript.text());
        state.write("about", about);
        start(state);
      }
    } catch (UnwrittenException e) {
      throw failure(
          new HostFault.Unwritten(HostFault.Aside.GUARD, PendingChange.place(), e.fault()));
    }
  }

  private void start(PrivateFolder state) throws HostException {
    for (String program : List.of("sh", "setsid")) {
      if (host.find(program).isEmpty()) {
        throw failure(new HostFault.NotInstalled(program));
      }
    }
    String self = String.valueOf(ProcessHandle.current().pid());
    String script =
        "setsid sh \"$0/watch\" \"$0\" \"$1\" \"$2\" \"$3\" </dev/null >/dev/null 2>&1 &";
    try {
      Exec.Result result =
          exec.run(
              List.of(
                  "sh",
                  "-c",
                  script,
                  state.path().toString(),
                  self,
                  ProcessState.startOf(Path.of("/proc", self)),
                  String.valueOf(seconds)),
              "");
      long end = System.nanoTime() + STARTING_MILLIS * 1_000_000L;
      while (state.content("guard").isEmpty()) {
        if (System.nanoTime() > end) {
          throw failure(program(HostFault.Ending.NOT_RUN, result.error()));
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw failure(program(HostFault.Ending.NOT_RUN, String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(program(HostFault.Ending.NOT_RUN, String.valueOf(e.getMessage())));
    }
  }

  private static HostFault program(HostFault.Ending ending, String said) {
    return new HostFault.Program(ending, "setsid", 0, said);
  }

  private static HostException failure(HostFault fault) {
    return new HostException(HostException.Kind.FAILED, fault);
  }

  /**
   * The change is made, and the time runs.
   *
   * @throws HostException where that cannot be written down
   */
  void made() throws HostException {
    try {
      if (folder.isPresent()) {
        folder.get().write("made", "");
      }
    } catch (UnwrittenException e) {
      throw failure(
          new HostFault.Unwritten(HostFault.Aside.GUARD, PendingChange.place(), e.fault()));
    }
  }

  /** Nothing is to be watched over: nothing was made, or it was taken back. */
  void dismiss() {
    decide(GuardScript.BY_PROGRAM);
    takenBack();
    folder = Optional.empty();
  }

  /** What was decided; empty where nothing is yet. */
  Optional<String> decision() {
    return folder.flatMap(f -> f.decision(DECIDED));
  }

  /** Whether somebody has decided, or there is nothing any more to be decided. */
  boolean isDecided() {
    return folder.isPresent() && (decision().isPresent() || !folder.get().isThere());
  }

  /** Decides; whether that is what was decided, by whomever. */
  boolean decide(String word) {
    if (folder.isEmpty()) {
      return true;
    }
    try {
      return folder.get().decide(DECIDED, word) || decision().equals(Optional.of(word));
    } catch (UnwrittenException e) {
      // who has kept it removes its folder
      return word.equals(GuardScript.KEPT) && !folder.get().isThere();
    }
  }

  /** The program has taken the change back. */
  void takenBack() {
    if (folder.isPresent()) {
      try {
        folder.get().write("done", "");
      } catch (UnwrittenException e) {
        return; // the guard takes it back once more, where nothing is left of it
      }
    }
  }

  /** Waits until the guard has taken the change back; whether it could. */
  boolean guardIsDone() {
    long end = System.nanoTime() + ENDING_MILLIS * 1_000_000L;
    while (folder.isPresent() && System.nanoTime() < end) {
      Optional<String> ended = folder.get().content("ended");
      if (ended.isPresent()) {
        return ended.get().strip().equals("0");
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }
}
