package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
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
    String pluginType) {

  /** Nothing but which plugin of a configuration list is meant. */
  public static Overrides pluginType(String type) {
    Optional<String> none = Optional.empty();
    return new Overrides(
        none,
        none,
        none,
        none,
        none,
        List.of(),
        List.of(),
        false,
        List.of(),
        List.of(),
        false,
        OptionalInt.empty(),
        none,
        type);
  }

  /** What is wrong with them by themselves; a document has no part in it. */
  public List<InputError> errors() {
    Diagnostics errors = new Diagnostics("command line");
    network
        .flatMap(n -> Names.cni(DocumentFault.Named.NETWORK, n))
        .ifPresent(fault -> errors.error("--net", fault));
    containerId
        .flatMap(c -> Names.cni(DocumentFault.Named.CONTAINER, c))
        .ifPresent(fault -> errors.error("--container-id", fault));
    ifName.flatMap(Names::networkInterface).ifPresent(fault -> errors.error("--ifname", fault));
    Conditions.check(Cursor.items("--condition-v4", conditionsV4, errors), Family.IPV4);
    Conditions.check(Cursor.items("--condition-v6", conditionsV6, errors), Family.IPV6);
    return errors.errors();
  }
}
