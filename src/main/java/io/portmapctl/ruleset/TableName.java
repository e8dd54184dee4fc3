package io.portmapctl.ruleset;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The tables of iptables (iptables(8), TABLES), with their built-in chains. */
public enum TableName {
  /** Before connection tracking. */
  RAW("raw"),
  /** Changes packets. */
  MANGLE("mangle"),
  /** Translates addresses; the first packet of a connection alone comes here. */
  NAT("nat"),
  /** Lets pass or not. */
  FILTER("filter"),
  /** Mandatory access control. */
  SECURITY("security");

  private final String id;

  TableName(String id) {
    this.id = id;
  }

  /** As it stands behind {@code -t} and {@code *}. */
  public String id() {
    return id;
  }

  /** The table of that name. */
  public static Optional<TableName> of(String id) {
    for (TableName name : values()) {
      if (name.id.equals(id)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /**
   * The hooks of its built-in chains, in the order in which they are printed, each with the
   * priority by which the kernel orders the tables of one hook, the lowest first
   * (linux/netfilter_ipv4.h; {@code nft list hooks} for the nft variant, which has its table
   * security behind the translation of sources).
   */
  public Map<Hook, Integer> priorities(Variant variant) {
    Map<Hook, Integer> priorities = new EnumMap<>(Hook.class);
    for (Hook hook : Hook.values()) {
      if (isAt(hook)) {
        priorities.put(hook, priority(hook, variant));
      }
    }
    return priorities;
  }

  private boolean isAt(Hook hook) {
    return switch (this) {
      case RAW -> hook == Hook.PREROUTING || hook == Hook.OUTPUT;
      case MANGLE -> true;
      case NAT -> hook != Hook.FORWARD;
      case FILTER, SECURITY -> hook != Hook.PREROUTING && hook != Hook.POSTROUTING;
    };
  }

  private int priority(Hook hook, Variant variant) {
    return switch (this) {
      case RAW -> -300;
      case MANGLE -> -150;
      case NAT -> hook.rewritesSource() ? 100 : -100;
      case FILTER -> 0;
      case SECURITY -> variant == Variant.NFT ? 150 : 50;
    };
  }
}
