package io.portmapctl.syntax;

import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import io.portmapctl.model.Target;
import io.portmapctl.model.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the words of a rule, as iptables-save prints them and as a person writes them, into the one
 * canonical form (iptables(8), iptables-extensions(8)).
 */
public final class RuleSyntax {
  private static final List<String> PORT_MODULES = List.of("tcp", "udp", "sctp", "dccp");

  private static final List<String> PORT_OPTIONS =
      List.of("--sport", "--dport", "--source-port", "--destination-port");

  /** Options of matches whose value may look like an option. */
  private static final List<String> FREE_TEXT =
      List.of("--comment", "--string", "--hex-string", "--name");

  private static final List<String> TCP_OPTIONS = List.of("--syn", "--tcp-flags");

  private final Family family;
  private final List<String> words;
  private final List<Match> modules = new ArrayList<>();
  private final Match[] header = new Match[6];
  private Target target = new Target.None();
  private int next;

  private RuleSyntax(Family family, List<String> words) {
    this.family = family;
    this.words = words;
  }

  /** The rule that these words mean; what is not known is kept to the letter. */
  public static Rule parse(Family family, List<String> words) {
    RuleSyntax syntax = new RuleSyntax(family, words);
    syntax.run();
    List<Match> matches = new ArrayList<>();
    for (Match match : syntax.header) {
      if (match != null) {
        matches.add(match);
      }
    }
    matches.addAll(syntax.modules);
    return new Rule(matches, syntax.target);
  }

  private void run() {
    while (next < words.size()) {
      boolean negated = words.get(next).equals("!");
      if (negated) {
        next++;
      }
      String word = next < words.size() ? words.get(next++) : "";
      switch (word) {
        case "-s", "-d" -> address(word.equals("-s") ? Side.SOURCE : Side.DESTINATION, negated);
        case "-i", "-o" ->
            networkInterface(word.equals("-i") ? Side.SOURCE : Side.DESTINATION, negated);
        case "-p" -> protocol(negated);
        case "-m" -> module(take());
        case "-j", "-g" -> target(word.equals("-g"));
        default -> {
          String implied = impliedModule(word);
          if (implied.isEmpty()) {
            unknown(negated, word);
          } else {
            next -= negated ? 2 : 1;
            module(implied);
          }
        }
      }
    }
  }

  private String take() {
    return next < words.size() ? words.get(next++) : "";
  }

  private void address(Side side, boolean negated) {
    String value = take();
    Optional<Cidr> cidr = Cidr.parse(value).or(() -> withNetmask(value));
    if (cidr.isEmpty() || cidr.get().address().family() != family) {
      words(side == Side.SOURCE ? "-s" : "-d", negated, value);
      return;
    }
    if (cidr.get().prefix() == 0 && !negated) {
      return;
    }
    header[side == Side.SOURCE ? 0 : 1] = new Match.Address(side, negated, cidr.get().network());
  }

  /** {@code ADDRESS/NETMASK}, where the mask is a prefix. */
  private static Optional<Cidr> withNetmask(String value) {
    int slash = value.indexOf('/');
    Optional<IpAddress> mask = IpAddress.parse(value.substring(slash + 1));
    if (slash < 0 || mask.isEmpty() || mask.get().family() != Family.IPV4) {
      return Optional.empty();
    }
    int prefix = Long.bitCount(mask.get().low());
    boolean contiguous = mask.get().low() == (0xffffffffL << (32 - prefix) & 0xffffffffL);
    return contiguous ? Cidr.parse(value.substring(0, slash) + "/" + prefix) : Optional.empty();
  }

  private void networkInterface(Side side, boolean negated) {
    String value = take();
    if (!value.equals("+") || negated) {
      header[side == Side.SOURCE ? 2 : 3] = new Match.Interface(side, negated, value);
    }
  }

  private void protocol(boolean negated) {
    String value = Protocols.canonical(take());
    if (!value.equals("all") || negated) {
      header[4] = new Match.Proto(negated, value);
    }
  }

  /** {@code --dport} and the like imply the protocol's own module. */
  private String impliedModule(String word) {
    boolean known = PORT_OPTIONS.contains(word) || TCP_OPTIONS.contains(word);
    return known
            && header[4] instanceof Match.Proto proto
            && !proto.negated()
            && PORT_MODULES.contains(proto.name())
            && (PORT_OPTIONS.contains(word) || proto.name().equals("tcp"))
        ? proto.name()
        : "";
  }

  private void unknown(boolean negated, String word) {
    List<String> options = new ArrayList<>();
    if (negated) {
      options.add("!");
    }
    options.add(quoteUnlessOption(word));
    while (next < words.size() && !startsOption(words.get(next))) {
      options.add(Words.quote(take()));
    }
    modules.add(new Match.Module("", List.copyOf(options), false));
  }

  private void words(String option, boolean negated, String value) {
    List<String> options = negated ? List.of("!", option, value) : List.of(option, value);
    modules.add(new Match.Module("", options, false));
  }

