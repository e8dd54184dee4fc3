package io.portmapctl.app;

import io.portmapctl.ruleset.Table;
import java.util.List;

/** What shall be, to be planned on any tables. */
public interface PlanRequest {

  /**
   * Plans on these tables.
   *
   * @param warnings what reading the tables and the inputs has warned of
   * @throws Failure when what is wanted does not fit these tables
   */
  Report on(List<Table> tables, List<String> warnings) throws Failure;
}
