package io.portmapctl.render;

import io.portmapctl.layout.LayoutChoice;
import io.portmapctl.netconf.Identity;
import io.portmapctl.plan.Plan;
import java.util.List;
import java.util.Optional;

/**
 * What a view shows.
 *
 * @param command the command's name
 * @param subjects whom it is about
 * @param rulesets where the current tables came from: {@code live}, {@code empty} or a file
 * @param plan the plan
 * @param warnings the plan's and the inputs' warnings
 */
public record Report(
    String command,
    List<Subject> subjects,
    List<String> rulesets,
    Plan plan,
    List<String> warnings) {

  /**
   * One attachment.
   *
   * @param identity network and container
   * @param ifName the interface name
   * @param choice the layout, where one was needed
   */
  public record Subject(Identity identity, String ifName, Optional<LayoutChoice> choice) {}
}
