package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can only be checked once the layout and the current tables are known. */
public final class LayoutChecks {
  private static final List<String> VERDICTS = List.of("ACCEPT", "DROP", "RETURN");

  private LayoutChecks() {}

  /** The errors by JSON path. */
  public static Map<String, String> errors(
      Attachment attachment, Layout layout, List<Table> tables) {
    Map<String, String> errors = new LinkedHashMap<>();
    if (layout == Layout.SNAT) {
      if (attachment.needsMark()) {
        String field =
            attachment.markMasqBit().isPresent()
                ? "markMasqBit"
                : attachment.masqAll() ? "masqAll" : "externalSetMarkChain";
        errors.put(field, "a field of layout mark, not of snat");
      }
      return errors;
    }
    for (Table table : tables) {
      String path = table.family().title().replace("IPv", "conditionsV");
      int at = attachment.conditions(table.family()).indexOf(Octets.utf8("-p"));
      if (at >= 0) {
        errors.put(path + "[" + at + "]", "-p is not allowed in layout mark: its entries have one");
      }
      boolean used =
          attachment.snat()
              && attachment.address(table.family()).isPresent()
              && attachment.mappings().stream().anyMatch(m -> m.appliesTo(table.family()));
      String chain = attachment.externalSetMarkChain().orElse("");
      if (!used || chain.isEmpty() || VERDICTS.contains(chain)) {
        continue;
      }
      String where = "the " + table.family().title() + " nat table";
      if (table.chain(chain).isEmpty()) {
        errors.put(
            "externalSetMarkChain",
            where
                + " has no chain "
                + Printable.quoted(chain)
                + "; the kernel would refuse rules that jump to it");
      } else if (table.chain(chain).get().builtIn()) {
        errors.put(
            "externalSetMarkChain",
            "found "
                + Printable.quoted(chain)
                + ", a built-in chain; the kernel refuses rules that jump to it");
      } else if (chain.equals(ChainNames.DNAT) || ChainNames.isContainerChain(chain)) {
        errors.put(
            "externalSetMarkChain",
            "found "
                + Printable.quoted(chain)
                + ", which leads back to the container's chain; the kernel refuses loops");
      }
    }
    return errors;
  }
}
