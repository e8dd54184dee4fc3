package io.portmapctl.route;

import io.portmapctl.net.Family;

/**
 * A fact that is not known, by what would tell it.
 *
 * @param kind what kind of thing would tell
 * @param name its name: a command's words with blanks between, a setting's key with slashes, or
 *     what the kernel chooses by
 */
public record Missing(Kind kind, String name) {

  /** What would tell. */
  public enum Kind {
    /** A command prints it. */
    COMMAND,
    /** A setting of the kernel's, below {@code /proc/sys}. */
    SETTING,
    /** The kernel chooses among several next hops by a hash: nobody tells. */
    NEXT_HOP,
    /** It depends on a condition that is not modelled, in the words of {@code ip rule}. */
    CONDITION
  }

  /** What {@code ip -j route show table all} prints. */
  public static final Missing ROUTES = command("ip", "-j", "route", "show", "table", "all");

  /** What {@code ip -j -d address} prints. */
  public static final Missing LINKS = command("ip", "-j", "-d", "address");

  /** What {@code ip -j neighbour} prints. */
  public static final Missing NEIGHBOURS = command("ip", "-j", "neighbour");

  /** What {@code bridge -j fdb} prints. */
  public static final Missing FORWARDING_DATABASE = command("bridge", "-j", "fdb");

  /** What {@code ip xfrm policy} prints. */
  public static final Missing IPSEC = command("ip", "xfrm", "policy");

  /** Which groups the host has joined. */
  public static final Missing GROUPS = command("ip", "maddress");

  /** What the kernel's routing trie looks like. */
  public static final Missing TRIE = command("cat", "/proc/net/fib_trie");

  /** Which kernel it is, where one does otherwise than another. */
  public static final Missing KERNEL = command("uname", "-r");

  /** What a command prints. */
  public static Missing command(String... words) {
    return new Missing(Kind.COMMAND, String.join(" ", words));
  }

  /** A setting's value. */
  public static Missing setting(String key) {
    return new Missing(Kind.SETTING, key);
  }

  /** The policy rules of a family. */
  public static Missing rules(Family family) {
    return family == Family.IPV4 ? command("ip", "-j", "rule") : command("ip", "-j", "-6", "rule");
  }
}
