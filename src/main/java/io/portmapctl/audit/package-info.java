/** What a ruleset holds, and whether it is as the attachments want it. */
@NullMarked
package io.portmapctl.audit;

import org.jspecify.annotations.NullMarked;
