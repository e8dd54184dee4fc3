package io.portmapctl.app;

import io.portmapctl.notice.Notice;
import io.portmapctl.ruleset.Table;
import java.util.List;

/** What shall be, to be planned on any tables. */
public interface PlanRequest {

  /**
   * Plans on these tables.
   *
   * @param given what reading the tables and the inputs has warned of
   * @throws Failure when what is wanted does not fit these tables
   */
  Report on(List<Table> tables, List<Notice> given) throws Failure;
}
