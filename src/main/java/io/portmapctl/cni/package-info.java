/** Documents, command-line pieces and their validation; the only reader of JSON. */
@NullMarked
package io.portmapctl.cni;

import org.jspecify.annotations.NullMarked;
