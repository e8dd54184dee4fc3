/**
 * The program in the place of the CNI plugin {@code portmap}: a thin caller of the use cases, as
 * the command line is one. It reads what a container runtime hands over, has it done, and answers
 * as the CNI specification says. Nothing of the command line is loaded for it.
 */
@NullMarked
package io.portmapctl.plugin;

import org.jspecify.annotations.NullMarked;
