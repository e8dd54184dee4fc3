package io.portmapctl.view;

import io.portmapctl.app.CheckReport;
import io.portmapctl.check.Finding;

/** What check found, as metrics; the text is octets. */
public final class CheckMetrics {
  private CheckMetrics() {}

  /**
   * The text.
   *
   * @param complete whether every document could be looked at
   * @param time when, in seconds since 1970
   */
  public static String render(CheckReport check, boolean complete, long time) {
    OpenMetrics metrics = new OpenMetrics();
    metrics
        .family(
            "check_ok",
            OpenMetrics.Type.GAUGE,
            "Whether every attachment that should be there is exactly there.")
        .set(check.audit().ok() && complete ? 1 : 0);
    OpenMetrics.Family attachments =
        metrics.family(
            "check_attachments", OpenMetrics.Type.GAUGE, "Attachments, by what check found.");
    for (Finding.Status status : Finding.Status.values()) {
      attachments.set(check.audit().count(status), "status", status.id());
    }
    metrics
        .family(
            "check_advice",
            OpenMetrics.Type.GAUGE,
            "What else keeps packets from mappings, or a person must decide.")
        .set(check.advice().size());
    metrics
        .family("check_timestamp_seconds", OpenMetrics.Type.GAUGE, "When the check was made.")
        .set(time);
    return metrics.text();
  }
}
