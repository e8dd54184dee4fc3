package io.portmapctl.host.snapshot;

import io.portmapctl.notice.Notice;
import java.nio.file.Path;
import java.util.List;

/** What a snapshot holds only the reason of, for which it could not be read. */
public sealed interface SnapshotNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R unanswered(Unanswered notice);

    /** For this kind. */
    R failed(Failed notice);

    /** For this kind. */
    R forbidden(Forbidden notice);

    /** For this kind. */
    R unreadable(Unreadable notice);

    /** For this kind. */
    R more(More notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A program could not be run to its end.
   *
   * @param reason why, in the system's words
   */
  record Unanswered(List<String> command, String reason) implements SnapshotNotice {
    @Override
    public String code() {
      return "command-not-run";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unanswered(this);
    }
  }

  /**
   * A program failed.
   *
   * @param exit its exit status
   * @param error what it said
   */
  record Failed(List<String> command, int exit, String error) implements SnapshotNotice {
    @Override
    public String code() {
      return "command-failed";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.failed(this);
    }
  }

  /** A file may not be read. */
  record Forbidden(Path file) implements SnapshotNotice {
    @Override
    public String code() {
      return "file-forbidden";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.forbidden(this);
    }
  }

  /**
   * A file cannot be read.
   *
   * @param reason why, in the system's words
   */
  record Unreadable(Path file, String reason) implements SnapshotNotice {
    @Override
    public String code() {
      return "file-not-read";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unreadable(this);
    }
  }

  /** So many more could not be read. */
  record More(int count) implements SnapshotNotice {
    @Override
    public String code() {
      return "more-not-read";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.more(this);
    }
  }
}
