package io.portmapctl.explain;

import io.portmapctl.net.Attempt;
import io.portmapctl.net.ListeningSocket;
import java.util.List;

/**
 * What was seen of a port, beside what was foretold.
 *
 * @param answers each sender's answer
 * @param places where connections end, and were looked at
 * @param idle sockets of this host on the port itself, where rules send it elsewhere
 */
public record SeenPort(List<Sight> answers, List<SeenPlace> places, List<ListeningSocket> idle) {

  /** Copies the lists. */
  public SeenPort {
    answers = List.copyOf(answers);
    places = List.copyOf(places);
    idle = List.copyOf(idle);
  }

  /**
   * One sender's.
   *
   * @param foretold what rules, routes and settings say
   * @param judged the same, with what was seen
   * @param attempt what became of a connection
   */
  public record Sight(Answer foretold, Answer judged, Attempt attempt) {

    /** Whether a connection that was tried fared otherwise than was foretold. */
    public boolean differs() {
      return attempt.succeeded() && foretold.result() == Answer.Result.FAILS
          || attempt.failed() && foretold.result() == Answer.Result.WORKS;
    }
  }
}
