package io.portmapctl.syntax;

import io.portmapctl.model.AddressRange;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Octets;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads what stands behind {@code -j} and {@code -g} into the one form that iptables-save prints.
 * What is not understood exactly keeps its words.
 */
final class TargetParser {
  private static final String RANDOM = "--random";
  private static final String FULLY = "--random-fully";
  private static final String PERSISTENT = "--persistent";

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
  private static boolean isExtension(String name) {
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
      case "DNAT" -> new Target.Dnat(translation("--to-destination"));
      case "SNAT" -> new Target.Snat(translation("--to-source"));
      case "MASQUERADE" -> masquerade();
      case "REDIRECT" -> redirect();
      case "NETMAP" -> netmap();
      case "MARK" -> mark();
      case "CONNMARK" -> connmark();
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

  /** {@code DNAT} and {@code SNAT}. */
  private Target.Translation translation(String option) throws NotUnderstood {
    Slots<String> place = new Slots<>();
    Slots<String> flags = new Slots<>();
    boolean source = option.equals("--to-source");
    while (in.hasNext()) {
      String word = in.take();
      if (word.equals(option)) {
        place.put(0, in.take());
      } else {
        flag(word, flags, source, true);
      }
    }
    String value = place.some().get(0);
    int colon = colonBeforePorts(value);
    String host = colon < 0 ? value : value.substring(0, colon);
    if (family == Family.IPV6 && host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    Optional<AddressRange> addresses =
        host.isEmpty() && colon == 0
            ? Optional.empty()
            : Optional.of(MatchParser.addressRange(family, host));
    Optional<PortRange> ports = Optional.empty();
    OptionalInt base = OptionalInt.empty();
    if (colon >= 0) {
      String range = value.substring(colon + 1);
      int slash = range.indexOf('/');
      ports = Optional.of(Numbers.ports(slash < 0 ? range : range.substring(0, slash), '-'));
      if (slash >= 0) {
        boolean one = ports.get().first() == ports.get().last();
        if (source || one) {
          throw new NotUnderstood(); // of SNAT, iptables-save prints another number
        }
        base = OptionalInt.of(Numbers.decimal(range.substring(slash + 1), 0, 65535));
      }
    }
    return new Target.Translation(addresses, ports, base, flags.all());
  }

  /** Where the colon stands that begins the ports; -1 where there is none. */
  private int colonBeforePorts(String value) {
    if (family == Family.IPV4) {
      return value.indexOf(':');
    }
    if (value.startsWith("[")) {
      int end = value.indexOf(']');
      return end > 0 && value.startsWith(":", end + 1) ? end + 1 : -1;
    }
    return value.lastIndexOf(':') == 0 ? 0 : -1;
  }

  private static void flag(String word, Slots<String> flags, boolean fully, boolean persistent)
      throws NotUnderstood {
    if (word.equals(RANDOM)) {
      flags.put(0, word);
    } else if (fully && word.equals(FULLY)) {
      flags.put(1, word);
    } else if (persistent && word.equals(PERSISTENT)) {
      flags.put(2, word);
    } else {
      throw new NotUnderstood();
    }
  }

  private Target masquerade() throws NotUnderstood {
    if (!in.hasNext()) {
      return Target.Masquerade.PLAIN;
    }
    Slots<String> flags = new Slots<>();
    Optional<PortRange> ports = toPorts(flags, true);
    return new Target.Masquerade(ports, flags.all());
  }

  private Target redirect() throws NotUnderstood {
    Slots<String> flags = new Slots<>();
    Optional<PortRange> ports = toPorts(flags, false);
    return new Target.Redirect(ports, flags.all());
  }

  private Optional<PortRange> toPorts(Slots<String> flags, boolean fully) throws NotUnderstood {
    Optional<PortRange> ports = Optional.empty();
    while (in.hasNext()) {
      String word = in.take();
      if (word.equals("--to-ports") || word.equals("--to-port")) {
        if (ports.isPresent()) {
          throw new NotUnderstood();
        }
        ports = Optional.of(Numbers.ports(in.take(), '-'));
      } else {
        flag(word, flags, fully, false);
      }
    }
    return ports;
  }

  private Target netmap() throws NotUnderstood {
    in.expect("--to");
    return new Target.Netmap(Numbers.network(family, in.take()));
  }

  private Target mark() throws NotUnderstood {
    String option = in.take();
    Numbers.Masked mark = xmark(option, in.take());
    return new Target.SetMark(mark.value(), mark.mask());
  }

  /** The bits that are turned over and those that are cleared before. */
  private static Numbers.Masked xmark(String option, String value) throws NotUnderstood {
    return switch (option) {
      case "--set-xmark" -> Numbers.masked(value);
      case "--set-mark" -> {
        Numbers.Masked mark = Numbers.masked(value);
        yield new Numbers.Masked(mark.value(), mark.value() | mark.mask());
      }
      case "--and-mark" -> new Numbers.Masked(0, ~Numbers.bits(value) & Numbers.MOST);
      case "--or-mark" -> new Numbers.Masked(Numbers.bits(value), Numbers.bits(value));
      case "--xor-mark" -> new Numbers.Masked(Numbers.bits(value), 0);
      default -> throw new NotUnderstood();
    };
  }

  private Target connmark() throws NotUnderstood {
    Slots<String> mode = new Slots<>();
    Slots<Long> nfMask = new Slots<>();
    Slots<Long> ctMask = new Slots<>();
    while (in.hasNext()) {
      String word = in.take();
      switch (word) {
        case "--save-mark", "--restore-mark" -> mode.put(0, word);
        case "--nfmask" -> nfMask.put(0, Numbers.bits(in.take()));
        case "--ctmask" -> ctMask.put(0, Numbers.bits(in.take()));
        case "--mask" -> {
          long mask = Numbers.bits(in.take());
          nfMask.put(0, mask);
          ctMask.put(0, mask);
        }
        default -> {
          Numbers.Masked mark = xmark(word, in.take());
          in.end();
          if (!mode.all().isEmpty() || !nfMask.all().isEmpty() || !ctMask.all().isEmpty()) {
            throw new NotUnderstood();
          }
          return new Target.SetConnmark(mark.value(), mark.mask());
        }
      }
    }
    long nf = nfMask.all().isEmpty() ? Numbers.MOST : nfMask.all().get(0);
    long ct = ctMask.all().isEmpty() ? Numbers.MOST : ctMask.all().get(0);
    return mode.some().get(0).equals("--save-mark")
        ? new Target.SaveMark(nf, ct)
        : new Target.RestoreMark(nf, ct);
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
    Numbers.Masked mark = new Numbers.Masked(0, 0);
    int port = -1;
    while (in.hasNext()) {
      String option = in.take();
      String value = in.take();
      switch (option) {
        case "--on-port" -> {
          values.put(0, option);
          port = Numbers.decimal(value, 0, 65535);
        }
        case "--on-ip" -> {
          values.put(1, option);
          IpAddress address = Numbers.address(family, value);
          ip = address.toString();
        }
        case "--tproxy-mark" -> {
          values.put(2, option);
          mark = Numbers.masked(value);
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
