package io.portmapctl.cni;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One container on one network through one interface, with the mappings it asks for.
 *
 * @param identity network name and container ID
 * @param ifName the interface inside the container
 * @param cniVersion the configuration's version, empty when absent
 * @param mappings the port mappings in order
 * @param snat whether hairpin and localhost traffic is masqueraded
 * @param conditionsV4 extra matches of the IPv4 entry, a word an item
 * @param conditionsV6 extra matches of the IPv6 entry, a word an item
 * @param markMasqBit the bit that marks for masquerade, 0 to 31, where it was given
 * @param externalSetMarkChain the chain that marks instead of ours, where it was given
 * @param masqAll whether traffic from everywhere is masqueraded
 * @param addresses the container's addresses with their prefixes, at most one a family
 * @param cached whether it is a libcni cache record
 * @param netns the container's network namespace where a cache record names it
 */
public record Attachment(
    Identity identity,
    String ifName,
    String cniVersion,
    List<PortMapping> mappings,
    boolean snat,
    List<Octets> conditionsV4,
    List<Octets> conditionsV6,
    OptionalInt markMasqBit,
    Optional<String> externalSetMarkChain,
    boolean masqAll,
    List<Cidr> addresses,
    boolean cached,
    Optional<String> netns) {

  /** The bit used where none is given. */
  public static final int DEFAULT_MARK_BIT = 13;

  /** Of whom only network and container are known, and perhaps the network namespace. */
  static Attachment of(Identity identity, Optional<String> netns) {
    return new Attachment(
        identity,
        "eth0",
        "",
        List.of(),
        true,
        List.of(),
        List.of(),
        OptionalInt.empty(),
        Optional.empty(),
        false,
        List.of(),
        netns.isPresent(),
        netns);
  }

  /** Whether both ask for the same, wherever they were found. */
  boolean sameWish(Attachment other) {
    return anywhere(cniVersion).equals(other.anywhere(other.cniVersion));
  }

  /** The same, whatever their versions. */
  boolean sameRules(Attachment other) {
    return anywhere("").equals(other.anywhere(""));
  }

  private Attachment anywhere(String version) {
    return new Attachment(
        identity,
        ifName,
        version,
        mappings,
        snat,
        conditionsV4,
        conditionsV6,
        markMasqBit,
        externalSetMarkChain,
        masqAll,
        addresses,
        false,
        Optional.empty());
  }

  /** The container's address in that family, if it has one. */
  public Optional<Cidr> address(Family family) {
    return addresses.stream().filter(a -> a.address().family() == family).findFirst();
  }

  /** Whether a mapping makes a rule in no family of this attachment. */
  public boolean makesNoRule(PortMapping mapping) {
    return addresses.stream().noneMatch(a -> mapping.appliesTo(a.address().family()));
  }

  /** The conditions of that family. */
  public List<Octets> conditions(Family family) {
    return family == Family.IPV4 ? conditionsV4 : conditionsV6;
  }

  /** The same with other conditions of a family. */
  public Attachment withConditions(Family family, List<Octets> conditions) {
    return new Attachment(
        identity,
        ifName,
        cniVersion,
        mappings,
        snat,
        family == Family.IPV4 ? conditions : conditionsV4,
        family == Family.IPV6 ? conditions : conditionsV6,
        markMasqBit,
        externalSetMarkChain,
        masqAll,
        addresses,
        cached,
        netns);
  }

  /** The mark that asks for masquerade. */
  public long mark() {
    return 1L << markMasqBit.orElse(DEFAULT_MARK_BIT);
  }

  /** Whether the configuration uses a field that only the mark layout has. */
  public boolean needsMark() {
    return markMasqBit.isPresent() || externalSetMarkChain.isPresent() || masqAll;
  }
}
