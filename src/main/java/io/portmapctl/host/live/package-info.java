/** The host's iptables programs: the one place that starts processes. */
@NullMarked
package io.portmapctl.host.live;

import org.jspecify.annotations.NullMarked;
