/** Where packets go by the routing tables, and which of them the kernel takes at all. */
@NullMarked
package io.portmapctl.route;

import org.jspecify.annotations.NullMarked;
