/** Values to text and JSON; decides nothing. */
@NullMarked
package io.portmapctl.view;

import org.jspecify.annotations.NullMarked;
