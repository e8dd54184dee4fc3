package io.portmapctl.explain;

import java.util.List;

/**
 * A plan, explained.
 *
 * @param walkthroughs its rules, a family at a time
 * @param ports who gets connections to each of its ports
 * @param failings what will not work, and why, each in a sentence
 * @param assumptions what was taken for granted, and what was not looked at
 */
public record Explanation(
    List<Walkthrough> walkthroughs,
    List<PortReach> ports,
    List<String> failings,
    List<String> assumptions) {

  /** Copies the lists. */
  public Explanation {
    walkthroughs = List.copyOf(walkthroughs);
    ports = List.copyOf(ports);
    failings = List.copyOf(failings);
    assumptions = List.copyOf(assumptions);
  }
}
