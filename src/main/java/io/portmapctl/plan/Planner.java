package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.DesiredRules;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plans one family's table: from any state of the container's chains to the wanted one, touching
 * nobody else's rules. Pure: the same input gives the same plan.
 */
public final class Planner {
  private final TableEditor work;
  private final Table before;
  private final List<Conflict> conflicts = new ArrayList<>();
  private final List<PlanNotice> notices = new ArrayList<>();

  /** What was whose before anything was planned. */
  private final PortmapTable owned;

  /** The chains of the attachments that were published in this call, and whose they are. */
  private final Map<String, Identity> published = new HashMap<>();

  private Planner(Table before) {
    this.before = before;
    this.owned = new PortmapTable(before);
    this.work = new TableEditor(before);
  }

  /**
   * The result for one family.
   *
   * @param part the changes
   * @param conflicts why they are refused unless forced
   * @param notices what a reader should know
   */
  public record Result(Plan.Part part, List<Conflict> conflicts, List<PlanNotice> notices) {}

  /** Plans all requests in order on one table. */
  public static Result plan(Table before, List<Request> requests) {
    Planner planner = new Planner(before);
    for (Request request : requests) {
      if (request instanceof Request.Publish publish) {
        planner.publish(publish);
      } else if (request instanceof Request.Withdraw withdraw) {
        planner.withdraw(withdraw.identity());
      } else if (request instanceof Request.WithdrawChain chain) {
        planner.withdraw(chain);
      } else {
        planner.prune();
      }
    }
    Table after = planner.work.table();
    planner.portConflicts(after, requests);
    return new Result(
        new Plan.Part(before, after, planner.work.changes()),
        List.copyOf(planner.conflicts),
        List.copyOf(planner.notices));
  }

  private void publish(Request.Publish publish) {
    Attachment attachment = publish.attachment();
    if (attachment.mappings().isEmpty() || attachment.addresses().isEmpty()) {
      return;
    }
    collision(attachment.identity());
    DesiredRules wanted = publish.choice().layout().wanted(attachment, before.family());
    wanted.shared().keySet().forEach(work::create);
    ContainerChains container = ContainerChains.of(attachment.identity());
    Set<String> own = new LinkedHashSet<>(container.names());
    for (String chain : own) {
      if (wanted.containerChains().containsKey(chain)) {
        work.create(chain);
        replace(chain, wanted.containerChains().get(chain));
      }
    }
    wanted.shared().forEach((chain, rules) -> rules.forEach(r -> once(chain, r, false)));
    wanted.jumps().forEach(j -> once(j.chain(), j.rule(), j.first()));
    Layouts.sharedJumps().forEach(j -> withoutDoubles(j.chain(), j.rule()));
    for (String shared : sharedChains(wanted, own)) {
      entries(
          shared,
          container,
          own,
          wanted.entries().stream().filter(e -> e.chain().equals(shared)).toList());
    }
    for (String chain : own) {
      if (work.has(chain) && !wanted.containerChains().containsKey(chain)) {
        removeStale(chain);
      }
    }
    if (attachment.address(before.family()).isPresent()) {
      published.put(container.digits(), attachment.identity());
    }
  }

  /** The chains that hold, or shall hold, an entry of the container. */
  private Set<String> sharedChains(DesiredRules wanted, Set<String> own) {
    Set<String> chains = new LinkedHashSet<>();
    wanted.entries().forEach(e -> chains.add(e.chain()));
    for (String chain : own) {
      work.referrers(chain).stream()
          .filter(c -> (Layouts.isShared(c) || Layouts.isEntry(c, chain)) && work.has(c))
          .forEach(chains::add);
    }
    return chains;
  }

  /** A chain's rules become these, by the fewest edits. */
  private void replace(String chain, List<Rule> wanted) {
    List<Rule> current = work.rows(chain).stream().map(RuleEntry::rule).toList();
    if (current.equals(wanted)) {
      return;
    }
    int at = 0;
    for (SequenceDiff.Step<Rule> step : SequenceDiff.<Rule>between(current, wanted)) {
      switch (step.kind()) {
        case KEEP -> at++;
        case DELETE -> work.delete(chain, at);
        case INSERT -> work.insert(chain, at++, step.element());
      }
    }
  }

