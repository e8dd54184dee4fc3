package io.portmapctl.cli.completion;

import java.util.List;
import java.util.Optional;

/**
 * An option.
 *
 * @param names all its names, with their dashes
 * @param description what it means, in a few words
 * @param value what follows it; empty for a flag
 * @param repeatable whether it can be given again
 */
record Option(List<String> names, String description, Optional<Value> value, boolean repeatable) {}
