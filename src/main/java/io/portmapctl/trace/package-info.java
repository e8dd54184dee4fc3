/** Which packets a rule takes. */
@NullMarked
package io.portmapctl.trace;

import org.jspecify.annotations.NullMarked;
