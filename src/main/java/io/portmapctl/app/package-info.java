/**
 * Use cases: a typed request becomes a typed result. They read the host, plan, check, explain, list
 * and change; locks, rehearsal, undo and confirmation are here. Who calls them shows and asks.
 */
@NullMarked
package io.portmapctl.app;

import org.jspecify.annotations.NullMarked;
