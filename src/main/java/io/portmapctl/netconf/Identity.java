package io.portmapctl.netconf;

/**
 * Who owns a mapping.
 *
 * @param network the network name
 * @param containerId the container ID
 */
public record Identity(String network, String containerId) {}
