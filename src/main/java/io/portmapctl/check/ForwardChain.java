package io.portmapctl.check;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.SetTracer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Whether chain FORWARD of a table filter drops every new connection of other machines to
 * containers, whatever interface, mark or sender it has; what may be let through is none of it.
 */
public final class ForwardChain {
  /** So many are looked at. */
  private static final int MOST = 1_000;

  /** Bridges and links of programs, by their names: what comes in there is no other machine's. */
  private static final Pattern INSIDE =
      Pattern.compile(
          "lo|docker0|docker_gwbridge|br-[0-9a-f]{12}|cni[0-9]+|cni-podman[0-9]+|podman[0-9]+"
              + "|virbr[0-9]+|lxcbr[0-9]+|veth.*|cali.*|flannel[.][0-9]+");

  private static final Set<Leaving.Kind> ENDS = Set.of(Leaving.Kind.DROPPED, Leaving.Kind.REJECTED);

  private ForwardChain() {}

  /**
   * Where a mapping leads to.
   *
   * @param container the container's address with its prefix
   * @param protocol a protocol with ports
   */
  public record Endpoint(Cidr container, IpProtocol protocol, int port) {

    /** The container's address alone. */
    public IpAddress address() {
      return container.address();
    }
  }

  /**
   * What is dropped.
   *
   * @param endpoints where to
   * @param rule the rule that drops, as it is spelled; empty where it is the policy, or several
   * @param chain the chain of that rule
   */
  public record Dropped(List<Endpoint> endpoints, Optional<RuleEntry> rule, String chain) {

    /** Copies the list. */
    public Dropped {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * Those of which every connection is dropped, for certain.
   *
   * @param filter table filter
   * @param endpoints of its family
   * @param host what is known of this host, asked for where a rule makes it count
   */
  public static Optional<Dropped> dropped(
      Table filter, List<Endpoint> endpoints, Supplier<HostAddresses> host) {
    RuleIndex index = new RuleIndex(filter);
    PacketSpace space = new PacketSpace(index.effort());
    try {
      SetTracer tracer = new SetTracer(index, host.get(), space);
      List<Endpoint> looked = endpoints.stream().distinct().limit(MOST).toList();
      PacketSet outside = outside(filter, space);
      PacketSet all = space.none();
      for (Endpoint endpoint : looked) {
        all = all.or(outside.and(to(endpoint, space)));
      }
      PacketSet passed = space.none();
      List<Leaving> ended = new ArrayList<>();
      for (Leaving part : tracer.through(Hook.FORWARD, all).leaving()) {
        if (ENDS.contains(part.kind())) {
          ended.add(part);
        } else {
          passed = passed.or(part.packets());
        }
      }
      List<Endpoint> found = new ArrayList<>();
      for (int i = 0; i < looked.size(); i++) {
        // rules may have set a mark on what passed: it is told by where it goes
        if (!passed.meets(to(looked.get(i), space))) {
          found.add(looked.get(i));
        }
      }
      return found.isEmpty() ? Optional.empty() : Optional.of(decided(filter, found, ended, space));
    } catch (TooInvolvedException e) {
      return Optional.empty(); // not known
    }
  }

  private static Dropped decided(
      Table filter, List<Endpoint> found, List<Leaving> ended, PacketSpace space) {
    PacketSet theirs = space.none();
    for (Endpoint endpoint : found) {
      theirs = theirs.or(to(endpoint, space));
    }
    PacketSet to = theirs;
    List<Optional<RulePlace>> last =
        ended.stream().filter(p -> p.packets().meets(to)).map(Leaving::last).distinct().toList();
    Optional<RulePlace> rule = last.size() == 1 ? last.get(0) : Optional.empty();
    return new Dropped(
        found,
        rule.map(r -> filter.rows(r.chain()).get(r.index() - 1)),
        rule.map(RulePlace::chain).orElse("FORWARD"));
  }

  private static PacketSet to(Endpoint endpoint, PacketSpace space) {
    Family family = endpoint.address().family();
    return space
        .of(family)
        .and(space.of(Field.PROTOCOL, Interval.of(endpoint.protocol().number())))
        .and(space.of(Field.DESTINATION, endpoint.address()))
        .and(space.of(Field.DESTINATION_PORT, Interval.of(endpoint.port())))
        .minus(space.of(Field.SOURCE, endpoint.container()));
  }

  /** What opens translated connections and comes in through no container's link. */
  private static PacketSet outside(Table filter, PacketSpace space) {
    PacketSet inside = space.of(Field.INPUT_INTERFACE, Interval.of(0));
    for (String name : inside(filter)) {
      inside = inside.or(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    PacketSet nowhere =
        space
            .of(Field.OUTPUT_INTERFACE, Interval.of(0))
            .or(space.of(Field.OUTPUT_INTERFACE, Interval.ofInterface("lo")));
    return space
        .of(Field.STATE, Interval.of(1))
        .and(space.of(Field.REPLY, Interval.of(0)))
        .and(space.of(Field.DESTINATION_TRANSLATED, Interval.of(1)))
        .and(space.of(Field.ADDRESS_MOVED, Interval.of(1)))
        .minus(inside)
        .minus(nowhere);
  }

  /** The interfaces that rules name and that no other machine is behind. */
  private static Set<String> inside(Table filter) {
    Set<String> names = new TreeSet<>(Set.of("lo"));
    for (Chain chain : filter.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        for (Match match : row.rule().matches()) {
          if (match instanceof Match.Interface in
              && in.side() == Side.SOURCE
              && INSIDE.matcher(in.name()).matches()) {
            names.add(in.name());
          }
        }
      }
    }
    return names;
  }
}
