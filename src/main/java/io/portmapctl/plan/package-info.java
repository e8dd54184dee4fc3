/** From a current table and what is wanted to an ordered list of changes; pure. */
@NullMarked
package io.portmapctl.plan;

import org.jspecify.annotations.NullMarked;
