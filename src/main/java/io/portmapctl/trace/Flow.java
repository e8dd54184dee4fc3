package io.portmapctl.trace;

import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import java.util.List;
import java.util.Optional;

/**
 * Packets of new connections that have something in common. A match narrows them to those that it
 * lets through. What is not known of them, and what is not modelled of a match, makes the answer
 * unsure, never wrong.
 *
 * @param addresses where they come from and go
 * @param local whether they go to an address of this host
 * @param protocol their protocol as iptables-save prints it; empty for any
 * @param ports their ports
 * @param devices the interfaces that they come in and leave through, {@link #ANY} or {@link #NONE}
 * @param mark their mark
 * @param locals this host's addresses; empty where they are not known
 * @param sure whether there are such packets for certain, if there are those that this began with
 */
public record Flow(
    Pair<Cidr> addresses,
    boolean local,
    String protocol,
    Pair<PortRange> ports,
    Pair<String> devices,
    Mark mark,
    List<IpAddress> locals,
    boolean sure) {

  /** Any interface. */
  public static final String ANY = "";

  /** No interface: what the host sends came in through none. */
  public static final String NONE = "-";

  private static final PortRange ALL = new PortRange(0, 65535);
  private static final Cidr LOOPBACK = new Cidr(new IpAddress(Family.IPV4, 0, 0x7f000000L), 8);

  /**
   * Both ends of something.
   *
   * @param source the source's, or what is on the way in
   * @param destination the destination's, or what is on the way out
   */
  public record Pair<T>(T source, T destination) {

    /** One of them. */
    public T of(Side side) {
      return side == Side.SOURCE ? source : destination;
    }

    /** The same with another one at an end. */
    Pair<T> with(Side side, T other) {
      return side == Side.SOURCE ? new Pair<>(other, destination) : new Pair<>(source, other);
    }
  }

  /**
   * All packets from anywhere to a port of this host.
   *
   * @param hostIp the host's address, empty for each
   * @param in the interface that they come in through
   * @param locals this host's addresses, empty where they are not known
   */
  public static Flow toHost(
      Family family,
      Optional<IpAddress> hostIp,
      String protocol,
      int port,
      String in,
      List<IpAddress> locals) {
    Cidr any = Cidr.any(family);
    return new Flow(
        new Pair<>(any, hostIp.map(Cidr::host).orElse(any)),
        true,
        protocol,
        new Pair<>(ALL, PortRange.of(port)),
        new Pair<>(in, in.equals(NONE) ? ANY : NONE),
        Mark.UNKNOWN,
        locals,
        true);
  }

  /** All packets to a port of a container, with these bits of the mark set. */
  public static Flow toContainer(
      Cidr source, IpAddress container, String protocol, int port, long mark) {
    return new Flow(
        new Pair<>(source, Cidr.host(container)),
        false,
        protocol,
        new Pair<>(ALL, PortRange.of(port)),
        new Pair<>(NONE, ANY),
        new Mark(mark, mark),
        List.of(),
        true);
  }

  /** Those of them that come from a network. */
  public Flow from(Cidr network) {
    return withAddresses(addresses.with(Side.SOURCE, network));
  }

  /** Those that all of a rule's matches let through; empty when there can be none. */
  public Optional<Flow> narrowed(Rule rule) {
    Optional<Flow> flow = Optional.of(this);
    for (Match match : rule.matches()) {
      flow = flow.flatMap(f -> f.narrowed(match));
    }
    return flow;
  }

  /** Those that a match lets through; empty when there can be none. */
  public Optional<Flow> narrowed(Match match) {
    if (match instanceof Match.Address address) {
      return address(address);
    }
    if (match instanceof Match.Interface device) {
      return device(device);
    }
    if (match instanceof Match.Proto proto) {
      return protocol(proto);
    }
    if (match instanceof Match.Ports tests) {
      Optional<Flow> flow = Optional.of(tests.flags().isPresent() ? unsure() : this);
      for (Match.PortTest test :
          tests.flags().isPresent() ? List.<Match.PortTest>of() : tests.ports()) {
        flow = flow.flatMap(f -> f.ports(test.side(), test.negated(), List.of(test.range())));
      }
      return flow;
    }
    if (match instanceof Match.Multiport several) {
      return multiport(several);
    }
    return match instanceof Match.Comment ? Optional.of(this) : module(match);
  }

  private Optional<Flow> address(Match.Address match) {
    Cidr mine = addresses.of(match.side());
    boolean all = match.cidr().contains(mine);
    if (match.negated()) {
      return given(!all);
    }
    if (all) {
      return Optional.of(this);
    }
    if (!mine.overlaps(match.cidr())) {
      return Optional.empty();
    }
    Flow narrow = withAddresses(addresses.with(match.side(), match.cidr()));
    if (match.side() == Side.SOURCE || !local || LOOPBACK.contains(match.cidr())) {
      return Optional.of(narrow);
    }
    if (locals.isEmpty()) {
      return Optional.of(narrow.unsure()); // it may be this host's address, or not
    }
    boolean ours = locals.stream().anyMatch(a -> match.cidr().contains(Cidr.host(a)));
    return ours ? Optional.of(narrow) : Optional.empty();
  }

  private Optional<Flow> device(Match.Interface match) {
    String mine = devices.of(match.side());
    if (mine.equals(NONE)) {
      return given(match.negated());
    }
    boolean all = !mine.equals(ANY) && covers(match.name(), mine);
    if (match.negated()) {
      return given(!all);
    }
    if (all) {
      return Optional.of(this);
    }
    return mine.equals(ANY) || covers(mine, match.name())
        ? Optional.of(withDevices(devices.with(match.side(), match.name())))
        : Optional.empty();
  }

  /** Whether every interface of the second name is one of the first's; {@code +} ends a prefix. */
  private static boolean covers(String pattern, String name) {
    return pattern.endsWith("+")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : pattern.equals(name);
  }

  private Optional<Flow> protocol(Match.Proto match) {
    if (protocol.isEmpty()) {
      return Optional.of(match.negated() ? this : withProtocol(match.protocol().toString()));
    }
    return given(protocol.equals(match.protocol().toString()) != match.negated());
  }

  private Optional<Flow> multiport(Match.Multiport match) {
    if (match.ends() == Match.Ends.SOURCE) {
      return ports(Side.SOURCE, match.negated(), match.ranges());
    }
    Optional<Flow> flow = ports(Side.DESTINATION, match.negated(), match.ranges());
    boolean either = match.ends() == Match.Ends.EITHER;
    return either && flow.isPresent() == match.negated()
        ? ports(Side.SOURCE, match.negated(), match.ranges())
        : flow;
  }

  private Optional<Flow> ports(Side side, boolean negated, List<PortRange> ranges) {
    PortRange mine = ports.of(side);
    boolean all = ranges.stream().anyMatch(r -> r.contains(mine));
    if (negated || all) {
      return given(negated != all);
    }
    return ranges.stream()
        .filter(mine::overlaps)
        .findFirst()
        .map(r -> withPorts(ports.with(side, mine.common(r))));
  }

  private Optional<Flow> module(Match match) {
    if (match instanceof Match.Conntrack conntrack
        && conntrack.tests().size() == 1
        && conntrack.tests().get(0) instanceof Match.States states) {
      return given(states.states().contains(Match.ConnState.NEW) != states.negated());
    }
    if (match instanceof Match.Mark test) {
      return switch (mark.is(test.value(), test.mask())) {
        case YES -> given(!test.negated());
        case NO -> given(test.negated());
        case UNKNOWN -> Optional.of(unsure());
      };
    }
    if (match instanceof Match.AddressType type
        && type.source().isEmpty()
        && type.limit().isEmpty()) {
      Match.Kinds kinds = type.destination().orElseThrow();
      if (local) {
        return given(kinds.kinds().contains(Match.AddressKind.LOCAL) != kinds.negated());
      }
      boolean onlyLocal = kinds.kinds().equals(List.of(Match.AddressKind.LOCAL));
      return onlyLocal ? given(kinds.negated()) : Optional.of(unsure());
    }
    return Optional.of(unsure());
  }

  private Optional<Flow> given(boolean holds) {
    return holds ? Optional.of(this) : Optional.empty();
  }

  /** The same packets, of which it is not known whether there are any. */
  public Flow unsure() {
    return new Flow(addresses, local, protocol, ports, devices, mark, locals, false);
  }

  private Flow withAddresses(Pair<Cidr> other) {
    return new Flow(other, local, protocol, ports, devices, mark, locals, sure);
  }

  private Flow withDevices(Pair<String> other) {
    return new Flow(addresses, local, protocol, ports, other, mark, locals, sure);
  }

  private Flow withPorts(Pair<PortRange> other) {
    return new Flow(addresses, local, protocol, other, devices, mark, locals, sure);
  }

  private Flow withProtocol(String name) {
    return new Flow(addresses, local, name, ports, devices, mark, locals, sure);
  }
}
