/** Addresses, networks, ports, protocols, families and interfaces, as values. */
@NullMarked
package io.portmapctl.net;

import org.jspecify.annotations.NullMarked;
