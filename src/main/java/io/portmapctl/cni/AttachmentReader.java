package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.text.Octets;
import java.util.List;

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
