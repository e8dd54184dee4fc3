package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.DocumentFault.Misuse;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The allow-list of conditions: matches only. iptables would also obey options that replace the
 * target, zero counters, change the family or run a program, and some of them may be abbreviated.
 */
final class Conditions {
  /** iptables' own long options (iptables(8)); a prefix of one is an abbreviation of it. */
  private static final List<String> OWN =
      List.of(
          "append",
          "check",
          "delete",
          "insert",
          "replace",
          "list",
          "list-rules",
          "flush",
          "zero",
          "new-chain",
          "delete-chain",
          "rename-chain",
          "policy",
          "source",
          "destination",
          "src",
          "dst",
          "protocol",
          "proto",
          "in-interface",
          "out-interface",
          "jump",
          "goto",
          "match",
          "table",
          "fragment",
          "fragments",
          "version",
          "help",
          "numeric",
          "verbose",
          "wait",
          "wait-interval",
          "line-numbers",
          "modprobe",
          "exact",
          "set-counters",
          "ipv4",
          "ipv6");

  /** The protocols that iptables itself knows by name. */
  private static final List<String> PROTOCOLS =
      List.of(
          "tcp",
          "udp",
          "udplite",
          "sctp",
          "icmp",
          "icmpv6",
          "ipv6-icmp",
          "esp",
          "ah",
          "ipv6-mh",
          "mh",
          "all");

  /** The kernel keeps 255 bytes of a comment (XT_MAX_COMMENT_LEN less its end). */
  private static final int LONGEST_COMMENT = 255;

  private Conditions() {}

  /** The words as the kernel will have them, each checked; one that is no string is left out. */
  static List<Octets> read(List<Cursor> words, Family family) {
    check(words, family);
    List<Octets> out = new ArrayList<>();
    for (Cursor word : words) {
      if (word.value() instanceof Json.Text text) {
        out.add(Octets.utf8(text.value()));
      }
    }
    return List.copyOf(out);
  }

  /** For how many pairs of addresses the words make a rule of its own. */
  static long addresses(List<Octets> words) {
    long pairs = 1;
    for (int i = 1; i < words.size(); i++) {
      String option = words.get(i - 1).latin1();
      if (option.equals("-s") || option.equals("-d")) {
        pairs *= words.get(i).latin1().split(",", -1).length;
      }
    }
    return pairs;
  }

  /** Adds an error for every word that is not part of an allowed match. */
  static void check(List<Cursor> words, Family family) {
    boolean inModule = false;
    Set<String> given = new HashSet<>();
    for (int i = 0; i < words.size(); i++) {
      Cursor at = words.get(i);
      Optional<String> text = at.text().optional();
      if (text.isEmpty()) {
        continue;
      }
      String word = text.get();
      if (word.indexOf('\0') >= 0 || word.indexOf('\n') >= 0 || word.indexOf('\r') >= 0) {
        at.error(new DocumentFault.BadCondition(Misuse.LINE_BREAK, word));
        continue;
      }
      int bytes = Octets.utf8(word).length();
      if (bytes > LONGEST_COMMENT && isComment(peek(words, i - 1))) {
        at.error(new DocumentFault.TooLong(DocumentFault.Measured.COMMENT, bytes, LONGEST_COMMENT));
        continue;
      }
      switch (word) {
        case "!" -> {
          String next = peek(words, i + 1);
          if (!next.startsWith("-") || next.equals("-m")) {
            at.error(new DocumentFault.BadCondition(Misuse.NEGATES_NOTHING, word));
          }
        }
        case "-s", "-d", "-i", "-o", "-p" -> {
          inModule = false;
          if (!given.add(word)) {
            at.error(new DocumentFault.BadCondition(Misuse.TWICE, word));
          }
          if (i + 1 >= words.size() || peek(words, i + 1).startsWith("-")) {
            at.error(new DocumentFault.BadCondition(Misuse.NO_VALUE, word));
          } else {
            i++;
            value(words.get(i), word, family, i >= 2 && peek(words, i - 2).equals("!"));
          }
        }
        case "-m" -> {
          inModule = true;
          String name = peek(words, i + 1);
          if (!name.matches("[A-Za-z0-9_]+")) {
            at.error(new DocumentFault.BadCondition(Misuse.NO_VALUE, word));
          } else {
            i++;
          }
        }
        default -> inModule = other(at, word, inModule);
      }
    }
  }

  /** Whether an option is {@code --comment}, perhaps cut short as iptables takes it. */
  private static boolean isComment(String option) {
    return option.length() > 2 && "--comment".startsWith(option);
  }

  private static boolean other(Cursor at, String word, boolean inModule) {
    if (word.startsWith("--") && word.length() > 2) {
      String name = word.substring(2).split("=", 2)[0];
      if (OWN.stream().anyMatch(o -> o.startsWith(name))) {
        at.error(new DocumentFault.BadCondition(Misuse.OWN_OPTION, word));
        return true;
      } else if (!inModule) {
        at.error(new DocumentFault.BadCondition(Misuse.NO_MATCH, word));
        return true;
      }
    } else if (word.startsWith("-")) {
      at.error(new DocumentFault.BadCondition(Misuse.OTHER_OPTION, word));
      return true; // what follows is its value
    } else if (!inModule) {
      at.error(new DocumentFault.BadCondition(Misuse.NO_OPTION, word));
    }
    return inModule;
  }

  private static void value(Cursor at, String option, Family family, boolean negated) {
    Optional<String> text = at.text().optional();
    if (text.isEmpty()) {
      return;
    }
    switch (option) {
      case "-s", "-d" -> {
        String[] parts = text.get().split(",", -1);
        for (String part : parts) {
          Optional<Cidr> cidr = Cidr.parse(part);
          if (cidr.isEmpty() || cidr.get().address().family() != family) {
            at.error(new DocumentFault.NotOfFamily(family, part));
          }
        }
        if (negated && parts.length > 1) {
          at.error(new DocumentFault.BadCondition(Misuse.NEGATES_SEVERAL, "!"));
        }
      }
      case "-i", "-o" -> {
        String name = text.get();
        boolean wildcard = name.endsWith("+");
        String bare = wildcard ? name.substring(0, name.length() - 1) : name;
        if (!bare.isEmpty() || !wildcard) {
          Names.networkInterface(wildcard ? bare + "x" : bare)
              .flatMap(m -> Names.networkInterface(name))
              .ifPresent(at::error);
        }
      }
      default -> {
        String name = text.get().toLowerCase(Locale.ROOT);
        boolean number = name.matches("[0-9]{1,3}") && Integer.parseInt(name) <= 255;
        if (!number && !PROTOCOLS.contains(name)) {
          at.error(
              new DocumentFault.UnknownValue(
                  DocumentFault.Domain.CONDITION_PROTOCOL, PROTOCOLS, text.get()));
        }
      }
    }
  }

  private static String peek(List<Cursor> words, int index) {
    return index >= 0 && index < words.size() && words.get(index).value() instanceof Json.Text text
        ? text.value()
        : "";
  }
}
