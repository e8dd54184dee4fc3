package io.portmapctl.saved;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked when a plan was saved: it is asked again when it is carried out.
 *
 * @param command the command
 * @param arguments its words, without those that only say how a plan is shown
 * @param folder the folder in which it was called, where names of files count from it; else empty
 * @param environment what of the environment it heeded
 * @param input what was on standard input, each byte as the character of its value; empty where
 *     that was not read
 */
public record SavedRequest(
    String command,
    List<String> arguments,
    String folder,
    Map<String, String> environment,
    Optional<String> input) {}
