/** The way of a packet through everything that the kernel does with it. */
@NullMarked
package io.portmapctl.path;

import org.jspecify.annotations.NullMarked;
