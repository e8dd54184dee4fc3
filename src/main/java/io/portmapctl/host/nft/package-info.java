/** What nft wrote itself, as {@code nft -j} prints it. */
@NullMarked
package io.portmapctl.host.nft;

import org.jspecify.annotations.NullMarked;
