package io.portmapctl.explain;

/**
 * What keeps a host from forwarding.
 *
 * @param reason what it is, for the middle of a sentence
 * @param total whether it stops everything; else some of it
 */
public record Barrier(String reason, boolean total) {}
