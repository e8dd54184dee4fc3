/**
 * Rules, chains and tables as immutable values. The kernel's own text is {@link
 * io.portmapctl.text.Octets}, because a rule's comment may hold any byte and must survive
 * unchanged; names of chains and interfaces are strings of one {@code char} per byte (ISO 8859-1).
 */
@NullMarked
package io.portmapctl.ruleset;

import org.jspecify.annotations.NullMarked;
