package io.portmapctl.app;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.Footing;
import io.portmapctl.cni.InputError;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Reversal;
import io.portmapctl.plan.SequenceDiff;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.saved.Essence;
import io.portmapctl.saved.HostIdentity;
import io.portmapctl.saved.PlanDifference;
import io.portmapctl.saved.SavedPlan;
import io.portmapctl.saved.SavedPlanFormat;
import io.portmapctl.saved.SavedRequest;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A plan that was saved and comes to be carried out: what it was, made again from what its host
 * answered then.
 *
 * @param document what its file says
 * @param report the plan
 * @param essence what must still be so
 */
public record ReviewedPlan(SavedPlanFormat.Document document, Report report, Essence essence) {

  /**
   * A plan as a file that {@link SavedPlanFormat} reads.
   *
   * @param host the host that it was made on
   * @param recorded what that host has answered
   */
  public static String saved(
      Report report, LiveHost host, RecordingHost recorded, SavedRequest request) {
    HostIdentity identity = HostIdentity.of(recorded);
    return SavedPlanFormat.print(
        new SavedPlan(
            identity,
            request,
            SavedPlan.sources(recorded.sources()),
            essence(report, host),
            recorded.answers()));
  }

  /**
   * The plan of a file.
   *
   * @param file its name
   * @param report the plan, made again
   * @param seen the host that it was made again on
   * @throws Failure where the file says something else than that gives
   */
  public static ReviewedPlan of(
      String file, SavedPlanFormat.Document document, Report report, LiveHost seen) throws Failure {
    Essence essence = essence(report, seen);
    Optional<String> differing = document.differing(essence);
    if (differing.isPresent()) {
      throw NamedFile.failure(file, new SavedPlanFault.NotReproduced(differing.get()));
    }
    return new ReviewedPlan(document, report, essence);
  }

  /**
   * That it was made for a host.
   *
   * @throws Failure where it was not
   */
  public void requireHost(String file, LiveHost here) throws Failure {
    Optional<SavedPlanFault> other = document.host().differs(HostIdentity.of(here.host()));
    if (other.isPresent()) {
      throw refusal(file, other.get());
    }
  }

  /** Why it is not carried out. */
  public static Failure refusal(String file, SavedPlanFault why) {
    return new Failure(Failure.Kind.REFUSED, NamedFile.shown(file), why);
  }

  /** That it is another plan now, with every line of the difference. */
  public static Failure refusal(String file, PlanDifference difference) {
    String name = NamedFile.shown(file);
    List<InputError> errors = new ArrayList<>();
    errors.add(new InputError(name, new SavedPlanFault.Outdated()));
    for (PlanDifference.Part part : difference.parts()) {
      String place =
          "/"
              + part.kind().name().toLowerCase(Locale.ROOT)
              + part.family().map(f -> "/" + f.id()).orElse("");
      for (SequenceDiff.Step<Octets> line : part.lines()) {
        if (line.kind() != SequenceDiff.Kind.KEEP) {
          boolean now = line.kind() == SequenceDiff.Kind.INSERT;
          errors.add(new InputError(name, place, new SavedPlanFault.Differs(line.element(), now)));
        }
      }
    }
    return new Failure(Failure.Kind.REFUSED, errors);
  }

  /**
   * Whether nothing is to be done, and all that the plan makes is there: its chains and rules as
   * often as they would be, and none that it removes.
   */
  public boolean isThere(Report now) {
    if (now.hasChanges()) {
      return false;
    }
    for (Plan.Part then : report.plan().families()) {
      Optional<Table> table =
          now.plan().families().stream()
              .map(Plan.Part::before)
              .filter(t -> t.family() == then.before().family())
              .findFirst();
      for (Change change : then.changes()) {
        if (table.isEmpty() || !isThere(change, then.after(), table.get())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isThere(Change change, Table planned, Table now) {
    String chain = change.chain();
    if (change.rule().isEmpty()) {
      return planned.chain(chain).isPresent() == now.chain(chain).isPresent();
    }
    return count(planned, chain, change.rule().get()) == count(now, chain, change.rule().get());
  }

  private static long count(Table table, String chain, Rule rule) {
    return table.rows(chain).stream().filter(r -> r.rule().equals(rule)).count();
  }

  /**
   * How a plan that is made now differs.
   *
   * @param sources what it was made from
   */
  public PlanDifference difference(Report now, LiveHost host, List<SavedPlan.Source> sources) {
    return PlanDifference.between(essence, essence(now, host), document.sources(), sources);
  }

  /** Carries out this plan only; what other tables do was looked at before. */
  public Apply.Fit fit(LiveHost host) {
    Essence mine = essence.withoutElsewhere();
    return now -> mine.equals(essence(now, host).withoutElsewhere());
  }

  /** What a reader should know where the plan fits. */
  public List<Notice> notices(Report now, PlanDifference difference) {
    List<Notice> notices = new ArrayList<>();
    for (PlanDifference.Part part : difference.parts()) {
      if (part.kind() == PlanDifference.Kind.SOURCES) {
        notices.add(new AppNotice.SourcesChanged());
      }
    }
    for (Plan.Part then : report.plan().families()) {
      for (Plan.Part part : now.plan().families()) {
        Table before = part.before();
        if (before.family() == then.before().family()
            && !Reversal.sameTexts(then.before(), before)) {
          notices.add(new AppNotice.OthersMoved(before.family()));
        }
      }
    }
    return notices;
  }

  private static Essence essence(Report report, LiveHost host) {
    Set<ContainerChains> containers = new LinkedHashSet<>();
    report.subjects().forEach(s -> containers.add(ContainerChains.of(s.identity())));
    List<Essence.State> state = new ArrayList<>();
    for (Plan.Part part : report.plan().families()) {
      state.add(
          new Essence.State(
              part.before().family(),
              host.backend().program(part.before().family()),
              Footing.of(part, containers),
              elsewhere(report, part)));
    }
    List<Essence.Kept> kept = new ArrayList<>();
    for (KeptDocument document : report.kept()) {
      kept.add(new Essence.Kept(document.file(), document.content().map(Octets::new)));
    }
    return Essence.of(report.plan(), kept, state);
  }

  private static List<Octets> elsewhere(Report report, Plan.Part part) {
    List<Octets> lines = new ArrayList<>();
    for (Notice notice : report.notices()) {
      if (notice instanceof CheckNotice.TranslatedElsewhere other) {
        List<String> ports = new ArrayList<>();
        for (PublishedPort port : other.ports()) {
          if (port.family() == part.before().family()) {
            ports.add(port.key());
          }
        }
        if (!ports.isEmpty()) {
          ports.sort(null);
          lines.add(
              Octets.utf8(
                  other.variant().map(v -> v.id()).orElse("nftables")
                      + " "
                      + other.table()
                      + " "
                      + other.chain()
                      + other.to().map(t -> " " + t).orElse("")
                      + " "
                      + String.join(" ", ports)));
        }
      }
    }
    return List.copyOf(lines);
  }
}
