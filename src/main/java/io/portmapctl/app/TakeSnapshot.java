package io.portmapctl.app;

import io.portmapctl.host.Host;
import io.portmapctl.host.snapshot.Recorder;
import io.portmapctl.host.snapshot.Snapshot;
import io.portmapctl.host.snapshot.SnapshotFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a snapshot of a host: what the other use cases would read of it.
 *
 * @param text the document; each character is one octet
 * @param unread what could not be read, which is in the document with the reason
 */
public record TakeSnapshot(String text, List<Unread> unread) {

  /** Something that could not be read. */
  public sealed interface Unread {}

  /** A program that could not be started. */
  public record NotStarted(List<String> command, String reason) implements Unread {}

  /** A program that ended with another exit status than 0. */
  public record Failed(List<String> command, int exit, String error) implements Unread {}

  /** A file that may not be read. */
  public record Forbidden(Path file) implements Unread {}

  /** A file that could not be read for another reason. */
  public record Unreadable(Path file, String reason) implements Unread {}

  /**
   * Takes it.
   *
   * @param time when, as ISO 8601 writes it
   */
  public static TakeSnapshot of(Host host, String time) {
    Snapshot snapshot = Recorder.record(host, time);
    List<Unread> unread = new ArrayList<>();
    for (Snapshot.Reply reply : snapshot.commands()) {
      if (reply.result().isEmpty()) {
        unread.add(new NotStarted(reply.command(), reply.reason()));
      } else if (reply.result().get().exit() != 0) {
        unread.add(
            new Failed(
                reply.command(),
                reply.result().get().exit(),
                reply.result().get().error().strip()));
      }
    }
    snapshot
        .files()
        .forEach(
            (path, entry) -> {
              if (entry.kind() == Snapshot.Kind.FORBIDDEN) {
                unread.add(new Forbidden(path));
              } else if (entry.kind() == Snapshot.Kind.FAILED) {
                unread.add(new Unreadable(path, entry.content()));
              }
            });
    return new TakeSnapshot(SnapshotFormat.print(snapshot), List.copyOf(unread));
  }
}