  /** The raw options of a module, up to the next {@code -m}, {@code -j} or header option. */
  private List<String> options() {
    List<String> options = new ArrayList<>();
    while (next < words.size()) {
      String word = words.get(next);
      String after = next + 1 < words.size() ? words.get(next + 1) : "";
      if (isShort(word) || word.equals("!") && isShort(after)) {
        break;
      }
      options.add(word);
      next++;
      if (FREE_TEXT.contains(word) && next < words.size()) {
        options.add(take());
      }
    }
    return options;
  }

  private static boolean isShort(String word) {
    return word.length() == 2 && word.charAt(0) == '-' && word.charAt(1) != '-';
  }

  private static boolean startsOption(String word) {
    return word.startsWith("-") || word.equals("!");
  }

  private static String quoteUnlessOption(String word) {
    return startsOption(word) ? word : Words.quote(word);
  }

  private void module(String name) {
    List<String> options = options();
    Optional<Match> typed = Optional.empty();
    if (PORT_MODULES.contains(name)) {
      typed = ports(name, options);
    } else if (name.equals("multiport")) {
      typed = multiport(options);
    } else if (name.equals("comment") && options.size() == 2) {
      String value = options.get(1);
      typed = Optional.of(new Match.Comment(value.substring(0, Math.min(255, value.length()))));
    }
    modules.add(typed.orElseGet(() -> ModuleWords.canonical(name, options)));
  }

  private static Optional<Match> ports(String name, List<String> options) {
    List<Match.PortTest> tests = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      boolean negated = options.get(i).equals("!");
      if (negated) {
        i++;
      }
      if (i + 1 >= options.size()) {
        return Optional.empty();
      }
      String option = options.get(i++);
      Optional<PortRange> range = port(options.get(i));
      boolean source = option.equals("--sport") || option.equals("--source-port");
      boolean destination = option.equals("--dport") || option.equals("--destination-port");
      if (range.isEmpty() || !source && !destination) {
        return Optional.empty();
      }
      Match.PortTest test =
          new Match.PortTest(source ? Side.SOURCE : Side.DESTINATION, negated, range.get());
      tests.add(source ? 0 : tests.size(), test);
    }
    return Optional.of(new Match.Ports(name, List.copyOf(tests)));
  }

  private static Optional<Match> multiport(List<String> options) {
    boolean negated = !options.isEmpty() && options.get(0).equals("!");
    List<String> rest = negated ? options.subList(1, options.size()) : options;
    if (rest.size() != 2) {
      return Optional.empty();
    }
    String option =
        switch (rest.get(0)) {
          case "--dports", "--destination-ports" -> "--dports";
          case "--sports", "--source-ports", "--sport" -> "--sports";
          case "--ports" -> "--ports";
          default -> "";
        };
    List<PortRange> ranges = new ArrayList<>();
    for (String part : rest.get(1).split(",", -1)) {
      Optional<PortRange> range = port(part);
      if (range.isEmpty()) {
        return Optional.empty();
      }
      ranges.add(range.get());
    }
    return option.isEmpty()
        ? Optional.empty()
        : Optional.of(new Match.Multiport(option, negated, List.copyOf(ranges)));
  }

  /** A port, a service name that IANA has fixed, or a range of them. */
  static Optional<PortRange> port(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return Protocols.port(text).map(PortRange::of);
    }
    String low = text.substring(0, colon);
    String high = text.substring(colon + 1);
    Optional<Integer> first = low.isEmpty() ? Optional.of(0) : Protocols.port(low);
    Optional<Integer> last = high.isEmpty() ? Optional.of(65535) : Protocols.port(high);
    if (first.isEmpty() || last.isEmpty() || first.get() > last.get()) {
      return Optional.empty();
    }
    return Optional.of(new PortRange(first.get(), last.get()));
  }

  private void target(boolean goTo) {
    String name = take();
    List<String> rest = List.copyOf(words.subList(next, words.size()));
    next = words.size();
    if (name.equals("DNAT") && rest.size() == 2 && rest.get(0).equals("--to-destination")) {
      Optional<Target> dnat = dnat(rest.get(1));
      if (dnat.isPresent()) {
        target = dnat.get();
        return;
      }
    }
    target = new Target.Jump(name, goTo, rest.stream().map(RuleSyntax::quoteValue).toList());
  }

  /** Target options as printed: quoted only where a blank or a quote demands it. */
  static String quoteValue(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c <= ' ' || c == '"' || c == '\\' || c == '\'') {
        return Words.quote(word);
      }
    }
    return word.isEmpty() ? "\"\"" : word;
  }

  private static Optional<Target> dnat(String value) {
    int colon = value.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    String host = value.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    Optional<IpAddress> address = IpAddress.parse(host);
    Optional<Integer> port = Protocols.number(value.substring(colon + 1));
    return address.isPresent() && port.isPresent()
        ? Optional.of(new Target.Dnat(address.get(), port.get()))
        : Optional.empty();
  }
}
