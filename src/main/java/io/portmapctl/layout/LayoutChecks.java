package io.portmapctl.layout;

import io.portmapctl.model.Table;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.Shown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can only be checked once the layout and the current tables are known. */
public final class LayoutChecks {
  private static final List<String> VERDICTS = List.of("ACCEPT", "DROP", "RETURN", "QUEUE");

  private LayoutChecks() {}

  /** The errors by JSON path. */
  public static Map<String, String> errors(
      Attachment attachment, Layout layout, List<Table> tables) {
    Map<String, String> errors = new LinkedHashMap<>();
    if (layout == Layout.SNAT) {
      if (attachment.needsMark()) {
        errors.put(
            "",
            "markMasqBit, externalSetMarkChain and masqAll are fields of layout mark, not of snat");
      }
      return errors;
    }
    for (Table table : tables) {
      String path = table.family().title().replace("IPv", "conditionsV");
      int at = attachment.conditions(table.family()).indexOf("-p");
      if (at >= 0) {
        errors.put(path + "[" + at + "]", "-p is not allowed in layout mark: its entries have one");
      }
      boolean used =
          attachment.snat()
              && attachment.address(table.family()).isPresent()
              && attachment.mappings().stream().anyMatch(m -> m.appliesTo(table.family()));
      attachment
          .externalSetMarkChain()
          .filter(c -> used && !VERDICTS.contains(c) && table.chain(c).isEmpty())
          .ifPresent(
              c ->
                  errors.put(
                      "externalSetMarkChain",
                      "the "
                          + table.family().title()
                          + " nat table has no chain "
                          + Shown.quoted(c)
                          + "; the kernel would refuse rules that jump to it"));
    }
    return errors;
  }
}
