package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.DesiredRules;
import io.portmapctl.portmap.Layout;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.iptables.RuleSyntax;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts conditions into the words of the running kernel's iptables, where a match that is not
 * modelled stands in an entry in other words than a configuration has: whether both mean the same,
 * iptables itself tells.
 *
 * @param host the host that counts as live
 * @param rulesets of which those of the running kernel count
 */
public record Spelling(LiveHost host, Rulesets rulesets) {

  /** The attachment with the words that its entries have where they mean the same. */
  Attachment of(Attachment attachment, Layout layout, List<Table> tables) {
    Attachment spelled = attachment;
    for (Table table : tables) {
      Family family = table.family();
      if (rulesets.live(family) && !attachment.conditions(family).isEmpty()) {
        for (DesiredRules.Placement entry : layout.wanted(spelled, family).entries()) {
          if (stands(table, entry)) {
            spelled = spelled.withConditions(family, words(spelled, entry.rule(), family));
          }
        }
      }
    }
    return spelled;
  }

  /** Whether an entry stands in other words, and not in its own. */
  private static boolean stands(Table table, DesiredRules.Placement entry) {
    boolean stands = false;
    if (entry.rule().hasUnmodelledMatch()) {
      for (RuleEntry row : table.rows(entry.chain())) {
        if (row.rule().text().equals(entry.rule().text())) {
          return false;
        }
        stands |= row.rule().equalsButForUnmodelled(entry.rule());
      }
    }
    return stands;
  }

  /** Match by match; options before the first of them stay as they are. */
  private List<Octets> words(Attachment attachment, Rule entry, Family family) {
    List<String> protocol = new ArrayList<>();
    for (Match match : entry.matches()) {
      if (match instanceof Match.Proto) {
        protocol.addAll(split(match));
      }
    }
    List<String> out = new ArrayList<>();
    List<String> match = new ArrayList<>();
    List<Octets> words = attachment.conditions(family);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).latin1();
      boolean general = List.of("-s", "-d", "-i", "-o", "-p").contains(word);
      if (general || word.equals("-m")) {
        boolean negated = !match.isEmpty() && match.get(match.size() - 1).equals("!");
        if (negated) {
          match.remove(match.size() - 1);
        }
        out.addAll(spelled(match, protocol, family));
        match.clear();
        if (negated) {
          out.add("!");
        }
      }
      if (general && i + 1 < words.size()) {
        out.add(word);
        out.add(words.get(++i).latin1());
      } else if (match.isEmpty() && !word.equals("-m")) {
        out.add(word);
      } else {
        match.add(word);
      }
    }
    out.addAll(spelled(match, protocol, family));
    return out.stream().map(Octets::new).toList();
  }

  private List<String> spelled(List<String> match, List<String> protocol, Family family) {
    if (match.isEmpty()) {
      return List.of();
    }
    List<String> words = new ArrayList<>(protocol);
    words.addAll(match);
    words.addAll(List.of("-j", "ACCEPT"));
    Rule rule = RuleSyntax.parse(family, words);
    Optional<Match> mine = unknown(rule);
    Optional<Match> theirs =
        mine.flatMap(
            m ->
                host.words()
                    .of(family, host.backend().program(family), rule)
                    .flatMap(Spelling::unknown)
                    .filter(t -> t.extension().equals(m.extension())));
    return theirs.map(Spelling::split).orElse(List.copyOf(match));
  }

  /** The one match that is not modelled, where it is one. */
  private static Optional<Match> unknown(Rule rule) {
    List<Match> unknown = rule.matches().stream().filter(Match.Unknown.class::isInstance).toList();
    return unknown.size() == 1 ? Optional.of(unknown.get(0)) : Optional.empty();
  }

  private static List<String> split(Match match) {
    try {
      return SaveFormat.split(1, match.text().latin1());
    } catch (SaveFormat.FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }
}
