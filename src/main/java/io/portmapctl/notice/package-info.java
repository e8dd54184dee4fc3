/** What is worth saying, as a fact: each room has its own kinds, the views have the words. */
@NullMarked
package io.portmapctl.notice;

import org.jspecify.annotations.NullMarked;
