package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import java.util.HashMap;
import java.util.Map;

/**
 * Looks over lines of rules as iptables-save prints them, without reading them: where the words
 * end, where the rule leads, and that no word speaks of the other family. It knows plain words and
 * words that are quoted as a whole; whatever else there is in a line, it leaves to {@link
 * SaveFormat#split}, {@link FamilyCheck} and {@link RuleSyntax}, which know everything.
 */
final class RuleScan {
  /** What the word before the present one asks of it. */
  private enum Before {
    NOTHING,
    /** The value is an address. */
    ADDRESS,
    /** The value is a destination, perhaps with a prefix. */
    DESTINATION,
    /** The value is an address to which packets are sent. */
    TRANSLATED,
    /** The value is a module's name. */
    MODULE,
    /** The value is a protocol. */
    PROTOCOL,
    /** The value is an answer to a packet. */
    ANSWER,
    /** The value is a destination port. */
    PORT,
    /** The value is any word, even one that looks like an option. */
    ANY,
    /** The value is a target's name. */
    TARGET
  }

  private final Family family;
  private final String text;

  /** Names of targets and chains, and policies, each kept once. */
  private final Map<String, String> names = new HashMap<>();

  private int end;
  private String target = "";
  private boolean targetSeen;
  private boolean goTo;
  private boolean rest;
  private boolean negates;
  private boolean unshown;
  private int port;
  private int portWords;
  private boolean odd;
  private int destination;
  private int moduleEnd;

  RuleScan(Family family, String text) {
    this.family = family;
    this.text = text;
  }

  /** Where the line ends that was looked over: its line feed, or the end of the text. */
  int end() {
    return end;
  }

  /** The name behind {@code -j} or {@code -g}; empty for none. */
  String target() {
    return target;
  }

  /** Whether that is a chain's. */
  boolean jumps() {
    return !target.isEmpty() && !rest && (goTo || !TargetParser.isExtension(target));
  }

  /** The only destination port that it can be about, or {@link SavedLines#ANY_PORT}. */
  int port() {
    return portWords == 1 && port >= 0 && !negates ? port : SavedLines.ANY_PORT;
  }

  /**
   * Whether it asks of packets nothing but protocol, addresses, interfaces and one destination
   * port, none of it negated.
   */
  boolean isPlain() {
    return !odd && !negates && (portWords == 0 || port() != SavedLines.ANY_PORT);
  }

  /** Where its destination stands, a word; negative for none. */
  int destination() {
    return destination;
  }

  /** Whether a part of it was not shown, perhaps. */
  boolean unshown() {
    return unshown;
  }

  /** The name as it was first met. */
  String kept(String name) {
    String known = names.putIfAbsent(name, name);
    return known == null ? name : known;
  }

  /**
   * Looks over the words of a rule, which stand from here to the end of the line.
   *
   * @return whether all is known that is asked for; else nothing is
   */
  boolean over(int start) {
    target = "";
    targetSeen = false;
    goTo = false;
    rest = false;
    negates = false;
    unshown = false;
    port = SavedLines.ANY_PORT;
    portWords = 0;
    odd = false;
    destination = -1;
    moduleEnd = -1;
    Before before = Before.NOTHING;
    int at = start;
    int length = text.length();
    while (true) {
      while (at < length && text.charAt(at) == ' ') {
        at++;
      }
      if (at == length || text.charAt(at) == '\n') {
        end = at;
        odd |= before != Before.NOTHING;
        return before != Before.TARGET;
      }
      int word = at;
      if (text.charAt(at) == '"') {
        at = quoted(at);
        if (at < 0 || before != Before.NOTHING && before != Before.ANY) {
          return false;
        }
        rest |= targetSeen;
        odd = true;
        before = Before.NOTHING;
        continue;
      }
      for (; at < length; at++) {
        char c = text.charAt(at);
        if (c == ' ' || c == '\n') {
          break;
        }
        if (c == '"' || c == '\t') {
          return false;
        }
      }
      if (before == Before.TARGET) {
        target = kept(text.substring(word, at));
        before = option(word, at);
        before = before == Before.TARGET ? Before.NOTHING : before;
      } else {
        if (before != Before.NOTHING && before != Before.ANY && !isOfFamily(before, word, at)) {
          return false;
        }
        rest |= targetSeen;
        char first = text.charAt(word);
        if (first == '-') {
          Before next = option(word, at);
          odd |= before != Before.NOTHING || !isPlain(next, word, at);
          if (next == Before.TARGET) {
            if (targetSeen) {
              next = Before.NOTHING;
            } else if (before != Before.NOTHING) {
              return false; // it is that option's value, perhaps
            } else {
              targetSeen = true;
              rest = false;
              goTo = text.charAt(word + 1) == 'g';
            }
          }
          before = next;
        } else {
          negates |= first == '!' && at == word + 1;
          odd |= before == Before.NOTHING && !targetSeen;
          unshown |= first == '[' && text.startsWith("[unsupported", word);
          before = Before.NOTHING;
        }
      }
    }
  }

