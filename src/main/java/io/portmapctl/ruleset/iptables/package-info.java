/** The words of iptables: rules and the save format, read and written. */
@NullMarked
package io.portmapctl.ruleset.iptables;

import org.jspecify.annotations.NullMarked;
