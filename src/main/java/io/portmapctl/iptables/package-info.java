/** The host's iptables programs: the one place that starts processes. */
@NullMarked
package io.portmapctl.iptables;

import org.jspecify.annotations.NullMarked;