  /**
   * The end of a word that is quoted as a whole and that no option is mistaken for; negative for
   * any other.
   */
  private int quoted(int start) {
    int length = text.length();
    if (start + 1 < length) {
      switch (text.charAt(start + 1)) {
        case '-', '!', '[', '"', '\\' -> {
          return -1;
        }
        default -> {}
      }
    }
    for (int at = start + 1; at < length; at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        at++;
        if (at < length && text.charAt(at) == '\n') {
          return -1;
        }
      } else if (c == '\n') {
        return -1;
      } else if (c == '"') {
        int next = at + 1;
        return next == length || text.charAt(next) == ' ' || text.charAt(next) == '\n' ? next : -1;
      }
    }
    return -1;
  }

  /** What a word that begins with a hyphen asks of the next one. */
  private Before option(int word, int wordEnd) {
    int size = wordEnd - word;
    if (text.charAt(word) != '-') {
      return Before.NOTHING;
    }
    if (size == 2) {
      return switch (text.charAt(word + 1)) {
        case 's' -> Before.ADDRESS;
        case 'd' -> Before.DESTINATION;
        case 'm' -> Before.MODULE;
        case 'p' -> Before.PROTOCOL;
        case 'i', 'o' -> Before.ANY;
        case 'j', 'g' -> Before.TARGET;
        default -> Before.NOTHING;
      };
    }
    if (text.startsWith("port", wordEnd - 4) || text.startsWith("ports", wordEnd - 5)) {
      portWords++;
      if (size == 7 && text.startsWith("--dport", word)) {
        return Before.PORT;
      }
      portWords++;
      return Before.NOTHING;
    }
    return switch (size) {
      case 4 -> text.startsWith("--to", word) ? Before.ADDRESS : Before.NOTHING;
      case 6 -> text.startsWith("--name", word) ? Before.ANY : Before.NOTHING;
      case 8 -> text.startsWith("--string", word) ? Before.ANY : Before.NOTHING;
      case 9 -> text.startsWith("--comment", word) ? Before.ANY : Before.NOTHING;
      case 11 -> text.startsWith("--to-source", word) ? Before.TRANSLATED : Before.NOTHING;
      case 12 -> text.startsWith("--hex-string", word) ? Before.ANY : Before.NOTHING;
      case 13 -> text.startsWith("--reject-with", word) ? Before.ANSWER : Before.NOTHING;
      case 16 -> text.startsWith("--to-destination", word) ? Before.TRANSLATED : Before.NOTHING;
      default -> Before.NOTHING;
    };
  }

  /** Whether a value is certainly none of the other family's; a port is taken down. */
  private boolean isOfFamily(Before before, int word, int wordEnd) {
    switch (before) {
      case DESTINATION -> {
        odd |= targetSeen || destination >= 0;
        destination = word;
        return hasColon(word, wordEnd) == (family == Family.IPV6);
      }
      case ADDRESS -> {
        return hasColon(word, wordEnd) == (family == Family.IPV6);
      }
      case TRANSLATED -> {
        return isTranslated(word, wordEnd);
      }
      case MODULE -> {
        odd |= !isOfPorts(word, wordEnd);
        moduleEnd = wordEnd;
        return !text.startsWith("icmp", word);
      }
      case PROTOCOL -> {
        return !text.startsWith("icmp", word) && !text.startsWith("ipv6", word);
      }
      case ANSWER -> {
        return !text.startsWith("icmp", word);
      }
      default -> {
        port = number(word, wordEnd);
        return true;
      }
    }
  }

  /** Whether an option is one of those that plain rules have, where it stands. */
  private boolean isPlain(Before option, int word, int wordEnd) {
    boolean letter = wordEnd - word == 2;
    if (targetSeen) {
      return !letter && option != Before.PORT;
    }
    return letter ? option != Before.NOTHING : option == Before.PORT && word == moduleEnd + 1;
  }

  /** Whether a module knows a destination port and needs no more. */
  private boolean isOfPorts(int word, int wordEnd) {
    return switch (wordEnd - word) {
      case 3 -> text.startsWith("tcp", word) || text.startsWith("udp", word);
      case 4 -> text.startsWith("sctp", word);
      default -> false;
    };
  }

  private boolean hasColon(int word, int wordEnd) {
    for (int at = word; at < wordEnd; at++) {
      if (text.charAt(at) == ':') {
        return true;
      }
    }
    return false;
  }

  /** {@code ADDRESS:PORT}, or {@code [ADDRESS]:PORT} with a colon in the address. */
  private boolean isTranslated(int word, int wordEnd) {
    if (family == Family.IPV6) {
      for (int at = word + 1; text.charAt(word) == '[' && at < wordEnd; at++) {
        char c = text.charAt(at);
        if (c == ']' || c == '-') {
          return false;
        }
        if (c == ':') {
          return true;
        }
      }
      return false;
    }
    int colons = 0;
    for (int at = word; at < wordEnd; at++) {
      colons += text.charAt(at) == ':' ? 1 : 0;
    }
    return text.charAt(word) != '[' && colons < 2;
  }

  /** A number of at most five digits; any other word is none. */
  private int number(int word, int wordEnd) {
    int number = 0;
    for (int at = word; at < wordEnd; at++) {
      char c = text.charAt(at);
      if (c < '0' || c > '9' || at - word > 4) {
        return SavedLines.ANY_PORT;
      }
      number = 10 * number + (c - '0');
    }
    return number <= 65_535 ? number : SavedLines.ANY_PORT;
  }
}
