package io.portmapctl.host.route;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** Routes as {@code ip -j route show table all} prints them, with {@code -d} or without. */
public final class RouteReader {
  private static final Map<String, Integer> SCOPES =
      Map.of("global", 0, "site", 200, "link", 253, "host", 254, "nowhere", 255);
  private static final Map<String, Integer> PREFERENCES = Map.of("high", 1, "low", -1);

  /** Fields whose word in a line is another. */
  private static final Map<String, String> WORDS =
      Map.of("gateway", "via", "protocol", "proto", "prefsrc", "src");

  /** What a line leaves out. */
  private static final Map<String, String> UNSAID =
      Map.of("type", "unicast", "table", "main", "protocol", "boot", "scope", "global");

  private RouteReader() {}

  /**
   * Reads routes.
   *
   * @throws IpFormatException for what ip does not print
   */
  public static List<Route> read(String text) throws IpFormatException {
    List<Route> routes = new ArrayList<>();
    for (IpJson json : IpJson.parse(text, FileFault.Content.ROUTES)) {
      routes.add(route(json));
    }
    return List.copyOf(routes);
  }

  private static Route route(IpJson json) throws IpFormatException {
    Family family = family(json);
    Cidr any = Cidr.any(family);
    json.required("dst", FileFault.Wanted.NETWORK);
    return new Route(
        family,
        type(json.text("type")),
        json.network("dst", family).orElse(any),
        json.network("from", family).orElse(any),
        json.optional("table").orElse("main"),
        hops(json),
        json.address("prefsrc"),
        scope(json.text("scope"), json),
        json.number("metric").orElse(0),
        tos(json.text("tos")),
        PREFERENCES.getOrDefault(json.text("pref"), 0),
        json.text("protocol").equals("kernel"),
        text(json));
  }

  /** The family is told by the addresses, and where there are none by what IPv6 alone has. */
  private static Family family(IpJson json) {
    for (String name : List.of("dst", "gateway", "prefsrc", "from")) {
      Optional<Cidr> address = Cidr.parse(json.text(name));
      if (address.isPresent()) {
        return address.get().address().family();
      }
    }
    return json.has("pref") ? Family.IPV6 : Family.IPV4;
  }

  private static Route.Type type(String word) {
    if (word.isEmpty()) {
      return Route.Type.UNICAST;
    }
    for (Route.Type type : Route.Type.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(word)) {
        return type;
      }
    }
    return Route.Type.UNKNOWN;
  }

  static int scope(String word, IpJson json) throws IpFormatException {
    Integer scope = word.isEmpty() ? Integer.valueOf(0) : SCOPES.get(word);
    return scope != null ? scope : (int) json.number("scope").orElse(0);
  }

  /** A word that is no number is one of those for which a name was made up. */
  private static int tos(String word) {
    try {
      return word.isEmpty() ? 0 : Integer.decode(word);
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  private static List<Route.Hop> hops(IpJson json) throws IpFormatException {
    List<Route.Hop> hops = new ArrayList<>();
    if (json.has("nexthops")) {
      for (IpJson hop : json.objects("nexthops")) {
        hop.required("dev", FileFault.Wanted.INTERFACE);
        hops.add(hop(hop));
      }
    } else if (json.has("dev") || json.has("gateway") || json.has("via")) {
      json.required("dev", FileFault.Wanted.INTERFACE);
      hops.add(hop(json));
    }
    return hops;
  }

  private static Route.Hop hop(IpJson json) throws IpFormatException {
    Optional<IpAddress> via = json.address("gateway");
    Optional<IpJson> other = json.object("via");
    if (via.isEmpty() && other.isPresent()) {
      via = other.get().address("host");
    }
    List<String> flags = json.words("flags");
    return new Route.Hop(via, json.text("dev"), flags.contains("dead"), flags.contains("linkdown"));
  }

  /** The line that ip prints without {@code -j}. */
  private static String text(IpJson json) {
    StringJoiner line = new StringJoiner(" ");
    json.fields()
        .forEach(
            (name, value) -> {
              if (value.equals(UNSAID.get(name)) || name.equals("nh_info")) {
                return;
              }
              if (value instanceof String word) {
                if (name.equals("type") || name.equals("dst")) {
                  line.add(word);
                } else {
                  line.add(WORDS.getOrDefault(name, name)).add(word);
                }
              } else if (value instanceof List<?> items) {
                list(name, items, line);
              } else if (value instanceof Map<?, ?> fields) {
                line.add(name);
                fields.values().forEach(v -> line.add(String.valueOf(v)));
              }
            });
    return line.toString();
  }

  private static void list(String name, List<?> items, StringJoiner line) {
    for (Object item : items) {
      if (item instanceof Map<?, ?> fields) {
        if (name.equals("nexthops")) {
          line.add("nexthop");
        }
        fields.forEach(
            (key, value) -> {
              if (value instanceof List<?> flags) {
                flags.forEach(f -> line.add(String.valueOf(f)));
              } else {
                String word = String.valueOf(key);
                line.add(WORDS.getOrDefault(word, word)).add(String.valueOf(value));
              }
            });
      } else {
        line.add(String.valueOf(item));
      }
    }
  }
}
