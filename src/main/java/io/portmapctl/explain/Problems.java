package io.portmapctl.explain;

import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects what will not work; senders and ports with one reason share a sentence. */
final class Problems {
  /** A reason, and whom it keeps from what is published. */
  private record Failing(String family, String who, String reason) {}

  /** For each reason its ports, and for these the senders. */
  private final Map<Failing, Map<PublishedPort, Set<String>>> found = new LinkedHashMap<>();

  private final List<String> facts = new ArrayList<>();

  /** Nobody reaches a container by a family of which it has no address. */
  void lacks(Attachment attachment, Family family) {
    if (!attachment.mappings().isEmpty() && !attachment.addresses().isEmpty()) {
      facts.add(
          family.title()
              + ": "
              + Purpose.who(attachment.identity())
              + " has no "
              + family.title()
              + " address, so nothing is published there: not for "
              + ExampleAddress.localhost(family)
              + " either, which the name localhost may mean.");
    }
  }

  /** Looks through the answers of a port that an attachment publishes. */
  void look(Attachment attachment, PortReach reach) {
    String chain = ChainNames.dnat(attachment.identity());
    PublishedPort port = reach.port();
    Optional<IpAddress> loopback = port.hostIp().filter(HostAddresses::isLoopback);
    loopback.ifPresent(
        a ->
            add(
                attachment,
                port.family(),
                "only who is beside this host and routes " + a + " here on purpose gets to it",
                port,
                "elsewhere"));
    for (Answer answer : reach.answers()) {
      boolean own = answer.recipient().map(r -> r.chain().equals(chain)).orElse(false);
      if (answer.result() == Answer.Result.WORKS && own) {
        continue;
      }
      boolean others = answer.recipient().isPresent() && !own;
      Sender.Kind kind = answer.viewpoint().kind();
      if (others && (kind == Sender.Kind.CONTAINER || kind == Sender.Kind.SIBLING)) {
        continue; // it is another's container, and beside that one
      }
      String reason = answer.reason();
      if (others) {
        reason = other(answer.recipient().orElseThrow());
      }
      String sender = kind.title() + " (" + answer.viewpoint().source() + ")";
      add(attachment, port.family(), reason, port, sender);
    }
  }

  private void add(
      Attachment attachment, Family family, String reason, PublishedPort port, String sender) {
    found
        .computeIfAbsent(
            new Failing(family.title(), Purpose.who(attachment.identity()), reason),
            f -> new LinkedHashMap<>())
        .computeIfAbsent(port, p -> new LinkedHashSet<>())
        .add(sender);
  }

  private static String other(ChainOwners.Recipient recipient) {
    String who =
        recipient.isContainer()
            ? recipient.owner().map(Purpose::who).orElse("the owner of chain " + recipient.chain())
            : "a rule of chain " + recipient.chain();
    return who + " takes it first";
  }

  List<String> sentences() {
    List<String> sentences = new ArrayList<>(facts);
    found.forEach(
        (failing, ports) -> {
          Map<Set<String>, List<PublishedPort>> bySenders = new LinkedHashMap<>();
          ports.forEach(
              (port, senders) ->
                  bySenders.computeIfAbsent(senders, s -> new ArrayList<>()).add(port));
          bySenders.forEach(
              (senders, same) ->
                  sentences.add(
                      failing.family()
                          + ": "
                          + PortNames.of(same)
                          + " of "
                          + failing.who()
                          + " from "
                          + String.join(", ", senders)
                          + ": "
                          + failing.reason()
                          + "."));
        });
    return sentences;
  }
}
