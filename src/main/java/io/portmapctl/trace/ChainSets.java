package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of a table as sets of packets, each made when it is first asked for. */
final class ChainSets {
  private final RuleIndex index;
  private final HostAddresses host;
  private final PacketSpace space;
  private final String place;
  private final Map<String, PacketSet[]> early = new HashMap<>();
  private final Map<String, PacketSet[]> late = new HashMap<>();

  ChainSets(RuleIndex index, HostAddresses host, PacketSpace space, String place) {
    this.index = index;
    this.host = host;
    this.space = space;
    this.place = place;
  }

  RuleIndex index() {
    return index;
  }

  Table table() {
    return index.table();
  }

  PacketSpace space() {
    return space;
  }

  List<RuleEntry> rows(String chain) {
    return index.rows(chain);
  }

  /** The packets that a rule's matches let through at a hook; the index counts from 0. */
  PacketSet packets(Hook hook, String chain, int at) {
    Map<String, PacketSet[]> known = isLate(hook) ? late : early;
    PacketSet[] sets = known.computeIfAbsent(chain, c -> new PacketSet[rows(c).size()]);
    PacketSet set = sets[at];
    if (set == null) {
      set = meaning(hook).of(rows(chain).get(at).rule());
      sets[at] = set;
    }
    return set;
  }

  /** What matches mean at a hook. */
  RulePackets meaning(Hook hook) {
    // behind a translation the same words ask about other addresses
    String where = isLate(hook) ? place + "late " : place;
    return new RulePackets(space, host, table().family(), where);
  }

  /** Whether destinations may be translated already. */
  private boolean isLate(Hook hook) {
    boolean filters = table().name() == TableName.FILTER || table().name() == TableName.SECURITY;
    return filters || hook != Hook.PREROUTING && hook != Hook.OUTPUT;
  }
}
