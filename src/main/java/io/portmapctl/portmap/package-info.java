/** Which chains and rules publish the ports of an attachment. */
@NullMarked
package io.portmapctl.portmap;

import org.jspecify.annotations.NullMarked;
