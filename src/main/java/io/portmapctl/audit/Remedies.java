package io.portmapctl.audit;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.layout.Layout;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Octets;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must go by hand, because it is nobody's mapping and yet takes a mapping's packets. */
public final class Remedies {
  private Remedies() {}

  /**
   * The rules of each family to delete before the attachments are put back. A shared jump that
   * stands behind a rule which it should precede goes itself: add puts it first.
   */
  public static List<Plan.Part> deletions(Audit audit) {
    List<Plan.Part> parts = new ArrayList<>();
    for (Plan.Part part : audit.plan().families()) {
      Set<String> rules = new LinkedHashSet<>();
      for (Finding finding : audit.findings()) {
        for (Finding.Shadow shadow : finding.shadows()) {
          if (shadow.port().family() == part.before().family()
              && shadow.containerChain().isEmpty()) {
            rules.addAll(toDelete(shadow));
          }
        }
      }
      if (!rules.isEmpty()) {
        parts.add(part(part.before(), rules));
      }
    }
    return parts;
  }

  private static final String SEPARATOR = "\n";

  private static List<String> toDelete(Finding.Shadow shadow) {
    if (shadow.lateJump().isEmpty()) {
      return List.of(shadow.chain() + SEPARATOR + shadow.rule().latin1());
    }
    return Layout.sharedJumps().stream()
        .filter(j -> j.rule().target().leadsTo(shadow.lateJump().get()))
        .map(j -> j.chain() + SEPARATOR + j.rule().text().latin1())
        .toList();
  }

  private static Plan.Part part(Table table, Set<String> rules) {
    List<Change> changes = new ArrayList<>();
    Map<String, Chain> after = new LinkedHashMap<>();
    for (Chain chain : table.chains().values()) {
      List<Row> kept = new ArrayList<>();
      for (Row row : chain.rows()) {
        boolean jump = row.rule().target().chain().orElse("").startsWith(ChainNames.SHARED);
        Octets text = jump ? row.rule().text() : row.text();
        if (rules.contains(chain.name() + SEPARATOR + text.latin1())) {
          changes.add(new Change.DeleteRule(table.family(), chain.name(), kept.size() + 1, row));
        } else {
          kept.add(row);
        }
      }
      after.put(chain.name(), new Chain(chain.name(), chain.policy(), chain.counters(), kept));
    }
    return new Plan.Part(table, table.with(after), List.copyOf(changes));
  }
}
