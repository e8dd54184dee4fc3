package io.portmapctl.view;

import io.portmapctl.app.AppNotice;
import io.portmapctl.check.Advice;
import io.portmapctl.check.CheckNotice;
import io.portmapctl.cni.DocumentNotice;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.snapshot.SnapshotNotice;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.PlanNotice;
import io.portmapctl.portmap.LayoutNotice;
import io.portmapctl.text.Printable;

/** The sentence of every notice, for text and JSON alike. */
public final class NoticeText {
  private NoticeText() {}

  /**
   * The sentence. What it quotes of inputs and rulesets is as it is there, but for a conflict's:
   * who shows it escapes it.
   */
  public static String of(Notice notice) {
    if (notice instanceof PlanNotice plan) {
      return plan.accept(new PlanNoticeText());
    }
    if (notice instanceof DocumentNotice document) {
      return document.accept(new DocumentNoticeText());
    }
    if (notice instanceof LayoutNotice layout) {
      return layout.accept(new LayoutNoticeText());
    }
    if (notice instanceof HostNotice host) {
      return host.accept(new HostNoticeText());
    }
    if (notice instanceof SnapshotNotice snapshot) {
      return snapshot.accept(new SnapshotNoticeText());
    }
    if (notice instanceof AppNotice app) {
      return app.accept(new AppNoticeText());
    }
    if (notice instanceof CheckNotice check) {
      return check.accept(new CheckNoticeText());
    }
    if (notice instanceof Advice advice) {
      return advice.accept(new AdviceText());
    }
    if (notice instanceof Conflict conflict) {
      return Sentences.conflict(conflict);
    }
    throw new IllegalArgumentException(notice.getClass().getName());
  }

  /** The sentence as a terminal may show it. */
  static String shown(Notice notice) {
    return Printable.escaped(of(notice));
  }

  /** What keeps a host from forwarding, for a sentence of its own or the middle of one. */
  static String obstacle(ForwardingObstacle obstacle) {
    return switch (obstacle.kind()) {
      case SETTING ->
          ForwardingObstacle.setting(obstacle.family())
              + " is 0: this host forwards nothing, what it sends itself aside";
      case EMPTY_CHAIN ->
          obstacle.family().title()
              + ": chain FORWARD of table filter has the policy DROP and no rules: nothing is"
              + " forwarded";
    };
  }

  private static final class DocumentNoticeText implements DocumentNotice.Visitor<String> {
    @Override
    public String noCapability(DocumentNotice.NoCapability notice) {
      return notice.source()
          + ": "
          + notice.path()
          + " of "
          + Printable.quoted(notice.list())
          + " does not ask for \"capabilities\": {\"portMappings\": true}; a runtime would"
          + " pass it no mappings";
    }

    @Override
    public String noEffect(DocumentNotice.NoEffect notice) {
      return notice.source()
          + ": "
          + Printable.escaped(notice.path())
          + " does nothing; "
          + notice.meant()
          + " may be meant, in its place";
    }

    @Override
    public String mappedTwice(DocumentNotice.MappedTwice notice) {
      String port = notice.first().hostPort() + "/" + notice.first().protocol().id();
      return notice.source()
          + ": "
          + (notice.ports() == 1
              ? "host port " + port + " is given twice"
              : notice.ports() + " host ports are given twice, as " + port)
          + "; the first mapping takes all connections";
    }

    @Override
    public String noContainerAddress(DocumentNotice.NoContainerAddress notice) {
      return notice.source()
          + ": "
          + notice.address()
          + " is the network's own address; no container has it";
    }
  }

  private static final class LayoutNoticeText implements LayoutNotice.Visitor<String> {
    @Override
    public String beforeKubeProxy(LayoutNotice.BeforeKubeProxy notice) {
      return "layout "
          + notice.layout().id()
          + " puts its jumps before kube-proxy's: a host port can take over a service's traffic"
          + " (CVE-2019-9946)";
    }
  }
}
