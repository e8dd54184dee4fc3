package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Family;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The fields of portmap's own configuration, with the options that stand for them; each means what
 * it does in {@link Attachment}.
 */
record PluginFields(
    boolean snat,
    List<Octets> conditionsV4,
    List<Octets> conditionsV6,
    OptionalInt markMasqBit,
    Optional<String> externalSetMarkChain,
    boolean masqAll) {
  private static final Pattern CHAIN = Pattern.compile("[!-,.-~][!-~]{0,27}");

  /** Reads them, without {@code backend}. */
  static PluginFields read(Cursor plugin, Overrides overrides) {
    boolean snat = plugin.bool("snat").orElse(true) && !overrides.noSnat();
    List<Octets> v4 = conditions(plugin, "conditionsV4", Family.IPV4, overrides.conditionsV4());
    List<Octets> v6 = conditions(plugin, "conditionsV6", Family.IPV6, overrides.conditionsV6());
    OptionalInt bit = overrides.markBit();
    Optional<String> chain = overrides.setMarkChain();
    if (bit.isEmpty() && chain.isEmpty()) {
      Optional<Integer> given = plugin.number("markMasqBit", 0, 31).optional();
      bit = given.isPresent() ? OptionalInt.of(given.get()) : OptionalInt.empty();
      chain = externalSetMarkChain(plugin);
    }
    boolean masqAll = plugin.bool("masqAll").orElse(false) || overrides.masqAll();
    return new PluginFields(snat, v4, v6, bit, chain, masqAll);
  }

  /** Refuses a configuration that is not for iptables. */
  static void requireIptables(Cursor plugin) {
    String backend = plugin.text("backend").orElse("");
    if (!backend.isEmpty() && !backend.equals("iptables")) {
      plugin
          .diagnostics()
          .error(
              plugin.at("backend"),
              new DocumentFault.UnknownValue(
                  DocumentFault.Domain.BACKEND, List.of("iptables"), backend));
    }
  }

  private static Optional<String> externalSetMarkChain(Cursor plugin) {
    Value<String> given = plugin.text("externalSetMarkChain");
    String chain = given.orElse("");
    // one that is empty is one to the plugin
    if (given.optional().isPresent() && plugin.field("markMasqBit").isPresent()) {
      plugin
          .diagnostics()
          .error(plugin.at("markMasqBit"), new DocumentFault.NotTogether("externalSetMarkChain"));
    }
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    if (!CHAIN.matcher(chain).matches()) {
      plugin
          .diagnostics()
          .error(
              plugin.at("externalSetMarkChain"),
              new DocumentFault.BadName(DocumentFault.Named.CHAIN, chain));
    }
    return Optional.of(chain);
  }

  private static List<Octets> conditions(
      Cursor plugin, String name, Family family, List<String> option) {
    List<Cursor> words = plugin.items(name);
    return Conditions.read(
        option.isEmpty() ? words : Cursor.items(name, option, plugin.diagnostics()), family);
  }
}
