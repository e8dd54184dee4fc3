/**
 * What a plan or a ruleset does to packets, and to whom: facts, of which the views make sentences.
 */
@NullMarked
package io.portmapctl.explain;

import org.jspecify.annotations.NullMarked;
