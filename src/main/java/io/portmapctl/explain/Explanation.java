package io.portmapctl.explain;

import java.util.List;

/**
 * A plan, explained.
 *
 * @param walkthroughs its rules, a family at a time
 * @param ports who gets connections to each of its ports
 * @param problems what will not work, and why
 * @param assumptions what was taken for granted, and what was not looked at
 */
public record Explanation(
    List<Walkthrough> walkthroughs,
    List<PortReach> ports,
    List<Problem> problems,
    List<Assumption> assumptions) {

  /** Copies the lists. */
  public Explanation {
    walkthroughs = List.copyOf(walkthroughs);
    ports = List.copyOf(ports);
    problems = List.copyOf(problems);
    assumptions = List.copyOf(assumptions);
  }
}
