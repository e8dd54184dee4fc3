package io.portmapctl.path;

import io.portmapctl.packet.Effort;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.Detail;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Reason;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.SetTracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All base chains that a family's packets go through, of tables of iptables and of others. */
final class BaseChains {
  /** What the question is about: rules of this one can be passed over. */
  private final RuleIndex first;

  private final PacketSpace space;
  private final Detail detail;
  private final SetTracer there;
  private final SetTracer back;
  private final List<RuleIndex> indexes = new ArrayList<>();
  private final Map<RuleIndex, SetTracer> tracers = new HashMap<>();
  private final List<Station> others;
  private final List<Station> othersBack;

  /**
   * Of a family.
   *
   * @param rules the rules
   * @param host what is known of the host
   * @param everyRule whether every rule is tried, those too that are about other ports
   */
  BaseChains(Rules rules, HostAddresses host, boolean everyRule) {
    this.first = rules.first();
    this.detail = everyRule ? Detail.EVERY_RULE : Detail.OF_PORT;
    this.space = new PacketSpace(new Effort(rules.effort(host)));
    this.there = new SetTracer(first, host, space);
    this.back = new SetTracer(first, host, space, "back ");
    indexes.add(first);
    indexes.addAll(rules.others());
    tracers.put(first, there);
    this.others = others(rules, host, "");
    this.othersBack = others(rules, host, "back ");
  }

  private List<Station> others(Rules rules, HostAddresses host, String place) {
    List<Station> stations = new ArrayList<>();
    for (RuleIndex index : rules.others()) {
      SetTracer tracer = new SetTracer(index, host, space, place);
      tracers.putIfAbsent(index, tracer);
      Detail most = everyRule() ? Detail.EVERY_RULE : Detail.EFFECTIVE;
      TableStation.of(index.table(), tracer, most, ExcludedRules.NOTHING).stream()
          .filter(s -> !isEmpty(index.table(), s.site()))
          .forEach(stations::add);
    }
    stations.addAll(rules.written().of(space, host, place));
    return stations;
  }

  /** Whether a base chain has no rules and lets everything pass. */
  static boolean isEmpty(Table table, ChainSite site) {
    return table
        .chain(site.chain())
        .map(c -> c.rows().isEmpty() && !c.policy().equals("DROP"))
        .orElse(true);
  }

  PacketSpace space() {
    return space;
  }

  RuleIndex first() {
    return first;
  }

  /** Why a rule of iptables took a packet, or did not, or may have. */
  List<Reason> why(Step step) {
    RuleSite site = step.site();
    for (RuleIndex index : indexes) {
      Table table = index.table();
      boolean same =
          table.name().id().equals(site.table()) && RuleEngine.of(table.variant()) == site.engine();
      SetTracer tracer = tracers.get(index);
      if (same && tracer != null) {
        return tracer.why(
            step.hook(), site.rule().orElseThrow(), step.here().orElseThrow(), step.packet());
      }
    }
    return List.of();
  }

  boolean everyRule() {
    return detail == Detail.EVERY_RULE;
  }

  /**
   * The base chains of a hook in the order in which the kernel calls them.
   *
   * @param answer whether an answer goes through them
   */
  List<Station> at(Hook hook, boolean answer, ExcludedRules leftOut) {
    List<Station> stations = new ArrayList<>();
    stations.addAll(TableStation.of(first.table(), answer ? back : there, detail, leftOut));
    stations.addAll(answer ? othersBack : others);
    stations.removeIf(s -> s.site().hook() != hook);
    stations.sort(BaseChains::inOrder);
    return stations;
  }

  /**
   * Which of a hook's chains the kernel calls first. No comparator of the JDK's: its lambdas can be
   * in no class-data archive.
   */
  static int inOrder(Station one, Station other) {
    int places = Integer.compare(one.site().place(), other.site().place());
    return places != 0 ? places : Integer.compare(one.site().priority(), other.site().priority());
  }
}
