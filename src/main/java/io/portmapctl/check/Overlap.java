package io.portmapctl.check;

/**
 * Two containers' chains that take packets of one port.
 *
 * @param first the one whose entry stands first: it takes them
 * @param second the other
 * @param sameContainer whether it is one container on several networks, which is no conflict
 * @param whole whether the first takes all that the second is for; else the second gets what the
 *     conditions of the first leave
 */
public record Overlap(Mapping first, Mapping second, boolean sameContainer, boolean whole) {}
