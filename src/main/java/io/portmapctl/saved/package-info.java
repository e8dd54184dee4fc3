/** Plans in files: what they say, and what of them must still be so when they are carried out. */
@NullMarked
package io.portmapctl.saved;

import org.jspecify.annotations.NullMarked;
