package io.portmapctl.host.route;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.route.PolicyRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;

/** Policy rules as {@code ip -j rule} prints them. */
public final class PolicyRuleReader {
  private static final long ALL_BITS = 0xffffffffL;

  /** What is modelled, or decides nothing. */
  private static final Set<String> KNOWN =
      Set.of(
          "priority",
          "not",
          "src",
          "srclen",
          "dst",
          "dstlen",
          "fwmark",
          "fwmask",
          "iif",
          "iif_detached",
          "oif",
          "oif_detached",
          "l3mdev",
          "uid_start",
          "uid_end",
          "ipproto",
          "sport",
          "sport_start",
          "sport_end",
          "dport",
          "dport_start",
          "dport_end",
          "table",
          "suppress_prefixlen",
          "suppress_ifgroup",
          "flow",
          "flow_from",
          "flow_to",
          "action",
          "goto",
          "unresolved",
          "nop",
          "protocol");

  private PolicyRuleReader() {}

  /**
   * Reads rules of a family.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<PolicyRule> read(String text, Family family) throws IpFormatException {
    List<PolicyRule> rules = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ROUTES)) {
      rules.add(rule(json, family));
    }
    return List.copyOf(rules);
  }

  private static PolicyRule rule(IpJson json, Family family) throws IpFormatException {
    long priority = json.number("priority").orElse(0);
    long mark = json.number("fwmark").orElse(0);
    long mask = json.number("fwmask").orElse(json.has("fwmark") ? ALL_BITS : 0);
    List<String> unmodelled = new ArrayList<>();
    for (String name : json.fields().keySet()) {
      if (!KNOWN.contains(name)) {
        unmodelled.add(name + " " + json.text(name));
      }
    }
    Optional<IpProtocol> protocol = json.optional("ipproto").flatMap(PolicyRuleReader::protocol);
    if (protocol.isEmpty() && json.has("ipproto")) {
      unmodelled.add("ipproto " + json.text("ipproto"));
    }
    OptionalLong prefix = json.number("suppress_prefixlen");
    return new PolicyRule(
        family,
        priority,
        json.has("not"),
        network(json, "src", family),
        network(json, "dst", family),
        json.optional("iif"),
        json.optional("oif"),
        json.has("iif_detached") || json.has("oif_detached"),
        mark,
        mask,
        protocol.isPresent() ? OptionalInt.of(protocol.get().number()) : OptionalInt.empty(),
        ports(json, "sport"),
        ports(json, "dport"),
        users(json),
        unmodelled,
        json.has("l3mdev"),
        action(json),
        json.text("table"),
        json.number("goto"),
        prefix.isPresent() && prefix.getAsLong() >= 0
            ? OptionalInt.of((int) prefix.getAsLong())
            : OptionalInt.empty(),
        json.optional("suppress_ifgroup"),
        priority + ":\t" + text(json));
  }

  private static Optional<IpProtocol> protocol(String word) {
    // ip prints a protocol without a name so
    String number = word.startsWith("ipproto-") ? word.substring("ipproto-".length()) : word;
    return IpProtocol.of(number);
  }

  private static PolicyRule.Action action(IpJson json) {
    if (json.has("goto")) {
      return PolicyRule.Action.GOTO;
    }
    if (json.has("nop")) {
      return PolicyRule.Action.NOP;
    }
    if (json.has("table") || json.has("l3mdev")) {
      return PolicyRule.Action.LOOKUP;
    }
    for (PolicyRule.Action action :
        List.of(
            PolicyRule.Action.BLACKHOLE,
            PolicyRule.Action.UNREACHABLE,
            PolicyRule.Action.PROHIBIT)) {
      if (action.name().toLowerCase(Locale.ROOT).equals(json.text("action"))) {
        return action;
      }
    }
    return PolicyRule.Action.UNKNOWN;
  }

  private static Cidr network(IpJson json, String name, Family family) throws IpFormatException {
    Cidr network = json.network(name, family).orElse(Cidr.any(family));
    OptionalLong length = json.number(name + "len");
    if (length.isPresent() && (length.getAsLong() < 0 || length.getAsLong() > family.bits())) {
      throw json.wrong(name + "len", FileFault.Wanted.NUMBER);
    }
    return length.isPresent()
        ? new Cidr(network.address(), (int) length.getAsLong()).network()
        : network;
  }

  private static Optional<PortRange> ports(IpJson json, String name) throws IpFormatException {
    OptionalLong one = json.number(name);
    OptionalLong first = one.isPresent() ? one : json.number(name + "_start");
    OptionalLong last = one.isPresent() ? one : json.number(name + "_end");
    return first.isPresent() && last.isPresent()
        ? Optional.of(new PortRange((int) first.getAsLong(), (int) last.getAsLong()))
        : Optional.empty();
  }

  private static Optional<PolicyRule.Users> users(IpJson json) throws IpFormatException {
    OptionalLong first = json.number("uid_start");
    OptionalLong last = json.number("uid_end");
    return first.isPresent() && last.isPresent()
        ? Optional.of(new PolicyRule.Users(first.getAsLong(), last.getAsLong()))
        : Optional.empty();
  }

  /** The line that ip prints without {@code -j}, behind the priority. */
  private static String text(IpJson json) {
    StringJoiner line = new StringJoiner(" ");
    if (json.has("not")) {
      line.add("not");
    }
    line.add("from").add(prefixed(json, "src"));
    if (json.has("dst")) {
      line.add("to").add(prefixed(json, "dst"));
    }
    word(json, "tos", line);
    if (json.has("fwmark")) {
      line.add("fwmark")
          .add(json.text("fwmark") + (json.has("fwmask") ? "/" + json.text("fwmask") : ""));
    }
    for (String name : List.of("iif", "oif")) {
      word(json, name, line);
      if (json.has(name + "_detached")) {
        line.add("[detached]");
      }
    }
    if (json.has("l3mdev")) {
      line.add("lookup [l3mdev-table]");
    }
    if (json.has("uid_start")) {
      line.add("uidrange").add(json.text("uid_start") + "-" + json.text("uid_end"));
    }
    word(json, "ipproto", line);
    for (String name : List.of("sport", "dport")) {
      word(json, name, line);
      if (json.has(name + "_start")) {
        line.add(name).add(json.text(name + "_start") + "-" + json.text(name + "_end"));
      }
    }
    for (Map.Entry<String, Object> other : json.fields().entrySet()) {
      if (!KNOWN.contains(other.getKey()) && !other.getKey().equals("tos")) {
        word(json, other.getKey(), line);
      }
    }
    if (json.has("table")) {
      line.add("lookup").add(json.text("table"));
    }
    if (json.has("suppress_prefixlen")) {
      line.add("suppress_prefixlength").add(json.text("suppress_prefixlen"));
    }
    word(json, "suppress_ifgroup", line);
    word(json, "goto", line);
    if (json.has("unresolved")) {
      line.add("[unresolved]");
    }
    if (json.has("nop")) {
      line.add("nop");
    }
    json.optional("action").ifPresent(line::add);
    return line.toString();
  }

  private static void word(IpJson json, String name, StringJoiner line) {
    json.optional(name).ifPresent(value -> line.add(name).add(value));
  }

  private static String prefixed(IpJson json, String name) {
    String length = json.text(name + "len");
    return json.optional(name).orElse("all") + (length.isEmpty() ? "" : "/" + length);
  }
}
