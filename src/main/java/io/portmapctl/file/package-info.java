/**
 * Files that are written: whole or not at all, for the owner's eyes, and nowhere that somebody else
 * has pointed to.
 */
@NullMarked
package io.portmapctl.file;

import org.jspecify.annotations.NullMarked;
