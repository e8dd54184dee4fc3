/** What a plan or a ruleset does to packets, and to whom, in plain words. */
@NullMarked
package io.portmapctl.explain;

import org.jspecify.annotations.NullMarked;
