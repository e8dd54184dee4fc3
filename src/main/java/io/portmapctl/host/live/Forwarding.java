package io.portmapctl.host.live;

import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Whether a host forwards packets at all: what containers get is forwarded.
 *
 * @param host the host
 */
public record Forwarding(Host host) {
  private static final Path SYSCTLS = Path.of("/proc/sys");

  /** Whether the kernel's setting keeps packets of a family from being forwarded. */
  public boolean isOff(Family family) {
    try {
      return host.setting(SYSCTLS.resolve(ForwardingObstacle.setting(family))).equals("0");
    } catch (IOException e) {
      return false; // a kernel without the family forwards nothing of it, and has no rules either
    }
  }

  /** Whether packets that only cross a bridge are shown to iptables (br_netfilter). */
  public boolean showsBridged(Family family) {
    String setting =
        "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables");
    try {
      return host.setting(SYSCTLS.resolve(setting)).equals("1");
    } catch (IOException e) {
      return false; // without the module they are not
    }
  }
}
