package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.List;
import java.util.Optional;

/**
 * Which packets a policy rule is for.
 *
 * @param space the space of the sets
 * @param flow what the kernel asks with
 */
record PolicyMatch(PacketSpace space, Flow flow) {
  /** Those of which the kernel reads ports where it looks for a way. */
  private static final List<IpProtocol> WITH_PORTS =
      List.of(IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDPLITE, IpProtocol.SCTP, IpProtocol.DCCP);

  /** What the questions about conditions begin with that no field tells. */
  private static final String QUESTION = "ip rule ";

  PacketSet of(PolicyRule rule) {
    return conditions(rule).negatedIf(rule.inverted()).and(space.of(flow.family()));
  }

  private PacketSet conditions(PolicyRule rule) {
    if (rule.absent()) {
      return space.none();
    }
    Cidr nobody = Cidr.host(Cidr.any(flow.family()).address());
    if (flow.sourceless() && !rule.from().contains(nobody)) {
      return space.none();
    }
    PacketSet from = flow.sourceless() ? space.all() : network(flow.source(), rule.from());
    PacketSet set = from.and(network(flow.destination(), rule.to()));
    if (rule.in().isPresent()) {
      set = set.and(flow.comingIn(space, rule.in().get()));
    }
    if (rule.out().isPresent() && !rule.out().equals(flow.out())) {
      return space.none();
    }
    long mark = rule.mark() & rule.mask();
    if (flow.marked()) {
      set = set.and(space.ofMark(mark, rule.mask()));
    } else if (mark != 0) {
      return space.none();
    }
    if (rule.protocol().isPresent()) {
      set = set.and(space.of(Field.PROTOCOL, Interval.of(rule.protocol().getAsInt())));
    }
    set = set.and(ports(flow.sourcePort(), rule.sourcePorts()));
    set = set.and(ports(flow.destinationPort(), rule.destinationPorts()));
    set = set.and(users(rule.users()));
    for (String condition : rule.unmodelled()) {
      set = set.and(space.ofQuestion(QUESTION + condition));
    }
    return set;
  }

  private PacketSet network(Field field, Cidr network) {
    return network.prefix() == 0 ? space.all() : space.of(field, network);
  }

  private PacketSet ports(Field field, Optional<PortRange> ports) {
    if (ports.isEmpty()) {
      return space.all();
    }
    PacketSet protocols = space.none();
    for (IpProtocol protocol : WITH_PORTS) {
      protocols = protocols.or(space.of(Field.PROTOCOL, Interval.of(protocol.number())));
    }
    return protocols.and(space.of(field, Interval.of(ports.get().first(), ports.get().last())));
  }

  private PacketSet users(Optional<PolicyRule.Users> users) {
    if (users.isEmpty()) {
      return space.all();
    }
    PolicyRule.Users run = users.get();
    PacketSet root = run.first() == 0 ? space.all() : space.none();
    if (!flow.user()) {
      return root;
    }
    PacketSet sent = space.of(Field.SOCKET, Interval.of(1));
    return sent.and(space.of(Field.UID, Interval.of(run.first(), run.last()))).or(root.minus(sent));
  }
}
