/**
 * Rules, chains and tables as immutable values. Values are octet strings: one {@code char} per byte
 * (ISO 8859-1), because a rule's comment may hold any byte and must survive unchanged.
 */
@NullMarked
package io.portmapctl.model;

import org.jspecify.annotations.NullMarked;
