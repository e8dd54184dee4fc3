package io.portmapctl.app;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.snapshot.Recorder;
import io.portmapctl.host.snapshot.Snapshot;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.host.snapshot.SnapshotNotice;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a snapshot of a host: what the other use cases would read of it.
 *
 * @param text the document; each character is one octet
 * @param unread what could not be read, which is in the document with the reason
 */
public record TakeSnapshot(String text, List<SnapshotNotice> unread) {

  /**
   * Takes it.
   *
   * @param time when, as ISO 8601 writes it
   */
  public static TakeSnapshot of(Host host, String time) {
    Snapshot snapshot = Recorder.record(host, time);
    List<SnapshotNotice> unread = new ArrayList<>();
    for (Snapshot.Reply reply : snapshot.commands()) {
      if (reply.result().isEmpty()) {
        unread.add(new SnapshotNotice.Unanswered(reply.command(), reply.reason()));
      } else if (reply.result().get().exit() != 0) {
        Exec.Result result = reply.result().get();
        unread.add(
            new SnapshotNotice.Failed(reply.command(), result.exit(), result.error().strip()));
      }
    }
    snapshot
        .files()
        .forEach(
            (path, entry) -> {
              if (entry.kind() == Snapshot.Kind.FORBIDDEN) {
                unread.add(new SnapshotNotice.Forbidden(path));
              } else if (entry.kind() == Snapshot.Kind.FAILED) {
                unread.add(new SnapshotNotice.Unreadable(path, entry.content()));
              }
            });
    return new TakeSnapshot(SnapshotFormat.print(snapshot), List.copyOf(unread));
  }
}
