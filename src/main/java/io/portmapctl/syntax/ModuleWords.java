package io.portmapctl.syntax;

import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The kernel's spelling of modules that are known but have no type of their own. */
final class ModuleWords {
  /** The order in which iptables-save prints connection states. */
  private static final List<String> STATES =
      List.of("INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT");

  /** The order in which iptables-save prints the flags of TCP. */
  private static final List<String> FLAGS = List.of("FIN", "SYN", "RST", "PSH", "ACK", "URG");

  /** The order in which iptables-save prints address types. */
  private static final List<String> TYPES =
      List.of(
          "UNSPEC",
          "UNICAST",
          "LOCAL",
          "BROADCAST",
          "ANYCAST",
          "MULTICAST",
          "BLACKHOLE",
          "UNREACHABLE",
          "PROHIBIT",
          "THROW",
          "NAT",
          "XRESOLVE");

  /** Units of a rate, longest first, and their length in the kernel's ticks (10 000 a second). */
  private static final List<String> UNITS = List.of("day", "hour", "min", "sec");

  private static final long[] TICKS = {864_000_000L, 36_000_000L, 600_000L, 10_000L};

  private ModuleWords() {}

  static Match.Module canonical(String module, List<String> options) {
    Optional<List<String>> known =
        switch (module) {
          case "mark" -> each(options, List.of("--mark"), ModuleWords::mark);
          case "conntrack" -> each(options, List.of("--ctstate"), v -> set(v, STATES));
          case "state" -> each(options, List.of("--state"), v -> set(v, STATES));
          case "addrtype" -> each(options, List.of("--src-type", "--dst-type"), v -> set(v, TYPES));
          case "mac" ->
              each(
                  options,
                  List.of("--mac-source"),
                  v -> Optional.of(v.toLowerCase(Locale.ROOT)).filter(ModuleWords::isMac));
          case "iprange" ->
              each(options, List.of("--src-range", "--dst-range"), ModuleWords::addressRange);
          case "limit" -> limit(options);
          case "tcp" -> tcp(options);
          default -> Optional.empty();
        };
    return known
        .map(words -> new Match.Module(module, words, true))
        .orElseGet(
            () ->
                new Match.Module(
                    module, options.stream().map(RuleSyntax::quoteValue).toList(), false));
  }

  private interface Spelling {
    Optional<String> of(String value);
  }

