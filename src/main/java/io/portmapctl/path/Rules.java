package io.portmapctl.path;

import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RuleIndex;
import java.util.List;

/**
 * Whatever rules a family's packets meet.
 *
 * @param first the table that a question is about: the nat table that is worked on
 * @param others the other tables of iptables, of both variants
 * @param written what nft wrote itself
 */
public record Rules(RuleIndex first, List<RuleIndex> others, Written written) {

  /** Senders are told apart by interfaces and the routes through each; each address is asked. */
  private static final long EFFORT_OF_EACH = 100_000;

  /** What nft wrote itself. */
  public interface Written {
    /** Nothing. */
    Written NOTHING = (space, host, place) -> List.of();

    /**
     * Its base chains, for sets of a space.
     *
     * @param host what is known of the host
     * @param place what tells the questions that are asked here from those of another way
     */
    List<Station> of(PacketSpace space, HostAddresses host, String place);
  }

  /** Copies the list. */
  public Rules {
    others = List.copyOf(others);
  }

  /** Of one table alone. */
  public static Rules of(Table table) {
    return new Rules(new RuleIndex(table), List.of(), Written.NOTHING);
  }

  /** How much may be done to follow packets through them, on a host. */
  long effort(HostAddresses host) {
    long effort = RuleIndex.mostEffort(first.table());
    for (RuleIndex other : others) {
      effort += RuleIndex.mostEffort(other.table());
    }
    return effort + ofInterfacesAndAddresses(host);
  }

  private static long ofInterfacesAndAddresses(HostAddresses host) {
    long count = 0;
    for (HostInterface one : host.links().orElse(List.of())) {
      count += 1 + one.addresses().size();
    }
    return EFFORT_OF_EACH * count;
  }

  /** The same for whom only others are looked at. */
  static long effort(List<Table> others, HostAddresses host) {
    long effort = RuleIndex.mostEffort(Table.empty(TableName.NAT, Family.IPV4));
    for (Table other : others) {
      effort += RuleIndex.mostEffort(other);
    }
    return effort + ofInterfacesAndAddresses(host);
  }
}
