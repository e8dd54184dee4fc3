package io.portmapctl.plugin;

import java.util.List;

/**
 * What a call leaves.
 *
 * @param exit the exit status: 0, or 1 where it did not work
 * @param out what goes to standard output, as octets
 * @param log what goes to standard error, a line each
 */
public record Answer(int exit, String out, List<String> log) {}