  private static Optional<List<String>> each(
      List<String> options, List<String> names, Spelling spelling) {
    Map<String, List<String>> found = new HashMap<>();
    for (int i = 0; i < options.size(); i++) {
      boolean negated = options.get(i).equals("!");
      i += negated ? 1 : 0;
      Optional<String> value =
          i + 1 < options.size() ? spelling.of(options.get(i + 1)) : Optional.empty();
      if (value.isEmpty() || !names.contains(options.get(i))) {
        return Optional.empty();
      }
      String name = options.get(i++);
      List<String> words = negated ? List.of("!", name, value.get()) : List.of(name, value.get());
      if (found.put(name, words) != null) {
        return Optional.empty();
      }
    }
    List<String> out = new ArrayList<>();
    names.forEach(name -> out.addAll(found.getOrDefault(name, List.of())));
    return out.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(out));
  }

  private static Optional<String> mark(String value) {
    int slash = value.indexOf('/');
    try {
      long mark = number(slash < 0 ? value : value.substring(0, slash));
      long mask = slash < 0 ? 0xffffffffL : number(value.substring(slash + 1));
      String text = "0x" + Long.toHexString(mark);
      return Optional.of(mask == 0xffffffffL ? text : text + "/0x" + Long.toHexString(mask));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long number(String text) {
    long value = text.startsWith("-") ? -1 : Long.decode(text);
    if (value < 0 || value > 0xffffffffL) {
      throw new NumberFormatException(text);
    }
    return value;
  }

  private static Optional<String> set(String value, List<String> order) {
    List<String> given = Arrays.asList(value.toUpperCase(Locale.ROOT).split(",", -1));
    if (!order.containsAll(given)) {
      return Optional.empty();
    }
    return Optional.of(String.join(",", order.stream().filter(given::contains).toList()));
  }

  private static boolean isMac(String value) {
    return value.matches("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
  }

  private static Optional<String> addressRange(String value) {
    int dash = value.indexOf('-');
    Optional<IpAddress> low = IpAddress.parse(dash < 0 ? value : value.substring(0, dash));
    Optional<IpAddress> high = dash < 0 ? low : IpAddress.parse(value.substring(dash + 1));
    return low.isPresent() && high.isPresent()
        ? Optional.of(low.get() + "-" + high.get())
        : Optional.empty();
  }

  private static Optional<List<String>> limit(List<String> options) {
    String rate = "3/hour";
    String burst = "5";
    for (int i = 0; i + 1 < options.size(); i += 2) {
      switch (options.get(i)) {
        case "--limit" -> {
          Optional<String> canonical = rate(options.get(i + 1));
          if (canonical.isEmpty()) {
            return Optional.empty();
          }
          rate = canonical.get();
        }
        case "--limit-burst" -> burst = options.get(i + 1);
        default -> {
          return Optional.empty();
        }
      }
    }
    if (options.size() % 2 != 0 || Protocols.number(burst).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        burst.equals("5")
            ? List.of("--limit", rate)
            : List.of("--limit", rate, "--limit-burst", burst));
  }

  /** A rate in the largest unit that still says it, as libxt_limit prints the kernel's interval. */
  private static Optional<String> rate(String text) {
    int slash = text.indexOf('/');
    String unit = slash < 0 ? "sec" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
    Optional<Integer> count = Protocols.number(slash < 0 ? text : text.substring(0, slash));
    if (count.isEmpty() || count.get() == 0 || unit.isEmpty()) {
      return Optional.empty();
    }
    List<String> longUnits = List.of("day", "hour", "minute", "second");
    for (int i = 0; i < longUnits.size(); i++) {
      if (longUnits.get(i).startsWith(unit)) {
        long period = TICKS[i] / count.get();
        if (period == 0) {
          return Optional.empty();
        }
        int best = 0;
        for (int k = 1; k < TICKS.length; k++) {
          if (period > TICKS[k] || TICKS[k] / period < TICKS[k] % period) {
            break;
          }
          best = k;
        }
        return Optional.of(TICKS[best] / period + "/" + UNITS.get(best));
      }
    }
    return Optional.empty();
  }

  /** Ports, then flags, as libxt_tcp prints them; anything else of the module is not modelled. */
  private static Optional<List<String>> tcp(List<String> options) {
    List<String> source = new ArrayList<>();
    List<String> destination = new ArrayList<>();
    List<String> flags = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      boolean negated = options.get(i).equals("!");
      i += negated ? 1 : 0;
      String option = i < options.size() ? options.get(i) : "";
      List<String> into =
          switch (option) {
            case "--sport", "--source-port" -> source;
            case "--dport", "--destination-port" -> destination;
            case "--syn", "--tcp-flags" -> flags;
            default -> List.of("unknown");
          };
      if (!into.isEmpty()) {
        return Optional.empty();
      }
      if (negated) {
        into.add("!");
      }
      if (option.equals("--syn")) {
        into.addAll(List.of("--tcp-flags", "FIN,SYN,RST,ACK", "SYN"));
        continue;
      }
      int values = into == flags ? 2 : 1;
      if (i + values >= options.size()) {
        return Optional.empty();
      }
      into.add(into == source ? "--sport" : into == destination ? "--dport" : "--tcp-flags");
      for (int k = 0; k < values; k++) {
        String value = options.get(++i);
        Optional<String> canonical =
            into == flags ? flags(value) : RuleSyntax.port(value).map(range -> range.toString());
        if (canonical.isEmpty()) {
          return Optional.empty();
        }
        into.add(canonical.get());
      }
    }
    source.addAll(destination);
    source.addAll(flags);
    return Optional.of(List.copyOf(source));
  }

  private static Optional<String> flags(String value) {
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "NONE" -> Optional.of("NONE");
      case "ALL" -> Optional.of(String.join(",", FLAGS));
      default -> set(value, FLAGS);
    };
  }
}
