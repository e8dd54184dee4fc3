package io.portmapctl.explain;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects what will not work; senders and ports with one hindrance share a problem. */
final class Problems {
  /** A hindrance, and whom it keeps from what is published. */
  private record Hindered(Identity container, Family family, Problem.Hindrance hindrance) {}

  /** For each hindrance its ports, and for these the senders. */
  private final Map<Hindered, Map<PublishedPort, Set<Problem.Origin>>> found =
      new LinkedHashMap<>();

  private final List<Problem> lacking = new ArrayList<>();

  /** Nobody reaches a container by a family of which it has no address. */
  void lacks(Attachment attachment, Family family) {
    if (!attachment.mappings().isEmpty() && !attachment.addresses().isEmpty()) {
      lacking.add(
          new Problem.NoAddress(attachment.identity(), family, ExampleAddress.localhost(family)));
    }
  }

  /** Looks through the answers of a port that an attachment publishes. */
  void look(Attachment attachment, PortReach reach) {
    List<String> chains = ContainerChains.of(attachment.identity()).names();
    PublishedPort port = reach.port();
    Optional<IpAddress> loopback = port.hostIp().filter(HostAddresses::isLoopback);
    loopback.ifPresent(a -> senders(attachment, port, new Problem.Hindrance.Loopback(a)));
    for (Answer answer : reach.answers()) {
      boolean own = answer.recipient().map(r -> chains.contains(r.chain())).orElse(false);
      if (answer.result() == Answer.Result.WORKS && own) {
        continue;
      }
      boolean others = answer.recipient().isPresent() && !own;
      Sender.Kind kind = answer.sender().kind();
      if (others && (kind == Sender.Kind.CONTAINER || kind == Sender.Kind.SIBLING)) {
        continue; // it is another's container, and beside that one
      }
      Problem.Hindrance hindrance =
          others
              ? new Problem.Hindrance.TakenFirst(answer.recipient().orElseThrow().withoutLabel())
              : new Problem.Hindrance.Verdict(answer.reason());
      senders(attachment, port, hindrance).add(new Problem.Origin(kind, answer.sender().source()));
    }
  }

  private Set<Problem.Origin> senders(
      Attachment attachment, PublishedPort port, Problem.Hindrance hindrance) {
    return found
        .computeIfAbsent(
            new Hindered(attachment.identity(), port.family(), hindrance),
            f -> new LinkedHashMap<>())
        .computeIfAbsent(port, p -> new LinkedHashSet<>());
  }

  /** What was found. */
  List<Problem> all() {
    List<Problem> problems = new ArrayList<>(lacking);
    found.forEach(
        (hindered, ports) -> {
          Map<Set<Problem.Origin>, List<PublishedPort>> bySenders = new LinkedHashMap<>();
          ports.forEach(
              (port, senders) ->
                  bySenders.computeIfAbsent(senders, s -> new ArrayList<>()).add(port));
          bySenders.forEach(
              (senders, same) ->
                  problems.add(
                      new Problem.Unreached(
                          hindered.container(),
                          hindered.family(),
                          List.copyOf(same),
                          List.copyOf(senders),
                          hindered.hindrance())));
        });
    return problems;
  }
}
