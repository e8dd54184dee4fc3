package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.Words;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the words of a rule, as iptables-save prints them and as a person writes them, into the one
 * canonical form (iptables(8), iptables-extensions(8)). Here are the options of iptables itself;
 * {@link MatchParser} and {@link TargetParser} know the extensions.
 */
public final class RuleSyntax {
  private final Family family;
  private final List<String> words;
  private final List<Match> modules = new ArrayList<>();

  /** Addresses, interfaces and protocol, in the order in which they are printed. */
  private final Match[] header = new Match[5];

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
    List<Match> matches = new ArrayList<>(syntax.modules.size() + 5);
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
      String word = take();
      switch (word) {
        case "-s", "-d", "-i", "-o", "-p" -> own(word, negated, take());
        case "-m" -> {
          String module = take();
          modules.add(MatchParser.parse(family, module, options()));
        }
        case "-j", "-g" -> {
          String name = take();
          List<String> rest = words.subList(next, words.size());
          target = TargetParser.parse(family, name, word.equals("-g"), rest);
          next = words.size();
        }
        default -> {
          String implied = impliedModule(word);
          if (implied.isEmpty()) {
            unknown(negated, word);
          } else {
            next -= negated ? 2 : 1;
            modules.add(MatchParser.parse(family, implied, options()));
          }
        }
      }
    }
  }

  private String take() {
    return next < words.size() ? words.get(next++) : "";
  }

  /** An option of iptables itself, with its value. */
  private void own(String option, boolean negated, String value) {
    try {
      Side side = option.equals("-s") || option.equals("-i") ? Side.SOURCE : Side.DESTINATION;
      switch (option) {
        case "-s", "-d" -> {
          Cidr cidr = Values.network(family, value);
          if (cidr.prefix() != 0 || negated) {
            put(side == Side.SOURCE ? 0 : 1, new Match.Address(side, negated, cidr));
          }
        }
        case "-i", "-o" -> {
          if (!value.equals("+") || negated) {
            String name = Options.bare(value);
            put(side == Side.SOURCE ? 2 : 3, new Match.Interface(side, negated, name));
          }
        }
        default -> protocol(negated, value);
      }
    } catch (NotUnderstood e) {
      List<Octets> kept = new ArrayList<>();
      if (negated) {
        kept.add(new Octets("!"));
      }
      kept.add(new Octets(option));
      kept.add(new Octets(Options.quoted(value)));
      modules.add(new Match.Unknown("", List.copyOf(kept), true));
    }
  }

  private void protocol(boolean negated, String value) throws NotUnderstood {
    Optional<IpProtocol> protocol = IpProtocol.of(value);
    boolean all = value.equalsIgnoreCase("all") || value.equals("0");
    if (protocol.isPresent()) {
      put(4, new Match.Proto(negated, protocol.get()));
    } else if (!all || negated) {
      throw new NotUnderstood();
    }
  }

  private void put(int place, Match match) throws NotUnderstood {
    if (header[place] != null) {
      throw new NotUnderstood();
    }
    header[place] = match;
  }

  /** {@code --dport} and the like imply the protocol's own module. */
  private String impliedModule(String word) {
    if (!(header[4] instanceof Match.Proto proto) || proto.negated()) {
      return "";
    }
    IpProtocol protocol = proto.protocol();
    return switch (protocol.number()) {
      case 6, 17, 33, 132 -> PortMatches.isOption(protocol, word) ? protocol.toString() : "";
      case 1 -> word.equals("--icmp-type") && family == Family.IPV4 ? "icmp" : "";
      case 58 -> word.equals("--icmpv6-type") && family == Family.IPV6 ? "icmp6" : "";
      default -> "";
    };
  }

  private void unknown(boolean negated, String word) {
    List<Octets> options = new ArrayList<>();
    if (negated) {
      options.add(new Octets("!"));
    }
    options.add(new Octets(startsOption(word) ? word : Words.quote(word)));
    while (next < words.size() && !startsOption(words.get(next))) {
      options.add(new Octets(Words.quote(take())));
    }
    modules.add(new Match.Unknown("", List.copyOf(options), true));
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
      if (hasFreeText(word) && next < words.size()) {
        options.add(take());
      }
    }
    return options;
  }

  /** Options of matches whose value may look like an option. */
  static boolean hasFreeText(String option) {
    return switch (option) {
      case "--comment", "--string", "--hex-string", "--name" -> true;
      default -> false;
    };
  }

  private static boolean isShort(String word) {
    return word.length() == 2 && word.charAt(0) == '-' && word.charAt(1) != '-';
  }

  private static boolean startsOption(String word) {
    return word.startsWith("-") || word.equals("!");
  }
}
