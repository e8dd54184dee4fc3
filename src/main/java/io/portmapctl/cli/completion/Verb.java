package io.portmapctl.cli.completion;

import java.util.List;
import java.util.Optional;

/**
 * A command.
 *
 * @param name its name
 * @param description what it does, in a few words
 * @param options its options
 * @param arguments what its arguments are; empty where it takes none
 */
record Verb(String name, String description, List<Option> options, Optional<Value> arguments) {}
