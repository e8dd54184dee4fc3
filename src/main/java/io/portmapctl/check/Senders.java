package io.portmapctl.check;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is sent to published ports from this host and from other machines, where nothing but rules
 * and interfaces tells what is behind which.
 */
final class Senders {
  /** Bridges and links of programs, by their names: what comes in there is no other machine's. */
  private static final Pattern INSIDE =
      Pattern.compile(
          "lo|docker0|docker_gwbridge|br-[0-9a-f]{12}|cni[0-9]+|cni-podman[0-9]+|podman[0-9]+"
              + "|virbr[0-9]+|lxcbr[0-9]+|veth.*|cali.*|flannel[.][0-9]+");

  private final PacketSpace space;
  private final PortPackets ports;
  private final PacketSet inside;

  /**
   * Of a host.
   *
   * @param containerSide interfaces behind which there are containers
   */
  Senders(PacketSpace space, HostAddresses host, Family family, Collection<String> containerSide) {
    this.space = space;
    this.ports = new PortPackets(space, host, family);
    PacketSet from = space.none();
    for (String name : containerSide) {
      from = from.or(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    this.inside = from;
  }

  /** The interfaces that rules name or that the host has, and that no other machine is behind. */
  static Set<String> inside(List<Table> tables, HostAddresses host) {
    Set<String> names = new TreeSet<>();
    for (Table table : tables) {
      if (table.name() == TableName.NAT) {
        names.addAll(new RuleIndex(table).containerSide());
      }
      for (Chain chain : table.chains().values()) {
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
    }
    host.links()
        .ifPresent(
            links ->
                links.stream()
                    .map(l -> l.name())
                    .filter(n -> INSIDE.matcher(n).matches())
                    .forEach(names::add));
    return names;
  }

  /** What other machines send to a port; a port on loopback alone is not for them. */
  PacketSet outside(PublishedPort port, IpProtocol protocol) {
    return isOnLoopback(port)
        ? space.none()
        : ports.fromOutside(to(port, protocol), false).minus(inside);
  }

  /**
   * What this host sends to a port itself.
   *
   * @param localhost whether what localhost sends can come to something
   */
  PacketSet host(PublishedPort port, IpProtocol protocol, boolean localhost) {
    return ports.fromHost(to(port, protocol), localhost || isOnLoopback(port));
  }

  private PacketSet to(PublishedPort port, IpProtocol protocol) {
    return ports.local(
        ports.to(protocol, port.hostIp().filter(ip -> !ip.isUnspecified()), port.port()));
  }

  private static boolean isOnLoopback(PublishedPort port) {
    return port.hostIp().map(HostAddresses::isLoopback).orElse(false);
  }

  /** All of some sets, which share nothing. */
  PacketSet union(List<PacketSet> sets) {
    List<PacketSet> level = sets;
    while (level.size() > 1) {
      List<PacketSet> next = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        next.add(i + 1 < level.size() ? level.get(i).or(level.get(i + 1)) : level.get(i));
      }
      level = next;
    }
    return level.isEmpty() ? space.none() : level.get(0);
  }

  /** What is told of packets beside marks, their state and what nobody knows. */
  static PacketSet heads(PacketSet packets) {
    return packets.withoutQuestions().withoutMarks().without(Field.STATE);
  }
}
