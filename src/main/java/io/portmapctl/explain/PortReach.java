package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.portmap.PublishedPort;
import java.util.List;

/**
 * Who gets connections to a port.
 *
 * @param port the port
 * @param answers the answers, from each kind of sender
 * @param recipients who gets them; several where senders are told apart, or chance decides
 * @param others who else claims the port
 */
public record PortReach(
    PublishedPort port,
    List<Answer> answers,
    List<ChainOwners.Recipient> recipients,
    List<ChainOwners.Recipient> others) {

  /** Copies the lists. */
  public PortReach {
    answers = List.copyOf(answers);
    recipients = List.copyOf(recipients);
    others = List.copyOf(others);
  }

  /** The family. */
  public Family family() {
    return port.family();
  }
}
