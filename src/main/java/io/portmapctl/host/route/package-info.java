/** How a host routes, as {@code ip} and {@code bridge} print it and {@code /proc} tells it. */
@NullMarked
package io.portmapctl.host.route;

import org.jspecify.annotations.NullMarked;
