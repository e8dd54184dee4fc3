package io.portmapctl.plan;

import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules of other programs that translate ports: docker's, a node port of Kubernetes, a person's.
 */
public final class ForeignDnat {
  /** The target that gives packets another address. */
  public static final String TARGET = "DNAT";

  private static final String NODE_PORTS = "KUBE-NODEPORTS";

  /** One of them. */
  private record Translation(String chain, RulePorts destination) {}

  private final Map<String, List<Translation>> byProtocol = new HashMap<>();

  /** Of a table. */
  public ForeignDnat(Table table) {
    for (Chain chain : table.chains().values()) {
      if (!Layouts.isContainerChain(chain.name()) && !Layouts.isShared(chain.name())) {
        for (RuleEntry row : chain.rows()) {
          collect(chain.name(), row.rule());
        }
      }
    }
  }

  /** Whether a target gives packets another address, also where it is not understood which. */
  public static boolean redirects(Target target) {
    return target instanceof Target.Dnat
        || target instanceof Target.Unknown unknown && unknown.name().equals(TARGET);
  }

  private void collect(String chain, Rule rule) {
    boolean translates =
        redirects(rule.target())
            || rule.target() instanceof Target.Redirect
            || chain.equals(NODE_PORTS);
    if (translates) {
      RulePorts.of(rule)
          .ifPresent(
              d ->
                  byProtocol
                      .computeIfAbsent(d.protocol(), p -> new ArrayList<>())
                      .add(new Translation(chain, d)));
    }
  }

  /** What a reader should know of published ports. */
  public List<PlanNotice> notices(List<PublishedPort> captured) {
    List<PlanNotice> notices = new ArrayList<>();
    for (PublishedPort port : captured) {
      byProtocol.getOrDefault(port.protocol(), List.of()).stream()
          .filter(t -> t.destination().meets(port.hostIp(), port.port()))
          .findFirst()
          .ifPresent(t -> notices.add(new PlanNotice.ForeignTranslation(port, t.chain())));
    }
    return notices;
  }
}
