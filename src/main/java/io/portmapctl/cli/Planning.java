package io.portmapctl.cli;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.Report;
import java.util.List;

/** What one call of a command wants, to be planned on any tables. */
interface Planning {

  /**
   * Plans on these tables.
   *
   * @param warnings what reading the tables and the inputs has warned of
   * @throws Failure when what is wanted does not fit these tables
   */
  Report on(List<Table> tables, List<String> warnings) throws Failure;

  /**
   * The one family that is printed where a format prints one.
   *
   * @throws Failure when it cannot be told
   */
  Family printed(Plan plan) throws Failure;
}
