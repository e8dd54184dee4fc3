package io.portmapctl.host.nft;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.PublishedPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table of nft. Of a packet only family, protocol, destination port and address are looked at;
 * what a rule asks beside that may be so.
 */
final class NftTable {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");

  private final String family;
  private final String name;
  private final Map<String, List<NftJson>> rules;

  /** Sets and maps by their names. */
  private final Map<String, NftJson> sets;

  private NftTable(
      String family, String name, Map<String, List<NftJson>> rules, Map<String, NftJson> sets) {
    this.family = family;
    this.name = name;
    this.rules = rules;
    this.sets = sets;
  }

  /** A rule that may translate. */
  record Found(String chain, Optional<String> to) {}

  /** The table that {@code nft -j list table} printed. */
  static NftTable of(NftJson document) {
    Map<String, List<NftJson>> rules = new HashMap<>();
    Map<String, NftJson> sets = new HashMap<>();
    String family = "";
    String name = "";
    for (NftJson each : document.get("nftables").items()) {
      NftJson table = each.get("table");
      if (each.field("table").isPresent()) {
        family = table.get("family").text();
        name = table.get("name").text();
      }
      each.field("rule")
          .ifPresent(
              r ->
                  rules
                      .computeIfAbsent(r.get("chain").text(), c -> new ArrayList<>())
                      .add(r.get("expr")));
      for (String kind : List.of("set", "map")) {
        each.field(kind).ifPresent(s -> sets.put("@" + s.get("name").text(), s.get("elem")));
      }
    }
    return new NftTable(family, name, rules, sets);
  }

  /** Whether it has that name. */
  boolean is(String ofFamily, String named) {
    return family.equals(ofFamily) && name.equals(named);
  }

  /** The first rule that may translate packets to a port which come to a chain. */
  Optional<Found> translating(String chain, PublishedPort port) {
    return translating(chain, port, new HashSet<>());
  }

