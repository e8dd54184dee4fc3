package io.portmapctl.explain;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.Settings;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Explains plans and ports.
 *
 * @param attachments the attachments that are known
 * @param host what is known of the host's addresses
 * @param settings what the kernel does
 * @param planned whether the rules are those of a plan that is not made yet
 * @param elsewhere whether another nat table of the same kernel may take the packets
 * @param around the rules around the nat table
 */
public record Explainer(
    List<Attachment> attachments,
    HostAddresses host,
    Settings settings,
    boolean planned,
    boolean elsewhere,
    Around around) {

  /** As many clients that stand for the LAN are told. */
  private static final int MOST_EXAMPLES = 3;

  /** For fewer ports it does not pay to start another thread. */
  private static final int FEWEST = 100;

  /** Copies the list. */
  public Explainer {
    attachments = List.copyOf(attachments);
  }

  /** A plan, and what becomes of the ports of the attachments when it is made. */
  public Explanation explain(Plan plan) {
    ChainOwners owners = new ChainOwners(attachments);
    List<Identity> containers = attachments.stream().map(Attachment::identity).toList();
    List<Walkthrough> walkthroughs = new ArrayList<>();
    List<PortReach> ports = new ArrayList<>();
    Problems problems = new Problems();
    for (Plan.Part part : plan.families()) {
      walkthroughs.add(Walkthrough.of(part, containers, owners));
      Family family = part.after().family();
      Iterator<PortReach> reached =
          reached(part.after(), attachments.stream().flatMap(a -> published(a, family)).toList())
              .iterator();
      for (Attachment attachment : attachments) {
        if (attachment.address(family).isEmpty()) {
          problems.lacks(attachment, family);
        }
        published(attachment, family)
            .forEach(
                port -> {
                  PortReach reach = reached.next();
                  ports.add(reach);
                  problems.look(attachment, reach);
                });
      }
    }
    List<Problem> all = new ArrayList<>(problems.all());
    if (!ports.isEmpty()) {
      all.add(new Problem.Unfiltered());
    }
    List<Assumption> assumptions = new ArrayList<>(askedFirst());
    assumptions.addAll(takenForGranted(ports));
    return new Explanation(walkthroughs, ports, all, assumptions);
  }

  /** What an attachment publishes in a family: nothing where it has no address of it. */
  private static Stream<PublishedPort> published(Attachment attachment, Family family) {
    return attachment.address(family).stream()
        .flatMap(a -> attachment.mappings().stream())
        .filter(m -> m.appliesTo(family))
        .map(m -> PublishedPort.of(family, m));
  }

  /** Who gets connections to many ports, in their order: each processor looks at its share. */
  private List<PortReach> reached(Table table, List<PublishedPort> ports) {
    int processors = ForkJoinPool.getCommonPoolParallelism() + 1; // whoever asks works too
    int shares = Math.max(1, Math.min(processors, ports.size() / FEWEST));
    return IntStream.range(0, shares)
        .parallel()
        .mapToObj(
            i -> {
              PortReachability looking = reach(table);
              return ports
                  .subList(ports.size() * i / shares, ports.size() * (i + 1) / shares)
                  .stream()
                  .map(looking::of)
                  .toList();
            })
        .flatMap(List::stream)
        .toList();
  }

  private PortReachability reach(Table table) {
    return new PortReachability(
        table, host, new ChainOwners(attachments), subnets(), settings, around);
  }

  /** Who gets connections to a port of a table. */
  public PortReach reach(Table table, PublishedPort port) {
    return reach(table).of(port);
  }

  /** The subnet of a container, as an attachment or an interface tells. */
  Optional<Cidr> subnet(IpAddress container) {
    return Optional.ofNullable(subnets().get(container))
        .map(Cidr::network)
        .or(() -> host.subnet(container));
  }

  private Map<IpAddress, Cidr> subnets() {
    Map<IpAddress, Cidr> subnets = new HashMap<>();
    for (Attachment attachment : attachments) {
      for (Cidr address : attachment.addresses()) {
        if (address.prefix() < address.address().family().bits()) {
          subnets.put(address.address(), address);
        }
      }
    }
    return subnets;
  }

  /** Whether no more than routes are known of how the host routes. */
  List<Assumption> routesAlone(Family family) {
    boolean alone =
        settings
            .routing()
            .apply(family)
            .map(
                r ->
                    r.host().routes().value().isPresent()
                        && r.host().rules(family).value().isEmpty())
            .orElse(false);
    return alone ? List.of(Assumption.Plain.ROUTES_ALONE) : List.of();
  }

  /** What is taken for granted, and not looked at, where these ports are looked at. */
  public List<Assumption> assumptions(List<PortReach> ports) {
    List<Assumption> assumptions = new ArrayList<>(whetherPlanned());
    assumptions.addAll(takenForGranted(ports));
    return List.copyOf(assumptions);
  }

  private List<Assumption> takenForGranted(List<PortReach> ports) {
    List<Assumption> assumptions = new ArrayList<>();
    for (Family family : Family.values()) {
      if (ports.stream().anyMatch(p -> p.family() == family)) {
        if (host.links().isEmpty()) {
          assumptions.add(new Assumption.HostExample(ExampleAddress.host(family, Set.of())));
        }
        ports.stream()
            .filter(p -> p.family() == family)
            .flatMap(p -> p.answers().stream())
            .map(Answer::sender)
            .filter(s -> s.kind() == Sender.Kind.LAN)
            .map(Sender::source)
            .distinct()
            .limit(MOST_EXAMPLES)
            .forEach(a -> assumptions.add(new Assumption.ClientExample(a)));
        assumptions.addAll(around.assumptions(family));
        assumptions.addAll(routesAlone(family));
      }
    }
    assumptions.add(notLookedAt(ports.stream().map(PortReach::family).distinct().toList()));
    return List.copyOf(assumptions);
  }

  /** What no answer about some families looks at. */
  Assumption notLookedAt(List<Family> families) {
    boolean routed = families.stream().allMatch(f -> settings.routing().apply(f).isPresent());
    return routed && !families.isEmpty()
        ? Assumption.Plain.CONTAINER_NOT_LOOKED_AT
        : Assumption.Plain.NOT_LOOKED_AT;
  }

  private List<Assumption> askedFirst() {
    return elsewhere ? List.of(Assumption.Plain.ASKED_FIRST) : List.of();
  }

  /** Whether the rules are there already, and whether they are what counts. */
  List<Assumption> whetherPlanned() {
    List<Assumption> assumptions = new ArrayList<>();
    if (planned) {
      assumptions.add(Assumption.Plain.PLANNED);
    }
    assumptions.addAll(askedFirst());
    return assumptions;
  }
}
