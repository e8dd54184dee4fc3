package io.portmapctl.check;

/**
 * Two containers' chains that take packets of one port.
 *
 * @param first the one whose entry stands first: it takes them
 * @param second the other
 * @param sameContainer whether it is one container on several networks, which is no conflict
 */
public record Overlap(Mapping first, Mapping second, boolean sameContainer) {}
