/** The shell: lines that are typed or read, run as commands. The only place that knows JLine. */
@NullMarked
package io.portmapctl.shell;

import org.jspecify.annotations.NullMarked;
