/** What reads and changes rulesets, and how a plan is carried out on it. */
@NullMarked
package io.portmapctl.host;

import org.jspecify.annotations.NullMarked;
