package io.portmapctl.route;

import io.portmapctl.packet.PacketSet;

/**
 * Packets of which the kernel decides the same.
 *
 * @param packets the packets
 * @param decision what it decides
 */
public record Routed(PacketSet packets, Decision decision) {}
