package io.portmapctl.testing;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes texts by seed: octets, words, lines, and parts of others of their kind. */
public final class Mutator {
  private static final int LONGEST = 60_000;
  private static final Pattern TOKEN = Pattern.compile("\"[^\"\n]*\"|[A-Za-z0-9_.:/-]+|\\S");

  /** Words that readers have tripped over. */
  private static final List<String> WORDS =
      List.of(
          "null",
          "true",
          "{}",
          "[]",
          "[[]]",
          "\"\"",
          "0",
          "-1",
          "65535",
          "65536",
          "1e999",
          "1.5",
          "99999999999999999999999",
          "0x10",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\0",
          "\n",
          "\r\n",
          "\t",
          "\u00e9",
          "\u00ff",
          "\u00c2\u0080",
          "\u00ef\u00bb\u00bf",
          "'",
          "\"",
          "\\",
          "!",
          "-",
          "--",
          "=",
          ",",
          ":",
          "{",
          "}",
          "[",
          "]",
          "%s",
          "$(x)",
          "*nat",
          "*filter",
          "COMMIT",
          "#",
          "-A",
          "-A PREROUTING -j",
          "-j RETURN",
          "-g X",
          "-j DNAT --to-destination",
          "-m",
          "-m comment",
          "--comment",
          "-m multiport --dports",
          "1:2,3",
          "-m addrtype --dst-type LOCAL",
          "-p tcp",
          "-p 0",
          "-p icmp",
          "-s 0.0.0.0/0",
          "! -d 127.0.0.1/8",
          "-i +",
          "--dport 1:0",
          "-m mark --mark 0x1/0x0",
          "-j MARK --set-xmark 0xffffffff/0x1",
          "--to-ports 1-2",
          "10.0.0.1-10.0.0.2:1-2",
          "[::1]:80",
          "::",
          "::ffff:1.2.3.4",
          "1.2.3",
          "256.1.1.1",
          "/33",
          "/129",
          "tcp",
          "TCP",
          "udp",
          "sctp",
          "any",
          "->",
          "in",
          "out",
          "mark",
          "state",
          "NEW",
          "INVALID",
          "lo",
          "PREROUTING",
          "POSTROUTING",
          "CNI-HOSTPORT-DNAT",
          "CNI-DN-",
          "CNI-HOSTPORT-SETMARK",
          "\"cniVersion\":\"0.2.0\"",
          "\"ip4\":{}",
          "\"type\":\"portmap\"",
          "\"plugins\":[]",
          "\"runtimeConfig\":null",
          "\"kind\":\"cniCacheV1\"",
          "\"config\":{}",
          "\"snat\":false",
          "\"markMasqBit\":31",
          "\"externalSetMarkChain\":\"X\"",
          "\"conditionsV4\":[\"-s\"]",
          "empty",
          "-o",
          "json",
          "--family",
          "ipv6",
          "-p",
          "--net");

  private final Random random;

  /** By the choices of a source of chance. */
  public Mutator(Random random) {
    this.random = random;
  }

  /**
   * A text that was changed in some places.
   *
   * @param others those from which parts are taken
   */
  public String mutated(String text, List<String> others) {
    String now = text;
    do {
      now = once(now, others.get(random.nextInt(others.size())));
    } while (random.nextInt(3) == 0);
    return now.length() > LONGEST ? now.substring(0, LONGEST) : now;
  }

  private String once(String text, String other) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(1 + random.nextInt(40)));
    return switch (random.nextInt(20)) {
      case 0 -> text.substring(0, from) + text.substring(to);
      case 1 -> text.substring(0, from) + word() + text.substring(from);
      case 2 -> text.substring(0, from) + (char) random.nextInt(256) + text.substring(to);
      case 3 -> text.substring(0, to) + text.substring(from, to) + text.substring(to);
      case 4 -> text.substring(0, from) + part(other) + text.substring(to);
      case 5 -> random.nextInt(4) == 0 ? text.substring(0, from) : text;
      case 6, 7, 8, 9 -> lines(text, other);
      case 10, 11 -> token(text, word());
      case 12, 13, 14 -> token(text, Integer.toString(random.nextInt(70_000)));
      default -> like(text, other);
    };
  }

  private String word() {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  private String part(String other) {
    int from = random.nextInt(other.length() + 1);
    return other.substring(from, Math.min(other.length(), from + random.nextInt(200)));
  }

  /** Another word in the place of one, of numbers for a number. */
  private String token(String text, String word) {
    Matcher tokens = TOKEN.matcher(text);
    int from = random.nextInt(text.length() + 1);
    boolean number = Character.isDigit(word.charAt(0));
    while (tokens.find(from)) {
      String found = tokens.group();
      if (!number || found.chars().allMatch(Character::isDigit)) {
        return text.substring(0, tokens.start()) + word + text.substring(tokens.end());
      }
      from = tokens.end();
    }
    return text;
  }

  /** A word of another text in the place of one that begins like it. */
  private String like(String text, String other) {
    Matcher tokens = TOKEN.matcher(text);
    Matcher others = TOKEN.matcher(other);
    if (!tokens.find(random.nextInt(text.length() + 1))) {
      return text;
    }
    int from = random.nextInt(other.length() + 1);
    while (others.find(from)) {
      if (kind(others.group()) == kind(tokens.group())) {
        return text.substring(0, tokens.start()) + others.group() + text.substring(tokens.end());
      }
      from = others.end();
    }
    return text;
  }

  private static int kind(String token) {
    char first = token.charAt(0);
    return Character.isDigit(first) ? '0' : Character.isLetter(first) ? 'a' : first;
  }

  /** A line left out, told twice, moved, or one of another text. */
  private String lines(String text, String other) {
    String[] lines = text.split("\n", -1);
    String[] others = other.split("\n", -1);
    int at = random.nextInt(lines.length);
    int with = random.nextInt(lines.length);
    String before = lines[at];
    switch (random.nextInt(4)) {
      case 0 -> lines[at] = "";
      case 1 -> lines[at] = before + "\n" + before;
      case 2 -> {
        lines[at] = lines[with];
        lines[with] = before;
      }
      default -> lines[at] = before + "\n" + others[random.nextInt(others.length)];
    }
    return String.join("\n", lines);
  }
}
