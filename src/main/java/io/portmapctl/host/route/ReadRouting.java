package io.portmapctl.host.route;

import io.portmapctl.host.AheadHost;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.route.HostRouting;
import io.portmapctl.route.IpsecPolicy;
import io.portmapctl.route.Known;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Neighbour;
import io.portmapctl.route.PolicyRule;
import io.portmapctl.route.Route;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a host routes, read when it is asked for, and once. What cannot be read, or is not what the
 * program prints, is not known.
 */
public final class ReadRouting implements HostRouting {
  /** The commands that are asked, program first, in the words of {@link Missing}. */
  public static final List<Missing> COMMANDS =
      List.of(
          Missing.LINKS,
          Missing.ROUTES,
          Missing.rules(Family.IPV4),
          Missing.rules(Family.IPV6),
          Missing.NEIGHBOURS,
          Missing.FORWARDING_DATABASE);

  /** What was recorded in place of {@link Missing#LINKS} before that was asked. */
  private static final Missing DETAILS = Missing.command("ip", "-j", "-d", "link");

  private static final Missing ADDRESSES = Missing.command("ip", "-j", "address");
  private static final Path SOCKETS = Path.of("/proc/net/netlink");

  /** A socket's kernel address, and the protocol of IPsec (linux/netlink.h). */
  private static final Pattern LISTENS = Pattern.compile("^[0-9a-f]+ +6 ");

  private static final Path SYSCTLS = Path.of("/proc/sys");
  private static final Path TRIE = Path.of("/proc/net/fib_trie");

  private final Host host;
  private final Map<Missing, Known<?>> read = new HashMap<>();

  /** Of a host. */
  public ReadRouting(Host host) {
    this.host = host;
  }

  private interface Parser<T> {
    T parse(String text) throws IpFormatException;
  }

  /** Begins what will be asked. */
  public static void ahead(AheadHost host, Missing command) {
    words(host, command).ifPresent(host::ahead);
  }

  /** Reads what one of the commands prints before anybody asks what it tells. */
  public void readAhead(Missing command) {
    if (command.equals(Missing.ROUTES)) {
      routes();
    } else if (command.equals(Missing.LINKS)) {
      links();
    }
    for (Family family : Family.values()) {
      if (command.equals(Missing.rules(family))) {
        rules(family);
      }
    }
  }

  /** A command, by the program's path; empty where there is no such program. */
  private static Optional<List<String>> words(Host host, Missing command) {
    List<String> words = new ArrayList<>(Arrays.asList(command.name().split(" ", -1)));
    Optional<Path> program = host.find(words.get(0));
    program.ifPresent(p -> words.set(0, p.toString()));
    return program.map(p -> words);
  }

  /** What a program prints; empty where it does not say. */
  private Optional<String> printed(Missing command) {
    Optional<List<String>> words = words(host, command);
    if (words.isEmpty()) {
      return Optional.empty();
    }
    try {
      Exec.Result result = host.ask(words.get());
      return result.exit() == 0 ? Optional.of(result.output()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private <T> Known<T> known(Missing command, Parser<T> parser) {
    Optional<String> text = printed(command);
    try {
      return text.isPresent() ? Known.of(parser.parse(text.get()), command) : Known.not(command);
    } catch (IpFormatException e) {
      return Known.not(command);
    }
  }

  @SuppressWarnings("unchecked") // each command has one parser
  private <T> Known<T> once(Missing command, Parser<T> parser) {
    Known<?> before = read.get(command);
    if (before == null) {
      before = known(command, parser);
      read.put(command, before);
    }
    return (Known<T>) before;
  }

  @Override
  public Known<List<PolicyRule>> rules(Family family) {
    return once(Missing.rules(family), text -> PolicyRuleReader.read(text, family));
  }

  @Override
  public Known<List<Route>> routes() {
    return once(Missing.ROUTES, RouteReader::read);
  }

  @Override
  public Known<List<Link>> links() {
    Known<List<Link>> links = once(Missing.LINKS, LinkReader::links);
    if (links.value().isPresent()) {
      return links;
    }
    Optional<String> details = printed(DETAILS);
    Optional<String> addresses = details.isPresent() ? printed(ADDRESSES) : Optional.empty();
    if (addresses.isPresent()) {
      try {
        links = Known.of(LinkReader.links(details.get(), addresses.get()), Missing.LINKS);
        read.put(Missing.LINKS, links);
      } catch (IpFormatException e) {
        return links;
      }
    }
    return links;
  }

  @Override
  public Known<List<Neighbour>> neighbours() {
    return once(Missing.NEIGHBOURS, LinkReader::neighbours);
  }

  @Override
  public Known<List<IpsecPolicy>> policies() {
    if (!read.containsKey(Missing.IPSEC) && !mayHavePolicies(host)) {
      read.put(Missing.IPSEC, Known.of(List.of(), Missing.IPSEC));
    }
    return once(Missing.IPSEC, IpsecReader::read);
  }

  /**
   * Whether anybody can have made policies of IPsec's: the kernel listens for them then. To ask for
   * them would have it begin to.
   */
  public static boolean mayHavePolicies(Host host) {
    try {
      return host.lines(SOCKETS).stream().anyMatch(l -> LISTENS.matcher(l).find());
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public Known<List<Learned>> learned() {
    return once(Missing.FORWARDING_DATABASE, LinkReader::learned);
  }

  @Override
  public Known<String> setting(String key) {
    Missing missing = Missing.setting(key);
    try {
      return Known.of(host.setting(SYSCTLS.resolve(key)), missing);
    } catch (NoSuchFileException e) {
      return Known.of("", missing);
    } catch (IOException e) {
      return Known.not(missing);
    }
  }

  /** The kernel shows one table twice where two are one. */
  @Override
  public Known<Boolean> merged() {
    Missing missing = Missing.TRIE;
    try {
      Map<String, List<String>> shown = new HashMap<>();
      List<String> table = new ArrayList<>();
      for (String line : host.lines(TRIE)) {
        if (line.startsWith(" ")) {
          table.add(line);
        } else {
          table = shown.computeIfAbsent(line, l -> new ArrayList<>());
        }
      }
      List<String> local = shown.getOrDefault("Local:", List.of());
      boolean same = local.equals(shown.getOrDefault("Main:", List.of()));
      return Known.of(same, missing);
    } catch (IOException e) {
      return Known.not(missing);
    }
  }
}
