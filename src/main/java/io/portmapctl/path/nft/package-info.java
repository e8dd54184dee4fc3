/** What base chains that nft wrote do with packets. */
@NullMarked
package io.portmapctl.path.nft;

import org.jspecify.annotations.NullMarked;
