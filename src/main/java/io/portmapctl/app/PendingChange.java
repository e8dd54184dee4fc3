package io.portmapctl.app;

import io.portmapctl.file.PrivateFolder;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.host.live.GuardScript;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change that waits to be confirmed, or what is left of one.
 *
 * @param id by what it is named
 * @param about what it is, as octets
 * @param state what becomes of it
 * @param said what was said when it was taken back, as octets
 * @param folder where it is written down
 */
public record PendingChange(
    String id, String about, State state, String said, PrivateFolder folder) {
  private static final String DECIDED = "decided";

  /** What becomes of a change. */
  public enum State {
    /** It is taken back unless it is confirmed. */
    WAITING,
    /** Somebody has decided just now. */
    DECIDED,
    /** It was taken back. */
    TAKEN_BACK,
    /** It could not be taken back, or not all of it. */
    NOT_TAKEN_BACK,
    /** Its program ended before it was made; what was found of it was taken back. */
    BROKEN_OFF,
    /** Nobody watches over it any more: it stays as it is. */
    FORGOTTEN
  }

  /** Where changes of this user wait: the same from every login. */
  static String place() {
    return PrivateFolder.user() == 0 && Path.of("/run").toFile().canWrite()
        ? "/run/portmapctl"
        : System.getProperty("user.home") + "/.local/state/portmapctl/waiting";
  }

  /**
   * A folder for a change that will be made.
   *
   * @throws UnwrittenException where it cannot be made for this user alone
   */
  static PrivateFolder newFolder() throws UnwrittenException {
    String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
    return PrivateFolder.make(place()).create(time + "-" + ProcessHandle.current().pid());
  }

  /**
   * Those of this user.
   *
   * @throws UnwrittenException where another can have a hand in them
   */
  public static List<PendingChange> all() throws UnwrittenException {
    List<PendingChange> all = new ArrayList<>();
    Optional<PrivateFolder> place = PrivateFolder.open(place());
    if (place.isPresent()) {
      for (PrivateFolder folder : place.get().folders()) {
        if (!isBeginning(folder)) {
          all.add(
              new PendingChange(
                  folder.name(),
                  folder.content("about").orElse(""),
                  state(folder),
                  folder.content("said").orElse(""),
                  folder));
        }
      }
    }
    return List.copyOf(all);
  }

  /** Whether its program is there and has not come to making anything. */
  private static boolean isBeginning(PrivateFolder folder) {
    String program = folder.name().substring(folder.name().lastIndexOf('-') + 1);
    return folder.content("guard").isEmpty()
        && !ProcessState.startOf(Path.of("/proc", program)).isEmpty();
  }

  private static State state(PrivateFolder folder) {
    Optional<String> ended = folder.content("ended");
    if (ended.isPresent()) {
      if (folder.content("made").isEmpty()) {
        return State.BROKEN_OFF;
      }
      return ended.get().strip().equals("0") ? State.TAKEN_BACK : State.NOT_TAKEN_BACK;
    }
    String[] guard = folder.content("guard").orElse("").strip().split(" ", -1);
    boolean watched =
        guard.length == 2
            && guard[0].matches("[0-9]{1,10}")
            && ProcessState.startOf(Path.of("/proc", guard[0])).equals(guard[1]);
    if (!watched) {
      return State.FORGOTTEN;
    }
    return folder.decision(DECIDED).isPresent() ? State.DECIDED : State.WAITING;
  }

  /**
   * Lets it stay.
   *
   * @return whether it does; not, where it is being taken back already
   * @throws UnwrittenException where that cannot be written down
   */
  public boolean keep() throws UnwrittenException {
    return folder.decide(DECIDED, GuardScript.KEPT)
        || folder.decision(DECIDED).equals(Optional.of(GuardScript.KEPT));
  }

  /** Removes what is written down of one that is over. */
  public void forget() throws UnwrittenException {
    folder.remove();
  }
}
