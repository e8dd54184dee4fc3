/** A host in a file: what the other commands would read of it, recorded and given back. */
@NullMarked
package io.portmapctl.host.snapshot;

import org.jspecify.annotations.NullMarked;
