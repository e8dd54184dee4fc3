package io.portmapctl.app;

import io.portmapctl.cni.Identity;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What shall be removed.
 *
 * @param requests what is asked of the planner
 * @param subjects whom it is about
 * @param sources for each family, where its table comes from
 * @param kept where documents are kept, which go too; empty where none does
 * @param nearness which of the known words a misspelt one was meant to be; empty where nobody is
 *     told whom they may have meant
 */
public record RemoveRequest(
    List<Request> requests,
    List<Report.Subject> subjects,
    List<String> sources,
    Optional<KeptFolder> kept,
    Optional<Nearness> nearness)
    implements PlanRequest {

  /** So many containers of which nothing is there are told of, and so many others for each. */
  private static final int FEW = 3;

  /** Of a caller that knows whom it means. */
  public RemoveRequest(
      List<Request> requests, List<Report.Subject> subjects, List<String> sources) {
    this(requests, subjects, sources, Optional.empty(), Optional.empty());
  }

  /** Tells which of some words is near another. */
  public interface Nearness {
    /** The nearest; empty where none is near. */
    Optional<String> to(String word, Collection<String> known);
  }

  @Override
  public Report on(List<Table> tables, List<Notice> given) {
    Plan plan = Plans.of(tables, requests);
    List<Notice> notices = new ArrayList<>(given);
    if (nearness.isPresent() && !subjects.isEmpty()) {
      notices.addAll(nothingThere(new PortmapState(tables)));
    }
    notices.addAll(plan.notices());
    List<KeptDocument> forgotten = new ArrayList<>();
    if (kept.isPresent()) {
      for (Report.Subject subject : subjects) {
        kept.get().forgetting(subject.identity()).ifPresent(forgotten::add);
      }
    }
    return new Report(
        "del", subjects, sources, plan, List.copyOf(notices), List.of(), List.copyOf(forgotten));
  }

  /** Those of whom nothing is there, where somebody is there who may have been meant. */
  private List<AppNotice> nothingThere(PortmapState state) {
    Set<String> there = new HashSet<>();
    Set<Identity> known = new LinkedHashSet<>();
    for (PortmapState.Remains each : state.remains()) {
      there.add(each.container().digits());
      known.addAll(each.named());
    }
    List<AppNotice> notices = new ArrayList<>();
    for (Report.Subject subject : subjects) {
      Identity asked = subject.identity();
      if (notices.size() < FEW && !there.contains(ContainerChains.of(asked).digits())) {
        List<Identity> near = near(asked, known);
        if (!near.isEmpty()) {
          notices.add(new AppNotice.NothingThere(asked, near));
        }
      }
    }
    return notices;
  }

  /** The same container elsewhere, or one of which the ID is a part, or the like. */
  private List<Identity> near(Identity asked, Set<Identity> known) {
    String id = asked.containerId();
    Set<Identity> near = new LinkedHashSet<>();
    known.stream().filter(k -> k.containerId().equals(id)).forEach(near::add);
    known.stream().filter(k -> !id.isEmpty() && k.containerId().startsWith(id)).forEach(near::add);
    List<String> ids =
        known.stream()
            .filter(k -> k.network().equals(asked.network()))
            .map(Identity::containerId)
            .toList();
    nearness.flatMap(n -> n.to(id, ids)).ifPresent(n -> near.add(new Identity(asked.network(), n)));
    return near.stream().limit(FEW).toList();
  }
}
