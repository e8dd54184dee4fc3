package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Matches of who sends a packet, and of lists of senders: {@code mac}, {@code owner}, {@code
 * physdev}, {@code recent}, {@code set}.
 */
final class SenderMatches {
  private SenderMatches() {}

  static Match mac(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    in.expect("--mac-source");
    String[] parts = in.take().toLowerCase(Locale.ROOT).split(":", -1);
    StringBuilder out = new StringBuilder();
    for (String part : parts) {
      boolean digits = !part.isEmpty() && part.length() <= 2;
      for (int i = 0; i < part.length(); i++) {
        digits &= part.charAt(i) <= 'f' && Character.digit(part.charAt(i), 16) >= 0;
      }
      if (!digits || parts.length != 6) {
        throw new NotUnderstood();
      }
      out.append(out.length() == 0 ? "" : ":").append(part.length() == 1 ? "0" : "").append(part);
    }
    return new Match.Mac(negated, out.toString());
  }

  static Match owner(Options in) throws NotUnderstood {
    Slots<Match.OwnerTest> tests = new Slots<>();
    while (in.hasNext()) {
      boolean negated = in.negated();
      switch (in.take()) {
        case "--socket-exists" ->
            tests.put(0, new Match.OwnerTest(negated, Match.OwnerKind.SOCKET, 0, 0));
        case "--uid-owner" -> tests.put(1, owner(negated, Match.OwnerKind.UID, in.take()));
        case "--gid-owner" -> tests.put(2, owner(negated, Match.OwnerKind.GID, in.take()));
        default -> throw new NotUnderstood();
      }
    }
    return new Match.Owner(tests.some());
  }

  private static Match.OwnerTest owner(boolean negated, Match.OwnerKind kind, String value)
      throws NotUnderstood {
    int dash = value.indexOf('-');
    long first = Values.bits(dash < 0 ? value : value.substring(0, dash));
    long last = dash < 0 ? first : Values.bits(value.substring(dash + 1));
    if (first > last || last == Values.MOST) {
      throw new NotUnderstood();
    }
    return new Match.OwnerTest(negated, kind, first, last);
  }

  static Match physdev(Options in) throws NotUnderstood {
    Slots<Match.PhysdevTest> tests = new Slots<>();
    while (in.hasNext()) {
      boolean negated = in.negated();
      switch (in.take()) {
        case "--physdev-is-in" -> tests.put(0, test(negated, Match.PhysdevKind.IS_IN, ""));
        case "--physdev-in" -> tests.put(1, test(negated, Match.PhysdevKind.IN, in.take()));
        case "--physdev-is-out" -> tests.put(2, test(negated, Match.PhysdevKind.IS_OUT, ""));
        case "--physdev-out" -> tests.put(3, test(negated, Match.PhysdevKind.OUT, in.take()));
        case "--physdev-is-bridged" ->
            tests.put(4, test(negated, Match.PhysdevKind.IS_BRIDGED, ""));
        default -> throw new NotUnderstood();
      }
    }
    return new Match.Physdev(tests.some());
  }

  private static Match.PhysdevTest test(boolean negated, Match.PhysdevKind kind, String port)
      throws NotUnderstood {
    if (!port.isEmpty()) {
      Options.bare(port);
    }
    return new Match.PhysdevTest(negated, kind, port);
  }

  static Match ipSet(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    String option = in.take();
    if (!option.equals("--match-set") && !option.equals("--set")) {
      throw new NotUnderstood();
    }
    String name = Options.bare(in.take());
    List<Side> sides = new ArrayList<>();
    for (String side : in.take().split(",", -1)) {
      switch (side) {
        case "src" -> sides.add(Side.SOURCE);
        case "dst" -> sides.add(Side.DESTINATION);
        default -> throw new NotUnderstood();
      }
    }
    List<Octets> more = List.of();
    if (in.hasNext()) {
      in.expect("--return-nomatch");
      more = List.of(new Octets("--return-nomatch"));
    }
    return new Match.IpSet(negated, name, List.copyOf(sides), more);
  }

  /** Its lists by name; whatever is not said is printed all the same. */
  static Match recent(Family family, Options in) throws NotUnderstood {
    Slots<Match.RecentAction> actions = new Slots<>();
    Slots<String> options = new Slots<>();
    boolean not = false;
    String name = "DEFAULT";
    String mask = family == Family.IPV4 ? "255.255.255.255" : "ffff" + ":ffff".repeat(7);
    String side = "--rsource";
    boolean reaps = false;
    boolean timed = false;
    while (in.hasNext()) {
      boolean negated = in.negated();
      String option = in.take();
      switch (option) {
        case "--set", "--rcheck", "--update", "--remove" -> {
          actions.put(0, action(option));
          not = negated;
          negated = false;
        }
        case "--seconds" -> {
          options.put(0, "--seconds " + positive(in.take()));
          timed = true;
        }
        case "--reap" -> {
          options.put(1, "--reap");
          reaps = true;
        }
        case "--hitcount" -> options.put(2, "--hitcount " + positive(in.take()));
        case "--rttl" -> options.put(3, "--rttl");
        case "--name" -> name = Options.bare(in.take());
        case "--mask" -> mask = Values.address(family, in.take()).toString();
        case "--rsource", "--rdest" -> side = option;
        default -> throw new NotUnderstood();
      }
      if (negated) {
        throw new NotUnderstood();
      }
    }
    Match.RecentAction action = actions.some().get(0);
    boolean looks = action == Match.RecentAction.RCHECK || action == Match.RecentAction.UPDATE;
    if (!looks && !options.all().isEmpty() || reaps && !timed) {
      throw new NotUnderstood();
    }
    List<Octets> words = new ArrayList<>();
    for (String option : options.all()) {
      add(words, option.split(" ", -1));
    }
    add(words, "--name", name, "--mask", mask, side);
    return new Match.Recent(not, action, List.copyOf(words));
  }

  private static void add(List<Octets> options, String... words) {
    for (String word : words) {
      options.add(new Octets(word));
    }
  }

  private static Match.RecentAction action(String option) {
    return switch (option) {
      case "--set" -> Match.RecentAction.SET;
      case "--rcheck" -> Match.RecentAction.RCHECK;
      case "--update" -> Match.RecentAction.UPDATE;
      default -> Match.RecentAction.REMOVE;
    };
  }

  private static long positive(String text) throws NotUnderstood {
    long value = Values.bits(text);
    if (value == 0) {
      throw new NotUnderstood();
    }
    return value;
  }
}