  /** A rule stands in a chain exactly once, at the place of its first. */
  private void once(String chain, Rule rule, boolean first) {
    if (!work.has(chain)) {
      work.create(chain);
    }
    if (!withoutDoubles(chain, rule)) {
      work.insert(chain, first ? 0 : work.rows(chain).size(), rule);
    }
  }

  /** Of several equal rules the first stays; whether there is one. */
  private boolean withoutDoubles(String chain, Rule rule) {
    boolean found = false;
    for (int i = 0; i < work.rows(chain).size(); i++) {
      if (work.rows(chain).get(i).rule().equals(rule)) {
        if (found) {
          work.delete(chain, i--);
        }
        found = true;
      }
    }
    return found;
  }

  /** The container's entries in a shared chain become these, at the place of its first. */
  private void entries(
      String shared,
      ContainerChains container,
      Set<String> own,
      List<DesiredRules.Placement> placements) {
    List<Rule> wanted = placements.stream().map(DesiredRules.Placement::rule).toList();
    List<Rule> current = currentEntries(shared, container);
    if (current.equals(wanted)) {
      return;
    }
    if (current.isEmpty()) {
      boolean first = placements.get(0).first();
      for (int i = 0; i < wanted.size(); i++) {
        work.insert(shared, first ? i : work.rows(shared).size(), wanted.get(i));
      }
      return;
    }
    if (wanted.stream().anyMatch(Rule::hasUnmodelledMatch)) {
      notices.add(new PlanNotice.UnmodelledEntry(before.family(), shared));
    }
    int at = next(shared, own, 0);
    int place = at; // where the next new entry goes: behind what stays, else where the first stood
    for (SequenceDiff.Step<Rule> step : SequenceDiff.<Rule>between(current, wanted)) {
      switch (step.kind()) {
        case KEEP -> {
          at = next(shared, own, at) + 1;
          place = at;
        }
        case DELETE -> {
          at = next(shared, own, at);
          work.delete(shared, at);
        }
        case INSERT -> {
          work.insert(shared, place++, step.element());
          at++;
        }
      }
    }
  }

  /** The index of the container's next entry, or the end. */
  private int next(String shared, Set<String> own, int from) {
    List<RuleEntry> rows = work.rows(shared);
    int at = from;
    while (at < rows.size() && !own.contains(rows.get(at).targetChain())) {
      at++;
    }
    return at;
  }

  private List<Rule> currentEntries(String shared, ContainerChains container) {
    if (!published.containsKey(container.digits())) {
      return owned.leadingFrom(shared, container);
    }
    // another attachment of this call has the same chains: only the table itself tells
    List<String> own = container.names();
    return work.rows(shared).stream()
        .filter(r -> own.contains(r.targetChain()))
        .map(RuleEntry::rule)
        .toList();
  }

  /** A chain that is wanted no more; where somebody else's rule leads to it, it is only emptied. */
  private void removeStale(String chain) {
    boolean referred =
        work.referrers(chain).stream()
            .flatMap(c -> work.rows(c).stream())
            .anyMatch(r -> r.targetChain().equals(chain));
    if (referred) {
      work.flush(chain);
    } else {
      work.deleteChain(chain);
    }
  }

  private void withdraw(Identity identity) {
    collision(identity);
    removeContainer(ContainerChains.of(identity).names());
  }

  private void withdraw(Request.WithdrawChain request) {
    List<String> chains = request.container().names();
    for (String chain : chains) {
      for (String holder : work.referrers(chain)) {
        work.rows(holder).stream()
            .filter(r -> r.targetChain().equals(chain))
            .flatMap(r -> PortmapTable.owner(r.rule(), chain).stream())
            .forEach(owner -> notices.add(new PlanNotice.OwnedChain(chain, owner)));
      }
    }
    removeContainer(chains);
  }

