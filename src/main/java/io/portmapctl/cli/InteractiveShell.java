package io.portmapctl.cli;

/**
 * What {@code portmapctl shell} starts. It is found as a service: the shell uses the commands, and
 * they know nothing of it.
 */
public interface InteractiveShell {

  /**
   * Runs lines until there are no more.
   *
   * @param session the surroundings
   * @param ruleset what the lines work on at first
   * @param keepGoing whether a script goes on after a line that failed
   * @return the exit code
   */
  int run(Session session, ChosenRuleset ruleset, boolean keepGoing);
}
