package io.portmapctl.cni;

import io.portmapctl.net.Cidr;
import java.util.List;

/** Makes an attachment of the pieces of a document and of what the command line says. */
record AttachmentReader(Overrides overrides, IdentityReader identities) {

  /** The attachment; all that is wrong with the pieces goes to their diagnostics. */
  Attachment read(Pieces pieces) {
    Cursor plugin = pieces.plugin();
    Identity identity = identities.checked(pieces);
    String ifName = ifName(pieces);
    CniVersion version = CniVersion.read(pieces.configuration(), pieces.version());
    PluginFields.requireIptables(plugin);
    List<PortMapping> mappings = mappings(pieces);
    PluginFields fields = PluginFields.read(plugin, overrides);
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
