package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads what {@code nft -j list ruleset} prints, or {@code nft -j list table}
 * (libnftables-json(5)).
 */
public final class NftReader {
  private static final Set<String> IPTABLES = Set.of("filter", "nat", "mangle", "raw", "security");

  private static final Set<String> IPTABLES_CHAINS =
      Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  /** A table that is being read. */
  private static final class Builder {
    private final String family;
    private final Octets name;
    private OptionalLong handle = OptionalLong.empty();
    private boolean dormant;
    private final Map<Octets, NftJson> chains = new LinkedHashMap<>();
    private final Map<Octets, List<NftRule>> rules = new HashMap<>();
    private final Map<Octets, NftJson> sets = new LinkedHashMap<>();
    private final Set<String> changed = new HashSet<>();
    private boolean alien;

    Builder(String family, Octets name) {
      this.family = family;
      this.name = name;
    }

    NftTable table() {
      List<NftChain> all = new ArrayList<>();
      boolean builtIn = true;
      for (Map.Entry<Octets, NftJson> chain : chains.entrySet()) {
        Optional<NftChain.Base> base = base(chain.getValue());
        builtIn &= base.isEmpty() || IPTABLES_CHAINS.contains(chain.getKey().latin1());
        all.add(
            new NftChain(
                chain.getKey(),
                handle(chain.getValue()),
                base,
                rules.getOrDefault(chain.getKey(), List.of())));
      }
      Map<Octets, NftSet> named = new HashMap<>();
      sets.forEach((set, json) -> named.put(set, set(set, json)));
      boolean shaped =
          IPTABLES.contains(name.latin1())
              && (family.equals("ip") || family.equals("ip6"))
              && builtIn
              && sets.isEmpty()
              && !alien;
      return new NftTable(family, name, handle, dormant, shaped, all, named);
    }

    private NftSet set(Octets set, NftJson json) {
      List<Element> elements = new ArrayList<>();
      Expressions expressions = new Expressions();
      json.field("elem")
          .ifPresent(e -> e.items().forEach(i -> elements.add(expressions.element(i))));
      boolean dynamic =
          changed.contains(set.latin1())
              || json.get("flags").items().stream().anyMatch(f -> f.text().equals("dynamic"));
      return new NftSet(set, elements, dynamic, optional(json.get("size").number()));
    }

    private static Optional<NftChain.Base> base(NftJson chain) {
      String hook = chain.get("hook").text();
      if (hook.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new NftChain.Base(
              chain.get("type").text(),
              hook,
              chain.get("prio").number().orElse(0L).intValue(),
              chain.get("policy").text().equals("drop")));
    }

    void rule(NftRule rule, Octets chain) {
      rules.computeIfAbsent(chain, c -> new ArrayList<>()).add(rule);
      for (Statement statement : rule.statements()) {
        if (statement instanceof Statement.AddToSet add) {
          changed.add(add.set());
        }
        alien |= !IptablesForm.has(statement);
      }
    }
  }

  private final Map<String, Builder> tables = new LinkedHashMap<>();

  private NftReader() {}

  /**
   * Reads a ruleset.
   *
   * @param text what nft printed, octets
   * @throws NftFormatException where it is none
   */
  public static NftRuleset read(String text) throws NftFormatException {
    NftReader reader = new NftReader();
    NftJson.each(text, reader::object);
    return new NftRuleset(reader.tables.values().stream().map(Builder::table).toList());
  }

  private void object(NftJson object, int index) throws NftFormatException {
    String kind = object.kind();
    NftJson body = object.get(kind);
    String at = "$.nftables[" + index + "]." + kind;
    switch (kind) {
      case "table" -> {
        Builder table = table(body, "name", at);
        table.handle = handle(body);
        // before 1.0.7 nft prints the first letter alone
        table.dormant =
            body.get("flags").items().stream()
                .anyMatch(f -> f.text().equals("dormant") || f.text().equals("d"));
      }
      case "chain" -> table(body, "table", at).chains.put(name(body, "name", at), body);
      case "set", "map" -> table(body, "table", at).sets.put(name(body, "name", at), body);
      case "rule" -> {
        Builder table = table(body, "table", at);
        Octets chain = name(body, "chain", at);
        if (!table.chains.containsKey(chain)) {
          throw new NftFormatException(NftFormatException.Kind.INCOMPLETE, at + ".chain");
        }
        table.rule(rule(body, table.family), chain);
      }
      default -> {
        // metainfo, and objects that rules name: what they do there is told by the rule
      }
    }
  }

  private static NftRule rule(NftJson body, String family) {
    List<Statement> statements = new ArrayList<>();
    Statements reader = new Statements(family);
    for (NftJson statement : body.field("expr").map(NftJson::items).orElse(List.of())) {
      statements.add(reader.statement(statement));
    }
    return new NftRule(handle(body), statements, new Octets(body.get("comment").text()));
  }

  private Builder table(NftJson body, String field, String at) throws NftFormatException {
    String family = body.get("family").text();
    if (family.isEmpty()) {
      throw new NftFormatException(NftFormatException.Kind.INCOMPLETE, at + ".family");
    }
    Octets name = name(body, field, at);
    return tables.computeIfAbsent(family + " " + name.latin1(), k -> new Builder(family, name));
  }

  private static Octets name(NftJson body, String field, String at) throws NftFormatException {
    String name = body.get(field).text();
    if (name.isEmpty()) {
      throw new NftFormatException(NftFormatException.Kind.INCOMPLETE, at + "." + field);
    }
    return new Octets(name);
  }

  private static OptionalLong handle(NftJson body) {
    return optional(body.get("handle").number());
  }

  private static OptionalLong optional(Optional<Long> number) {
    return number.map(OptionalLong::of).orElse(OptionalLong.empty());
  }
}
