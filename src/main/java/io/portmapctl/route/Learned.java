package io.portmapctl.route;

/**
 * What a bridge has learned: behind which port an Ethernet address is.
 *
 * @param hardware the address
 * @param port the port
 * @param bridge the bridge
 * @param own whether the address is the port's own
 * @param sticky whether somebody wrote it down, and it stays where the address is seen elsewhere
 */
public record Learned(String hardware, String port, String bridge, boolean own, boolean sticky) {}
