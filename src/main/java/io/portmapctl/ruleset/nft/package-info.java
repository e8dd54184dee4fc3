/** Rulesets that nft wrote itself, as {@code nft -j list ruleset} prints them. */
@NullMarked
package io.portmapctl.ruleset.nft;

import org.jspecify.annotations.NullMarked;
