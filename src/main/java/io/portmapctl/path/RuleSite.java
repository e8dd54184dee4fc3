package io.portmapctl.path;

import io.portmapctl.ruleset.Rule;
import io.portmapctl.text.Octets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A rule where it stands.
 *
 * @param engine whose it is
 * @param family the family of its table in the words of nft: {@code ip}, {@code ip6}, {@code inet}
 * @param table its table, octets
 * @param chain its chain, octets
 * @param number its place in the chain, from 1
 * @param handle the number by which nf_tables calls it, where that was read
 * @param text its own words, as iptables-save or nft print them, without its chain
 * @param rule the same as a rule of iptables, where it is one
 */
public record RuleSite(
    RuleEngine engine,
    String family,
    String table,
    String chain,
    int number,
    OptionalLong handle,
    Octets text,
    Optional<Rule> rule) {}
