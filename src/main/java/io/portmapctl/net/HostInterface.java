package io.portmapctl.net;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A network interface of the host.
 *
 * @param name its name; empty for addresses of which the interface is not told
 * @param addresses its addresses with their prefixes, in its order
 * @param broadcasts its broadcast addresses
 * @param up whether it is up; the addresses of one that is not are the host's all the same
 */
public record HostInterface(
    String name, List<Cidr> addresses, List<IpAddress> broadcasts, boolean up) {

  /** One that is up. */
  public HostInterface(String name, List<Cidr> addresses, List<IpAddress> broadcasts) {
    this(name, addresses, broadcasts, true);
  }

  /** Copies the lists. */
  public HostInterface {
    addresses = List.copyOf(addresses);
    broadcasts = List.copyOf(broadcasts);
  }

  /**
   * Whether the kernel gives a network interface such a name (dev_valid_name): at most 15 bytes, no
   * slash, no colon, none that is a space to the kernel, which reads bytes as ISO 8859-1. Control
   * characters, which it allows, nobody means.
   */
  public static boolean isName(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (b == '/' || b == ':' || b >= 0 && b <= ' ' || b == 127 || b == (byte) 0xa0) {
        return false;
      }
    }
    return bytes.length > 0 && bytes.length <= 15 && !name.equals(".") && !name.equals("..");
  }
}
