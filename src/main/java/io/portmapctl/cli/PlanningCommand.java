package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.PlanRequest;
import io.portmapctl.app.Rulesets;
import io.portmapctl.cni.DocumentNotice;
import java.util.List;
import picocli.CommandLine.ParseResult;

/** A command that plans: what it is given becomes a request, now or from a saved plan. */
interface PlanningCommand extends Command {

  /**
   * What is asked.
   *
   * @param request what shall be
   * @param printed which family is printed where a format prints one
   * @param notices what the inputs have warned of
   * @param inputErrors whether some inputs were left out
   */
  record Planned(
      PlanRequest request,
      Execution.Printed printed,
      List<DocumentNotice> notices,
      boolean inputErrors) {}

  /**
   * Reads what is asked.
   *
   * @param host the host that counts as live
   * @throws Failure where it cannot be told what is asked
   */
  Planned planned(
      Session session, ParseResult given, LiveHost host, Rulesets rulesets, Outcome outcome)
      throws Failure;
}
