package io.portmapctl.view;

import io.portmapctl.host.snapshot.SnapshotNotice;

/** What a snapshot lacks, in words. */
final class SnapshotNoticeText implements SnapshotNotice.Visitor<String> {

  @Override
  public String unanswered(SnapshotNotice.Unanswered notice) {
    return String.join(" ", notice.command()) + ": " + notice.reason();
  }

  @Override
  public String failed(SnapshotNotice.Failed notice) {
    return String.join(" ", notice.command())
        + ": exit status "
        + notice.exit()
        + ": "
        + notice.error();
  }

  @Override
  public String forbidden(SnapshotNotice.Forbidden notice) {
    return notice.file() + ": permission denied";
  }

  @Override
  public String unreadable(SnapshotNotice.Unreadable notice) {
    return notice.file() + ": " + notice.reason();
  }

  @Override
  public String more(SnapshotNotice.More notice) {
    return notice.count() + " more could not be read: each is in the snapshot with the reason";
  }
}
