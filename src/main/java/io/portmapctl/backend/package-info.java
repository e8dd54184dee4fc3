/** Processes: the one place that starts them. */
@NullMarked
package io.portmapctl.backend;

import org.jspecify.annotations.NullMarked;
