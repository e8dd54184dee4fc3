package io.portmapctl.check;

import io.portmapctl.cni.Attachment;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.DesiredRules;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Whether attachments are exactly in the tables: the plan that would make them so must be empty,
 * and nothing may stand before their rules that takes their packets.
 *
 * @param plan what is missing and what is too much, as a plan
 * @param findings a finding for each attachment, in their order
 * @param notices what may be wrong and cannot be told, and what the plan warns of
 */
public record Audit(Plan plan, List<Finding> findings, List<Notice> notices) {

  /**
   * Audits the attachments on the tables.
   *
   * @param host what is known of this host, asked for where a rule makes it count
   */
  public static Audit of(
      List<Table> tables, List<Request.Publish> requests, Supplier<HostAddresses> host) {
    Plan plan = Plans.of(tables, List.copyOf(requests));
    Set<Notice> notices = new LinkedHashSet<>(plan.notices());
    List<Working> all = new ArrayList<>();
    Map<String, List<Working>> byDigits = new HashMap<>();
    for (Request.Publish request : requests) {
      Working working = new Working(request);
      all.add(working);
      byDigits.computeIfAbsent(working.container.digits(), d -> new ArrayList<>()).add(working);
    }
    for (Plan.Part part : plan.families()) {
      PortmapTable table = new PortmapTable(part.before());
      for (Working working : all) {
        working.look(table);
      }
      for (Change change : part.changes()) {
        attribute(change, byDigits, all);
      }
      Shadows shadows =
          new Shadows(
              new PortmapTable(part.after()), host); // what stays in the way when the plan is made
      for (Working working : all) {
        working.shadows.addAll(shadows.of(working.request));
      }
    }
    for (Working working : all) {
      working.shadows.stream()
          .filter(s -> s.extent() == Finding.Extent.OPEN && !s.way().isEmpty())
          .forEach(s -> notices.add(new CheckNotice.MayBeTaken(s.port(), s.chain(), s.rule())));
    }
    for (Conflict conflict : plan.conflicts()) {
      if (conflict instanceof Conflict.ChainName name) {
        byDigits
            .getOrDefault(ContainerChains.digits(name.chain()), List.of())
            .forEach(w -> w.collides = true);
      }
    }
    return new Audit(plan, all.stream().map(Working::finding).toList(), List.copyOf(notices));
  }

  /** Whether every attachment is well. */
  public boolean ok() {
    return findings.stream().allMatch(Finding::ok);
  }

  /** The same with other findings and more to know. */
  public Audit with(List<Finding> others, List<Notice> more) {
    Set<Notice> both = new LinkedHashSet<>(notices);
    both.addAll(more);
    return new Audit(plan, List.copyOf(others), List.copyOf(both));
  }

  /** A change of a container's chain or entry is its attachment's; a shared one all have. */
  private static void attribute(
      Change change, Map<String, List<Working>> byDigits, List<Working> all) {
    String digits = ContainerChains.digits(change.chain());
    String target = change.rule().flatMap(r -> r.target().chain()).orElse("");
    if (digits.isEmpty()) {
      digits = ContainerChains.digits(target);
    }
    if (!digits.isEmpty()) {
      byDigits.getOrDefault(digits, List.of()).forEach(w -> w.add(change));
      return;
    }
    String shared = Layouts.isShared(target) ? target : change.chain();
    for (Working working : all) {
      if (working.wanted.shared().containsKey(shared)) {
        working.add(change);
      }
    }
  }

  /** One attachment while it is looked at. */
  private static final class Working {
    private final Request.Publish request;
    private final Attachment attachment;
    private final ContainerChains container;
    private final List<Finding.Part> missing = new ArrayList<>();
    private final List<Finding.Part> unexpected = new ArrayList<>();
    private final List<Finding.Shadow> shadows = new ArrayList<>();
    private DesiredRules wanted = DesiredRules.NOTHING;
    private boolean collides;

    /** Whether a chain of its own is in one of the tables. */
    private boolean there;

    Working(Request.Publish request) {
      this.request = request;
      this.attachment = request.attachment();
      this.container = ContainerChains.of(attachment.identity());
    }

    void look(PortmapTable table) {
      wanted = request.choice().layout().wanted(attachment, table.table().family());
      there |= !table.chains(container).isEmpty();
    }

    void add(Change change) {
      boolean goes = change instanceof Change.DeleteRule || change instanceof Change.DeleteChain;
      (goes ? unexpected : missing)
          .add(new Finding.Part(change.family(), change.chain(), change.rule().map(r -> r.text())));
    }

    Finding finding() {
      Finding.Status status;
      if (collides || !missing.isEmpty() || !unexpected.isEmpty()) {
        status = there ? Finding.Status.DRIFT : Finding.Status.MISSING;
      } else {
        status = Finding.status(shadows);
      }
      return new Finding(
          attachment,
          request.choice(),
          status,
          List.copyOf(missing),
          List.copyOf(unexpected),
          List.copyOf(shadows),
          List.of());
    }
  }

  /** How many attachments have a status. */
  public long count(Finding.Status status) {
    return findings.stream().filter(f -> f.status() == status).count();
  }
}
