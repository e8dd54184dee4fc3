package io.portmapctl.app;

import io.portmapctl.cni.Identity;
import io.portmapctl.cni.InputError;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.LayoutChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a view shows.
 *
 * @param command the command's name
 * @param subjects whom it is about
 * @param rulesets where the current tables came from: {@code live}, {@code empty} or a file
 * @param plan the plan
 * @param notices what the plan, the inputs and the host warn of
 * @param leftOut what is wrong with attachments that the plan leaves out
 * @param kept the documents that are kept with it, or kept no longer
 */
public record Report(
    String command,
    List<Subject> subjects,
    List<String> rulesets,
    Plan plan,
    List<Notice> notices,
    List<InputError> leftOut,
    List<KeptDocument> kept) {

  /** One that leaves what is kept as it is. */
  public Report(
      String command,
      List<Subject> subjects,
      List<String> rulesets,
      Plan plan,
      List<Notice> notices,
      List<InputError> leftOut) {
    this(command, subjects, rulesets, plan, notices, leftOut, List.of());
  }

  /** Whether anything changes. */
  public boolean hasChanges() {
    return plan.hasChanges() || !kept.isEmpty();
  }

  /**
   * One attachment.
   *
   * @param identity network and container
   * @param ifName the interface name
   * @param choice the layout, where one was needed
   */
  public record Subject(Identity identity, String ifName, Optional<LayoutChoice> choice) {}

  /** The same with those notices alone that pass a test. */
  Report having(Predicate<Notice> test) {
    List<Notice> some = notices.stream().filter(test).toList();
    return new Report(command, subjects, rulesets, plan, some, leftOut, kept);
  }

  /** The same about another plan, with more to know. */
  public Report with(Plan other, List<? extends Notice> more) {
    List<Notice> all = new ArrayList<>(notices);
    all.addAll(more);
    return new Report(command, subjects, rulesets, other, List.copyOf(all), leftOut, kept);
  }

  /** The same with other documents that are kept. */
  Report keeping(List<KeptDocument> documents) {
    return new Report(command, subjects, rulesets, plan, notices, leftOut, documents);
  }
}