  private Optional<Found> translating(String chain, PublishedPort port, Set<String> seen) {
    if (!seen.add(chain)) {
      return Optional.empty();
    }
    for (NftJson rule : rules.getOrDefault(chain, List.of())) {
      Optional<Found> found = translating(rule, chain, port, seen);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Found> translating(
      NftJson rule, String chain, PublishedPort port, Set<String> seen) {
    for (NftJson statement : rule.items()) {
      if (statement.field("match").filter(m -> !mayMatch(m, port)).isPresent()) {
        return Optional.empty();
      }
      for (String kind : List.of("dnat", "redirect")) {
        Optional<NftJson> target = statement.field(kind);
        if (target.isPresent() && mayTranslate(target.get(), port)) {
          return Optional.of(new Found(chain, to(target.get())));
        }
      }
      for (String next : next(statement, port)) {
        Optional<Found> found = translating(next, port, seen);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The chains that a statement may lead to. */
  private List<String> next(NftJson statement, PublishedPort port) {
    List<String> chains = new ArrayList<>();
    target(statement).ifPresent(chains::add);
    Optional<NftJson> map = statement.field("vmap");
    if (map.isPresent()) {
      for (NftJson entry : elements(map.get().get("data"))) {
        List<NftJson> pair = entry.items();
        if (pair.size() == 2 && mayBe(map.get().get("key"), pair.get(0), port)) {
          target(pair.get(1)).ifPresent(chains::add);
        }
      }
    }
    return chains;
  }

  private static Optional<String> target(NftJson verdict) {
    return verdict.field("jump").or(() -> verdict.field("goto")).map(v -> v.get("target").text());
  }

  private boolean mayMatch(NftJson match, PublishedPort port) {
    if (!applies(match.get("left"), port)) {
      return false;
    }
    boolean may = mayBe(match.get("left"), match.get("right"), port);
    return switch (match.get("op").text()) {
      case "==", "in" -> may;
      case "!=" -> !mustBe(match.get("left"), match.get("right"), port);
      default -> true;
    };
  }

  /** Whether a rule that translates may have a place for the port: a map may lack it. */
  private boolean mayTranslate(NftJson target, PublishedPort port) {
    String of = target.get("family").text();
    if (of.equals("ip") && port.family() != Family.IPV4
        || of.equals("ip6") && port.family() != Family.IPV6) {
      return false;
    }
    for (String part : List.of("addr", "port")) {
      Optional<NftJson> map = target.get(part).field("map");
      if (map.isPresent()) {
        NftJson key = map.get().get("key");
        List<NftJson> entries = elements(map.get().get("data"));
        if (!entries.isEmpty()
            && entries.stream().noneMatch(e -> mayBe(key, e.items().get(0), port))) {
          return false;
        }
      }
    }
    return true;
  }

  private static Optional<String> to(NftJson target) {
    String address = target.get("addr").text();
    String port = target.get("port").text();
    if (address.isEmpty()) {
      return port.isEmpty() ? Optional.empty() : Optional.of("port " + port);
    }
    String shown = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    return Optional.of(port.isEmpty() ? address : shown + ":" + port);
  }

  /** The elements of a set or a map; none where it is not known. */
  private List<NftJson> elements(NftJson set) {
    if (set.text().startsWith("@")) {
      NftJson elements = sets.get(set.text());
      return elements == null || elements.value().equals("") ? List.of() : elements.items();
    }
    return set.field("set").map(NftJson::items).orElse(List.of());
  }

  /** Whether something of a packet to that port may have a value, or one of a set. */
  private boolean mayBe(NftJson what, NftJson value, PublishedPort port) {
    if (value.text().startsWith("@") || value.field("set").isPresent()) {
      List<NftJson> elements = elements(value);
      boolean named = value.text().startsWith("@") && !sets.containsKey(value.text());
      return named || elements.stream().anyMatch(e -> mayBe(what, e, port));
    }
    if (value.field("elem").isPresent()) { // with a counter, a comment or a timeout
      return mayBe(what, value.get("elem").get("val"), port);
    }
    if (what.field("concat").isPresent() && value.field("concat").isPresent()) {
      List<NftJson> parts = what.get("concat").items();
      List<NftJson> values = value.get("concat").items();
      for (int i = 0; i < Math.min(parts.size(), values.size()); i++) {
        if (!mayBe(parts.get(i), values.get(i), port)) {
          return false;
        }
      }
      return true;
    }
    return known(what, value, port).orElse(true);
  }

  /** Whether it certainly has the value, or one of a set. */
  private boolean mustBe(NftJson what, NftJson value, PublishedPort port) {
    if (value.text().startsWith("@") || value.field("set").isPresent()) {
      return elements(value).stream().anyMatch(e -> mustBe(what, e, port));
    }
    return known(what, value, port).orElse(false);
  }

  /** Whether it has the value, where that can be told. */
  private static Optional<Boolean> known(NftJson what, NftJson value, PublishedPort port) {
    String field = what.get("payload").get("field").text();
    String key = what.get("meta").get("key").text();
    if (key.equals("l4proto") || field.equals("protocol") || field.equals("nexthdr")) {
      return Optional.of(value.text().equals(port.protocol()) || !isProtocol(value.text()));
    }
    if (key.equals("nfproto")) {
      return Optional.of(value.text().equals(port.family().id()));
    }
    if (!applies(what, port)) {
      return Optional.of(false);
    }
    if (field.equals("dport")) {
      return range(value).map(r -> r.get(0) <= port.port() && port.port() <= r.get(1));
    }
    if (field.equals("daddr") && port.hostIp().isPresent()) {
      Cidr address = Cidr.host(port.hostIp().get());
      return network(value).map(n -> n.contains(address));
    }
    if (what.get("fib").get("result").text().equals("type")) {
      return Optional.of(value.text().equals("local"));
    }
    return Optional.empty();
  }

  /** Whether a packet has what is asked: a field of another protocol's header it has not. */
  private static boolean applies(NftJson what, PublishedPort port) {
    String protocol = what.get("payload").get("protocol").text();
    return switch (protocol) {
      case "ip" -> port.family() == Family.IPV4;
      case "ip6" -> port.family() == Family.IPV6;
      default -> !PROTOCOLS.contains(protocol) || protocol.equals(port.protocol());
    };
  }

  /** Names that nft has for protocols that are none of ours; numbers and lists it prints aside. */
  private static boolean isProtocol(String text) {
    return text.matches("[a-z][a-z0-9-]*");
  }

  private static Optional<List<Integer>> range(NftJson value) {
    List<NftJson> ends = value.field("range").map(NftJson::items).orElse(List.of(value, value));
    if (ends.size() != 2) {
      return Optional.empty();
    }
    Optional<Integer> first = ends.get(0).number();
    Optional<Integer> last = ends.get(1).number();
    return first.isPresent() && last.isPresent()
        ? Optional.of(List.of(first.get(), last.get()))
        : Optional.empty();
  }

  private static Optional<Cidr> network(NftJson value) {
    Optional<NftJson> prefix = value.field("prefix");
    if (prefix.isPresent()) {
      return Cidr.parse(prefix.get().get("addr").text() + "/" + prefix.get().get("len").text());
    }
    return IpAddress.parse(value.text()).map(Cidr::host);
  }
}
