package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who gets connections to a port.
 *
 * @param port the port
 * @param answers the answers, from each kind of sender
 * @param recipients who gets them; several where senders are told apart, or chance decides
 * @param others who else claims the port
 * @param stranded where nobody gets them, whose entries for the port are reached by nobody
 */
public record PortReach(
    PublishedPort port,
    List<Answer> answers,
    List<ChainOwners.Recipient> recipients,
    List<ChainOwners.Recipient> others,
    List<Stranded> stranded) {

  /** Copies the lists. */
  public PortReach {
    answers = List.copyOf(answers);
    recipients = List.copyOf(recipients);
    others = List.copyOf(others);
    stranded = List.copyOf(stranded);
  }

  /**
   * An entry for a port that packets do not come to.
   *
   * @param container whose it is, where that can be told
   * @param chain the container's chain
   * @param entries the shared chain of entries
   * @param builtIns the built-in chains from which no rule leads there
   */
  public record Stranded(
      Optional<Identity> container, String chain, String entries, List<String> builtIns) {

    /** Copies the list. */
    public Stranded {
      builtIns = List.copyOf(builtIns);
    }

    /** Those of a table for a port. */
    static List<Stranded> of(PortmapTable owned, PublishedPort port) {
      List<Stranded> stranded = new ArrayList<>();
      for (PortmapTable.Claim claim : owned.claims(port)) {
        List<String> missing =
            Stream.of("PREROUTING", "OUTPUT")
                .filter(b -> !owned.leadsToEntries(b, claim.chain()))
                .toList();
        Stranded one =
            new Stranded(
                owned.owner(claim.chain()),
                claim.chain(),
                Layouts.entryChains(claim.chain()).get(0),
                missing);
        if (missing.contains("PREROUTING") && !stranded.contains(one)) {
          stranded.add(one);
        }
      }
      return stranded;
    }
  }

  /** The family. */
  public Family family() {
    return port.family();
  }
}
