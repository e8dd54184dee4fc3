package io.portmapctl.path;

import io.portmapctl.ruleset.Hook;

/**
 * Where a base chain stands.
 *
 * @param engine whose it is
 * @param family the family of its table in the words of nft: {@code ip}, {@code ip6}, {@code inet}
 * @param table its table, octets
 * @param chain its name, octets
 * @param hook where the kernel calls it
 * @param priority the lowest is called first; of chains that translate it orders those alone
 * @param translates whether it is called for the first packet of a connection only, and translates
 *     addresses: a chain of iptables' table nat, or of nft's type nat
 * @param reroutes whether the kernel looks for a way anew where the chain changed a packet that
 *     this host sends: a chain of iptables' table mangle, or of nft's type route
 */
public record ChainSite(
    RuleEngine engine,
    String family,
    String table,
    String chain,
    Hook hook,
    int priority,
    boolean translates,
    boolean reroutes) {

  /** Of a chain behind which the kernel does not look for a way anew. */
  public ChainSite(
      RuleEngine engine,
      String family,
      String table,
      String chain,
      Hook hook,
      int priority,
      boolean translates) {
    this(engine, family, table, chain, hook, priority, translates, false);
  }

  /** Whether it is a chain of the same table. */
  boolean isOfTableOf(ChainSite other) {
    return engine == other.engine && family.equals(other.family) && table.equals(other.table);
  }

  /**
   * The place in its hook, lowest first: all chains that translate stand where the kernel has its
   * own translation (linux/netfilter_ipv4.h), whatever their own priority.
   */
  public int place() {
    if (!translates) {
      return priority;
    }
    return hook.rewritesSource() ? 100 : -100;
  }
}
