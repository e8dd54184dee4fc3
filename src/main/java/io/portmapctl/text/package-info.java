/** Text that is not a program's own: octets of the kernel, and what of an input is safe to show. */
@NullMarked
package io.portmapctl.text;

import org.jspecify.annotations.NullMarked;