  private void removeContainer(List<String> chains) {
    Set<String> own = Set.copyOf(chains);
    Set<String> holders = new LinkedHashSet<>();
    chains.forEach(c -> holders.addAll(work.referrers(c)));
    holders.forEach(holder -> deleteRulesTo(own, holder));
    for (String chain : chains) {
      if (work.has(chain)) {
        work.deleteChain(chain);
      }
    }
  }

  /**
   * The chain name of another owner: its entry's comment, or another attachment of this call,
   * tells.
   */
  private void collision(Identity identity) {
    ContainerChains container = ContainerChains.of(identity);
    Optional<Identity> other =
        Optional.ofNullable(published.get(container.digits())).filter(o -> !o.equals(identity));
    other.ifPresent(o -> collides(identity, Optional.of(o), container.names().get(0)));
    for (String chain : container.names()) {
      for (Rule entry : owned.leading(chain)) {
        Optional<Identity> owner = PortmapTable.owner(entry, chain);
        if (owner.isPresent() && !owner.get().equals(identity)) {
          collides(identity, owner, chain);
        } else if (PortmapTable.isCutForAnother(entry, identity)) {
          collides(identity, Optional.empty(), chain);
        }
      }
    }
  }

  private void collides(Identity identity, Optional<Identity> other, String chain) {
    Conflict conflict = new Conflict.ChainName(before.family(), identity, other, chain);
    if (!conflicts.contains(conflict)) {
      conflicts.add(conflict);
    }
  }

  private void portConflicts(Table after, List<Request> requests) {
    PortConflicts found = new PortConflicts(new PortmapTable(after));
    for (Request request : requests) {
      if (request instanceof Request.Publish publish
          && publish.attachment().address(before.family()).isPresent()) {
        for (Conflict.Port conflict : found.of(publish)) {
          if (!saidTheOtherWayRound(conflict)) {
            conflicts.add(conflict);
          }
        }
      }
    }
  }

  private boolean saidTheOtherWayRound(Conflict.Port conflict) {
    return conflicts.stream()
        .anyMatch(
            c ->
                c instanceof Conflict.Port said
                    && said.other().equals(Optional.of(conflict.owner()))
                    && conflict.other().equals(Optional.of(said.owner()))
                    && said.hostPort() == conflict.hostPort()
                    && said.protocol().equals(conflict.protocol()));
  }

  private void prune() {
    for (List<String> chains : Layouts.sharedChains()) {
      if (!isLedTo(chains.get(0)) && chains.stream().allMatch(this::isDisposable)) {
        chains.stream().filter(work::has).forEach(this::pruneChain);
      }
    }
  }

  private boolean isDisposable(String chain) {
    return work.rows(chain).stream().allMatch(r -> Layouts.isDisposable(chain, r.rule()));
  }

  /** Removes a shared chain with the plugin's own jumps to it, unless others' rules lead there. */
  private void pruneChain(String chain) {
    if (!isLedTo(chain)) {
      referrers(chain).forEach(holder -> deleteRulesTo(Set.of(chain), holder));
      work.deleteChain(chain);
    }
  }

  /** Whether a rule leads to a chain that is none of the jumps that layouts share. */
  private boolean isLedTo(String chain) {
    for (String holder : referrers(chain)) {
      for (RuleEntry row : work.rows(holder)) {
        if (row.targetChain().equals(chain) && !Layouts.isSharedJump(holder, row.rule())) {
          return true;
        }
      }
    }
    return false;
  }

  private void deleteRulesTo(Set<String> chains, String holder) {
    for (int i = 0; i < work.rows(holder).size(); i++) {
      if (chains.contains(work.rows(holder).get(i).targetChain())) {
        work.delete(holder, i--);
      }
    }
  }

  private List<String> referrers(String chain) {
    List<String> holders = new ArrayList<>();
    for (String name : work.chainNames()) {
      if (work.rows(name).stream().anyMatch(r -> r.targetChain().equals(chain))) {
        holders.add(name);
      }
    }
    return holders;
  }
}
