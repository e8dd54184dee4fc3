/** Documents, command-line pieces and their validation; the only reader of JSON. */
@NullMarked
package io.portmapctl.netconf;

import org.jspecify.annotations.NullMarked;
