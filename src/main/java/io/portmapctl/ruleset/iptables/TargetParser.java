package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what stands behind {@code -j} and {@code -g} into the one form that iptables-save prints.
 * What is not understood exactly keeps its words.
 */
final class TargetParser {
  private final Family family;
  private final String name;
  private final Options in;

  private TargetParser(Family family, String name, Options in) {
    this.family = family;
    this.name = name;
    this.in = in;
  }

  static Target parse(Family family, String name, boolean goTo, List<String> words) {
    if (words.isEmpty() && (goTo || !isExtension(name))) {
      return name.isEmpty()
          ? new Target.Unknown(name, goTo, List.of())
          : new Target.Jump(name, goTo);
    }
    Options in = new Options(words);
    try {
      if (goTo) {
        throw new NotUnderstood();
      }
      Target target = new TargetParser(family, name, in).target();
      in.end();
      return target;
    } catch (NotUnderstood e) {
      return new Target.Unknown(name, goTo, in.kept());
    }
  }

  /** Whether it is the name of an extension that is understood, and not of a chain. */
  static boolean isExtension(String name) {
    return switch (name) {
      case "ACCEPT",
          "DROP",
          "RETURN",
          "REJECT",
          "QUEUE",
          "NFQUEUE",
          "DNAT",
          "SNAT",
          "MASQUERADE",
          "REDIRECT",
          "NETMAP",
          "MARK",
          "CONNMARK",
          "CT",
          "NOTRACK",
          "TPROXY",
          "SET",
          "HMARK" ->
          true;
      default -> goesOn(name);
    };
  }

  /** Those that leave the packet's addresses, its mark and its way alone. */
  private static boolean goesOn(String name) {
    return switch (name) {
      case "LOG",
          "NFLOG",
          "ULOG",
          "TRACE",
          "CLASSIFY",
          "AUDIT",
          "RATEEST",
          "IDLETIMER",
          "LED",
          "SECMARK",
          "CONNSECMARK",
          "DSCP",
          "TOS",
          "TTL",
          "HL",
          "TCPMSS",
          "TCPOPTSTRIP",
          "CHECKSUM",
          "ECN" ->
          true;
      default -> false;
    };
  }

  private Target target() throws NotUnderstood {
    return switch (name) {
      case "ACCEPT" -> new Target.Accept();
      case "DROP" -> new Target.Drop();
      case "RETURN" -> new Target.Return();
      case "REJECT" -> reject();
      case "QUEUE" -> new Target.Queue(name, List.of());
      case "NFQUEUE" -> queue();
      case "DNAT" -> new Target.Dnat(translations().place("--to-destination"));
      case "SNAT" -> new Target.Snat(translations().place("--to-source"));
      case "MASQUERADE" -> translations().masquerade();
      case "REDIRECT" -> translations().redirect();
      case "NETMAP" -> translations().netmap();
      case "MARK" -> MarkTargets.mark(in);
      case "CONNMARK" -> MarkTargets.connmark(in);
      case "CT" -> conntrack();
      case "NOTRACK" -> new Target.Ct(name, true, List.of());
      case "TPROXY" -> tproxy();
      case "SET" -> set();
      default -> {
        if (!goesOn(name) || in.isUnshown()) {
          throw new NotUnderstood();
        }
        yield new Target.GoesOn(name, in.rest());
      }
    };
  }

  private TranslationTargets translations() {
    return new TranslationTargets(family, in);
  }

  private Target reject() throws NotUnderstood {
    String with = "port-unreach";
    if (in.hasNext()) {
      in.expect("--reject-with");
      with = in.take();
    }
    String printed = family == Family.IPV4 ? rejectV4(with) : rejectV6(with);
    return new Target.Reject(List.of(new Octets("--reject-with"), new Octets(printed)));
  }

  private static String rejectV4(String with) throws NotUnderstood {
    return switch (with) {
      case "icmp-net-unreachable", "net-unreach" -> "icmp-net-unreachable";
      case "icmp-host-unreachable", "host-unreach" -> "icmp-host-unreachable";
      case "icmp-proto-unreachable", "proto-unreach" -> "icmp-proto-unreachable";
      case "icmp-port-unreachable", "port-unreach" -> "icmp-port-unreachable";
      case "icmp-net-prohibited", "net-prohib" -> "icmp-net-prohibited";
      case "icmp-host-prohibited", "host-prohib" -> "icmp-host-prohibited";
      case "icmp-admin-prohibited", "admin-prohib" -> "icmp-admin-prohibited";
      case "tcp-reset", "tcp-rst" -> "tcp-reset";
      default -> throw new NotUnderstood();
    };
  }

  private static String rejectV6(String with) throws NotUnderstood {
    return switch (with) {
      case "icmp6-no-route", "no-route" -> "icmp6-no-route";
      case "icmp6-adm-prohibited", "adm-prohibited" -> "icmp6-adm-prohibited";
      case "icmp6-addr-unreachable", "addr-unreach" -> "icmp6-addr-unreachable";
      case "icmp6-port-unreachable", "port-unreach" -> "icmp6-port-unreachable";
      case "icmp6-policy-fail", "policy-fail" -> "icmp6-policy-fail";
      case "icmp6-reject-route", "reject-route" -> "icmp6-reject-route";
      case "tcp-reset" -> "tcp-reset";
      default -> throw new NotUnderstood();
    };
  }

  private Target queue() {
    return in.isUnshown()
        ? new Target.Unknown(name, false, in.rest())
        : new Target.Queue(
            name, in.hasNext() ? in.rest() : List.of(new Octets("--queue-num"), new Octets("0")));
  }

  private Target conntrack() throws NotUnderstood {
    if (in.isUnshown()) {
      throw new NotUnderstood();
    }
    List<Octets> options = in.rest();
    boolean untracked = options.contains(new Octets("--notrack"));
    return new Target.Ct(name, untracked, options);
  }

  private Target tproxy() throws NotUnderstood {
    Slots<String> values = new Slots<>();
    String ip = family == Family.IPV4 ? "0.0.0.0" : "::";
    Values.Masked mark = new Values.Masked(0, 0);
    int port = -1;
    while (in.hasNext()) {
      String option = in.take();
      String value = in.take();
      switch (option) {
        case "--on-port" -> {
          values.put(0, option);
          port = Values.decimal(value, 0, 65535);
        }
        case "--on-ip" -> {
          values.put(1, option);
          IpAddress address = Values.address(family, value);
          ip = address.toString();
        }
        case "--tproxy-mark" -> {
          values.put(2, option);
          mark = Values.masked(value);
        }
        default -> throw new NotUnderstood();
      }
    }
    if (port < 0) {
      throw new NotUnderstood();
    }
    String bits = "0x" + Long.toHexString(mark.value()) + "/0x" + Long.toHexString(mark.mask());
    List<Octets> options = new ArrayList<>();
    for (String word : List.of("--on-port", "" + port, "--on-ip", ip, "--tproxy-mark", bits)) {
      options.add(new Octets(word));
    }
    return new Target.Tproxy(List.copyOf(options));
  }

  /** {@code --map-set} may change the mark. */
  private Target set() throws NotUnderstood {
    List<Octets> options = in.rest();
    for (Octets option : options) {
      if (option.latin1().equals("--map-set") || option.latin1().startsWith("[")) {
        throw new NotUnderstood();
      }
    }
    if (options.isEmpty()) {
      throw new NotUnderstood();
    }
    return new Target.GoesOn(name, options);
  }
}
