package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A layout and why it was chosen.
 *
 * @param layout the layout
 * @param reason why, as the end of a sentence
 */
public record LayoutChoice(Layout layout, String reason) {

  /** What the current rulesets say about layouts; looked at once for all attachments. */
  public static final class Evidence {
    private final List<Table> tables;
    private final Map<String, Layout> byEntry = new HashMap<>();
    private final boolean marks;
    private final boolean snats;
    private final boolean kubernetes;

    /** Looks through the tables of all families. */
    public Evidence(List<Table> tables) {
      this.tables = List.copyOf(tables);
      boolean multiport = false;
      for (Table table : tables) {
        List<RuleEntry> rows = table.chain(ChainNames.DNAT).map(Chain::rows).orElse(List.of());
        for (RuleEntry row : rows) {
          String target = row.rule().target().chain().orElse("");
          if (ChainNames.isContainerChain(target)) {
            boolean several =
                row.rule().matches().stream().anyMatch(Match.Multiport.class::isInstance);
            multiport |= several;
            byEntry.merge(
                target, several ? Layout.MARK : Layout.SNAT, (a, b) -> a == Layout.MARK ? a : b);
          }
        }
      }
      this.marks = multiport || has(ChainNames.SETMARK) || has(ChainNames.MASQ);
      this.snats = has(ChainNames.SNAT);
      this.kubernetes = has("KUBE-SERVICES");
    }

    private boolean has(String chain) {
      return tables.stream().anyMatch(t -> t.chain(chain).isPresent());
    }

    /** The layout of the chains of these digits, where they are there and tell. */
    public Optional<Layout> of(String hash) {
      String dn = ChainNames.pair(hash).get(0);
      Layout entry = byEntry.get(dn);
      if (entry == Layout.MARK) {
        return Optional.of(entry);
      }
      if (has(ChainNames.pair(hash).get(1))) {
        return Optional.of(Layout.SNAT);
      }
      for (Table table : tables) {
        for (RuleEntry row : table.chain(dn).map(Chain::rows).orElse(List.of())) {
          if (row.rule().target().leadsTo(ChainNames.SETMARK)) {
            return Optional.of(Layout.MARK);
          }
        }
      }
      return Optional.ofNullable(entry);
    }
  }

  /** The layout asked for by hand. */
  public static LayoutChoice asked(Layout layout, Evidence evidence) {
    return new LayoutChoice(
        layout, "asked for" + (evidence.kubernetes ? " on a host with kube-proxy's rules" : ""));
  }

  /** Whether this choice lets a host port take over a Kubernetes service's traffic. */
  public static Optional<String> warning(LayoutChoice choice, Evidence evidence) {
    return choice.layout == Layout.SNAT && evidence.kubernetes
        ? Optional.of(
            "layout snat puts its jumps before kube-proxy's: a host port can take over a service's"
                + " traffic (CVE-2019-9946)")
        : Optional.empty();
  }

  /** The layout that fits the attachment and what is there already. */
  public static LayoutChoice auto(Attachment attachment, Evidence evidence) {
    if (attachment.needsMark()) {
      return new LayoutChoice(Layout.MARK, "its configuration uses a field that only mark has");
    }
    Optional<Layout> own = evidence.of(ChainNames.hash(attachment.identity()));
    if (own.isPresent()) {
      return new LayoutChoice(own.get(), "its chains are in the ruleset in this layout");
    }
    if (evidence.marks) {
      return new LayoutChoice(Layout.MARK, "the ruleset has chains of this layout");
    }
    if (evidence.snats) {
      return new LayoutChoice(Layout.SNAT, "the ruleset has chains of this layout");
    }
    if (evidence.kubernetes) {
      return new LayoutChoice(Layout.MARK, "the ruleset has kube-proxy's chains");
    }
    if (attachment.cached()) {
      return new LayoutChoice(Layout.MARK, "it comes from a container runtime's cache");
    }
    String version = attachment.cniVersion();
    if (version.equals("0.4.0") || version.startsWith("1.")) {
      return new LayoutChoice(Layout.MARK, "its cniVersion is 0.4.0 or newer");
    }
    return new LayoutChoice(Layout.SNAT, "nothing asks for another");
  }
}
