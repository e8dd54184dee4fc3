package io.portmapctl.explain;

import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.trace.Truth;
import java.util.function.Function;

/**
 * Settings of the host's kernel on which it depends whether an answer comes back.
 *
 * @param localnet whether localhost's connections may leave towards a container
 * @param bridged whether packets of a family that only cross a bridge are shown to iptables ({@code
 *     bridge-nf-call-iptables})
 */
public record Settings(Function<IpAddress, Localnet> localnet, Function<Family, Truth> bridged) {}
