/** Values to text and JSON; decides nothing. */
@NullMarked
package io.portmapctl.render;

import org.jspecify.annotations.NullMarked;
