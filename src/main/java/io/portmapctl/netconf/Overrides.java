package io.portmapctl.netconf;

import io.portmapctl.model.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command line says in place of a document's pieces.
 *
 * @param network the network name
 * @param containerId the container ID
 * @param ifName the interface name
 * @param fallbackContainerId the container ID where neither option nor document has one
 * @param fallbackIfName the interface name where neither option nor document has one
 * @param addresses the container's addresses
 * @param mappings the port mappings
 * @param noSnat whether {@code --no-snat} was given
 * @param conditionsV4 IPv4 conditions
 * @param conditionsV6 IPv6 conditions
 * @param masqAll whether {@code --masq-all} was given
 * @param markBit the mark bit
 * @param setMarkChain the external chain
 * @param pluginType the type that a conflist's plugin must have
 */
public record Overrides(
    Optional<String> network,
    Optional<String> containerId,
    Optional<String> ifName,
    Optional<String> fallbackContainerId,
    Optional<String> fallbackIfName,
    List<Cidr> addresses,
    List<PortMapping> mappings,
    boolean noSnat,
    List<String> conditionsV4,
    List<String> conditionsV6,
    boolean masqAll,
    OptionalInt markBit,
    Optional<String> setMarkChain,
    String pluginType) {}
