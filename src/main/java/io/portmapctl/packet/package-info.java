/** Exact sets of packets: what can be said of many packets at once. */
@NullMarked
package io.portmapctl.packet;

import org.jspecify.annotations.NullMarked;
