package io.portmapctl.cli;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.host.live.ProcessExec;

/** Which host counts as the live one. */
final class ChosenHost {
  private static final int WAIT_SECONDS = 30;

  /**
   * A host, and what acts on it.
   *
   * @param host what is read of it
   * @param exec what changes it
   */
  record Opened(Host host, Exec exec) {}

  /** The host, to be read. */
  Host open(Session session) throws Failure {
    return open(session, WAIT_SECONDS).host();
  }

  /**
   * The host.
   *
   * @param waitSeconds how long its programs wait for locks
   */
  Opened open(Session session, int waitSeconds) throws Failure {
    Exec exec = new ProcessExec(waitSeconds + 30);
    return new Opened(LocalHost.of(session.variable("PATH").orElse(""), exec), exec);
  }
}
