/** Commands, options, exit codes: the only place that knows streams and the environment. */
@NullMarked
package io.portmapctl.cli;

import org.jspecify.annotations.NullMarked;
