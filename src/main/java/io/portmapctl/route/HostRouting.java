package io.portmapctl.route;

import io.portmapctl.net.Family;
import java.util.List;

/** What is known of how a host routes. Whoever implements it reads nothing before it is asked. */
public interface HostRouting {

  /** The policy rules of a family, in their order. */
  Known<List<PolicyRule>> rules(Family family);

  /** The routes of all tables and both families. */
  Known<List<Route>> routes();

  /** The interfaces. */
  Known<List<Link>> links();

  /** The neighbours. */
  Known<List<Neighbour>> neighbours();

  /** The policies of IPsec's; nobody need know of any. */
  default Known<List<IpsecPolicy>> policies() {
    return Known.not(Missing.IPSEC);
  }

  /** What the bridges have learned. */
  Known<List<Learned>> learned();

  /**
   * A setting's value.
   *
   * @param key its place below {@code /proc/sys}, with slashes
   * @return empty text where the kernel does not have it
   */
  Known<String> setting(String key);

  /**
   * Whether the tables local and main are one to the kernel, as they are until the first policy
   * rule of its user: the longest prefix of both wins then.
   */
  Known<Boolean> merged();
}
