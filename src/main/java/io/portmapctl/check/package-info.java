/** What a ruleset holds, and whether it is as the attachments want it. */
@NullMarked
package io.portmapctl.check;

import org.jspecify.annotations.NullMarked;
