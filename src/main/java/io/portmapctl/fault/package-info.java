/** What went wrong, as values: each with a stable code and its data, none with a sentence. */
@NullMarked
package io.portmapctl.fault;

import org.jspecify.annotations.NullMarked;
