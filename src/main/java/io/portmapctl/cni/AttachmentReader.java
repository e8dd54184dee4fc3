package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes an attachment of the pieces of a document and of what the command line says. */
record AttachmentReader(Overrides overrides, IdentityReader identities) {

  private static final long MOST_ENTRIES = 100_000;

  /** The attachment; all that is wrong with the pieces goes to their diagnostics. */
  Attachment read(Pieces pieces) {
    Cursor plugin = pieces.plugin();
    Identity identity = identities.checked(pieces);
    String ifName = ifName(pieces);
    CniVersion version = CniVersion.read(pieces.configuration(), pieces.version());
    PluginFields.requireIptables(plugin);
    List<PortMapping> mappings = mappings(pieces);
    PluginFields fields = PluginFields.read(plugin, overrides);
    FieldNames.warn(plugin, pieces.mappingsHolder());
    requireFewEntries(plugin, "conditionsV4", mappings, fields.conditionsV4());
    requireFewEntries(plugin, "conditionsV6", mappings, fields.conditionsV6());
    List<Cidr> addresses =
        overrides.addresses().isEmpty()
            ? ContainerAddresses.read(pieces, version, ifName)
            : overrides.addresses();
    warnOfDoubles(plugin.diagnostics(), mappings);
    warnOfNetworks(plugin.diagnostics(), addresses);
    return new Attachment(
        identity,
        ifName,
        version.text(),
        mappings,
        fields.snat(),
        fields.conditionsV4(),
        fields.conditionsV6(),
        fields.markMasqBit(),
        fields.externalSetMarkChain(),
        fields.masqAll(),
        addresses,
        pieces.cached(),
        pieces.netns());
  }

  /** Every address of a condition has entries of its own, and an entry holds 15 ports. */
  private static void requireFewEntries(
      Cursor plugin, String field, List<PortMapping> mappings, List<Octets> conditions) {
    long entries = (mappings.size() + 14) / 15 * Conditions.addresses(conditions);
    if (entries > MOST_ENTRIES) {
      plugin
          .diagnostics()
          .error(
              plugin.at(field),
              new DocumentFault.TooMany(DocumentFault.Counted.ENTRIES, entries, MOST_ENTRIES));
    }
  }

  private static void warnOfDoubles(Diagnostics diagnostics, List<PortMapping> mappings) {
    Map<String, List<PortMapping>> given = new HashMap<>();
    Set<String> doubled = new HashSet<>();
    Optional<PortMapping> first = Optional.empty();
    for (PortMapping mapping : mappings) {
      String port = mapping.protocol().id() + " " + mapping.hostPort();
      List<PortMapping> before = given.computeIfAbsent(port, p -> new ArrayList<>(1));
      if (before.stream().anyMatch(earlier -> takesAll(earlier, mapping))) {
        doubled.add(port);
        first = first.or(() -> Optional.of(mapping));
      } else {
        before.add(mapping);
      }
    }
    if (first.isPresent()) {
      diagnostics.notice(
          new DocumentNotice.MappedTwice(diagnostics.source(), first.get(), doubled.size()));
    }
  }

  /** Whether nothing comes to the later of two mappings of a port. */
  private static boolean takesAll(PortMapping earlier, PortMapping later) {
    return Arrays.stream(Family.values())
        .filter(later::appliesTo)
        .allMatch(
            family ->
                earlier.appliesTo(family)
                    && (isAny(earlier) || earlier.hostIp().equals(later.hostIp())));
  }

  private static boolean isAny(PortMapping mapping) {
    return mapping.hostIp().map(IpAddress::isUnspecified).orElse(true);
  }

  /** A network of two addresses has no address of its own (RFC 3021, RFC 6164). */
  private static void warnOfNetworks(Diagnostics diagnostics, List<Cidr> addresses) {
    for (Cidr address : addresses) {
      boolean wide = address.prefix() < address.address().family().bits() - 1;
      if (wide && address.network().address().equals(address.address())) {
        diagnostics.notice(new DocumentNotice.NoContainerAddress(diagnostics.source(), address));
      }
    }
  }

  private String ifName(Pieces pieces) {
    String ifName =
        overrides
            .ifName()
            .or(() -> pieces.ifName().optional())
            .or(overrides::fallbackIfName)
            .orElse("eth0");
    Names.networkInterface(ifName)
        .ifPresent(fault -> pieces.plugin().diagnostics().error("ifName", fault));
    return ifName;
  }

  private List<PortMapping> mappings(Pieces pieces) {
    if (!overrides.mappings().isEmpty()) {
      return overrides.mappings();
    }
    return pieces.mappingsHolder() instanceof Value.Present<Cursor> holder
        ? PortMappings.read(holder.value())
        : List.of();
  }
}
