package io.portmapctl.explain;

import io.portmapctl.model.Family;
import io.portmapctl.plan.Published;
import java.util.List;
import java.util.Optional;

/**
 * Who gets connections to a port.
 *
 * @param port the port
 * @param answers the answers, from each kind of sender
 * @param recipient who gets them, where anybody does
 * @param others who else claims the port
 */
public record PortReach(
    Published port,
    List<Answer> answers,
    Optional<Whose.Recipient> recipient,
    List<Whose.Recipient> others) {

  /** Copies the lists. */
  public PortReach {
    answers = List.copyOf(answers);
    others = List.copyOf(others);
  }

  /** The family. */
  public Family family() {
    return port.family();
  }
}
