package io.portmapctl.app;

import io.portmapctl.check.Advice;
import io.portmapctl.check.Audit;
import java.util.List;

/**
 * What check shows.
 *
 * @param audit what was found
 * @param report the same as a plan, for its diff
 * @param mend the commands that make it right, in their order
 * @param advice where no command does, what does
 */
public record CheckReport(Audit audit, Report report, List<String> mend, List<Advice> advice) {}
