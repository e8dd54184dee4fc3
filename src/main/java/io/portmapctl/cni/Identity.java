package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Who owns a mapping: a network's name and a container's ID. It is asked for its digest wherever a
 * chain is named, which is why it keeps it.
 */
public final class Identity {
  private static final int BYTES = 16;

  private final String network;
  private final String containerId;
  private String digest = "";

  /** The container of this ID on the network of this name. */
  public Identity(String network, String containerId) {
    this.network = network;
    this.containerId = containerId;
  }

  /** The network's name. */
  public String network() {
    return network;
  }

  /** The container's ID. */
  public String containerId() {
    return containerId;
  }

  /**
   * Whether both names are such as the CNI specification allows, of letters, digits and {@code
   * _.-}.
   */
  public boolean hasCniNames() {
    return Names.cni(DocumentFault.Named.NETWORK, network).isEmpty()
        && Names.cni(DocumentFault.Named.CONTAINER, containerId).isEmpty();
  }

  /**
   * The first 16 bytes of the SHA-512 of network name and container ID, one after the other, in 32
   * hex digits: more than any chain's name has, and a host has very many.
   */
  public String digest() {
    String known = digest;
    if (known.isEmpty()) {
      known =
          HexFormat.of()
              .formatHex(
                  Sha512.digest((network + containerId).getBytes(StandardCharsets.UTF_8)),
                  0,
                  BYTES);
      digest = known;
    }
    return known;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identity that
        && network.equals(that.network)
        && containerId.equals(that.containerId);
  }

  @Override
  public int hashCode() {
    return 31 * network.hashCode() + containerId.hashCode();
  }

  @Override
  public String toString() {
    return network + "/" + containerId;
  }
}
