/** Which chains and rules publish the ports of an attachment. */
@NullMarked
package io.portmapctl.layout;

import org.jspecify.annotations.NullMarked;
