/** What shells complete, written from the command line's model; nothing of it is loaded else. */
@NullMarked
package io.portmapctl.cli.completion;

import org.jspecify.annotations.NullMarked;
