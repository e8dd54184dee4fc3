package io.portmapctl.path;

import io.portmapctl.net.Family;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.BaseChain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.Detail;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.SetTracer;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A built-in chain of a table of iptables, of either variant. */
public final class TableStation implements Station {
  private final ChainSite site;
  private final Table table;
  private final SetTracer tracer;
  private final Detail detail;
  private final ExcludedRules leftOut;

  private TableStation(
      ChainSite site, Table table, SetTracer tracer, Detail detail, ExcludedRules leftOut) {
    this.site = site;
    this.table = table;
    this.tracer = tracer;
    this.detail = detail;
    this.leftOut = leftOut;
  }

  /**
   * The stations of a table.
   *
   * @param tracer the one of its rules
   * @param detail which rules are tried where somebody is told of them
   * @param leftOut the rules that are passed over
   */
  public static List<Station> of(
      Table table, SetTracer tracer, Detail detail, ExcludedRules leftOut) {
    List<Station> stations = new ArrayList<>();
    for (BaseChain chain : table.baseChains()) {
      ChainSite site =
          new ChainSite(
              RuleEngine.of(table.variant()),
              table.family() == Family.IPV4 ? "ip" : "ip6",
              table.name().id(),
              chain.chain().name(),
              chain.hook(),
              chain.priority(),
              table.name() == TableName.NAT,
              table.name() == TableName.MANGLE && chain.hook() == Hook.OUTPUT);
      stations.add(new TableStation(site, table, tracer, detail, leftOut));
    }
    return List.copyOf(stations);
  }

  @Override
  public ChainSite site() {
    return site;
  }

  @Override
  public List<Part> through(PacketSet packets, Observer observer) {
    SetTracer.Steps steps =
        new SetTracer.Steps() {
          @Override
          public void tried(
              RulePlace place, PacketSet here, Ternary result, boolean certain, int depth) {
            observer.tried(rule(place), here, result, certain, depth);
          }

          @Override
          public void toldBefore() {
            observer.toldBefore();
          }
        };
    List<Leaving> leaving =
        observer == Observer.NOBODY
            ? tracer.through(site.hook(), packets, leftOut).leaving()
            : tracer.told(site.hook(), packets, detail, leftOut, steps);
    return leaving.stream().map(this::part).toList();
  }

  private Part part(Leaving leaving) {
    Part.Kind kind =
        switch (leaving.kind()) {
          case ACCEPTED -> Part.Kind.ACCEPTED;
          case REWRITTEN -> Part.Kind.TRANSLATED;
          case DROPPED -> Part.Kind.DROPPED;
          case REJECTED -> Part.Kind.REJECTED;
          case OPEN -> Part.Kind.OPEN;
        };
    List<RuleSite> rules = leaving.rules().stream().map(this::rule).toList();
    return new Part(kind, leaving.packets(), rules, leaving.target(), leaving.open());
  }

  private RuleSite rule(RulePlace place) {
    RuleEntry row = table.rows(place.chain()).get(place.index() - 1);
    return new RuleSite(
        site.engine(),
        site.family(),
        site.table(),
        place.chain(),
        place.index(),
        OptionalLong.empty(),
        row.text(),
        Optional.of(place.rule()));
  }
}
