/** The words of iptables: parsing rules, the save format, and reading live tables. */
@NullMarked
package io.portmapctl.iptables;

import org.jspecify.annotations.NullMarked;
