package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network interface, as {@code ip -j -d address} tells of it.
 *
 * @param name its name
 * @param up whether it is switched on
 * @param carrier whether it has a link
 * @param resolves whether it finds its neighbours by ARP and the like, and lets them find it
 * @param detailed whether the kind, and what belongs to it, was asked for
 * @param kind bridge, veth and the like; empty for one that has none, as hardware, or where it was
 *     not asked for
 * @param hardware its Ethernet address
 * @param master the interface that it belongs to
 * @param group its group
 * @param port what it is as a port of a bridge
 * @param bridge what it is as a bridge
 * @param addresses its addresses, in its order
 */
public record Link(
    String name,
    boolean up,
    boolean carrier,
    boolean resolves,
    boolean detailed,
    Optional<String> kind,
    Optional<String> hardware,
    Optional<String> master,
    String group,
    Optional<Port> port,
    Optional<Bridge> bridge,
    List<Address> addresses) {

  /** Kinds of interfaces behind which Ethernet addresses must be found. */
  private static final Set<String> ETHERNET =
      Set.of("bridge", "veth", "vlan", "bond", "team", "macvlan");

  /** Whether it would have to find its neighbours, and does not. */
  public boolean withoutArp() {
    return !resolves && kind.filter(ETHERNET::contains).isPresent();
  }

  /**
   * A port of a bridge.
   *
   * @param state forwarding, disabled and the like
   * @param hairpin whether what comes in by it may leave by it
   * @param isolated whether it sends to no other isolated port
   * @param locked whether it takes nothing of whom the bridge does not know there
   * @param unlearned whether it neither learns who is there nor gets what is for who is unknown
   */
  public record Port(
      String state, boolean hairpin, boolean isolated, boolean locked, boolean unlearned) {}

  /**
   * A bridge.
   *
   * @param filtersVlans whether it tells VLANs apart
   * @param callIptables whether it shows iptables what crosses it, where br_netfilter is loaded
   * @param callIp6tables the same for ip6tables
   */
  public record Bridge(boolean filtersVlans, boolean callIptables, boolean callIp6tables) {}

  /**
   * An address of it.
   *
   * @param address the address with its prefix
   * @param scope 0 anywhere, 253 on the link, 254 on the host
   * @param secondary whether another of the network goes first
   * @param usable whether the kernel has made sure that nobody else has it
   * @param deprecated whether it is not to be used any more
   */
  public record Address(
      Cidr address, int scope, boolean secondary, boolean usable, boolean deprecated) {}

  /** Copies the list. */
  public Link {
    addresses = List.copyOf(addresses);
  }
}
