package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Family;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Target;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Targets that translate addresses: {@code DNAT}, {@code SNAT}, {@code MASQUERADE}, {@code
 * REDIRECT}, {@code NETMAP}.
 *
 * @param family the family
 * @param in their options
 */
record TranslationTargets(Family family, Options in) {
  private static final String RANDOM = "--random";
  private static final String FULLY = "--random-fully";
  private static final String PERSISTENT = "--persistent";

  /**
   * Where {@code DNAT} and {@code SNAT} translate to.
   *
   * @param option {@code --to-destination} or {@code --to-source}
   */
  Target.Translation place(String option) throws NotUnderstood {
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
            : Optional.of(Values.addressRange(family, host));
    Optional<PortRange> ports = Optional.empty();
    OptionalInt base = OptionalInt.empty();
    if (colon >= 0) {
      String range = value.substring(colon + 1);
      int slash = range.indexOf('/');
      ports = Optional.of(Values.ports(slash < 0 ? range : range.substring(0, slash), '-'));
      if (slash >= 0) {
        boolean one = ports.get().first() == ports.get().last();
        if (source || one) {
          throw new NotUnderstood(); // of SNAT, iptables-save prints another number
        }
        base = OptionalInt.of(Values.decimal(range.substring(slash + 1), 0, 65535));
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

  Target masquerade() throws NotUnderstood {
    if (!in.hasNext()) {
      return Target.Masquerade.PLAIN;
    }
    Slots<String> flags = new Slots<>();
    Optional<PortRange> ports = toPorts(flags, true);
    return new Target.Masquerade(ports, flags.all());
  }

  Target redirect() throws NotUnderstood {
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
        ports = Optional.of(Values.ports(in.take(), '-'));
      } else {
        flag(word, flags, fully, false);
      }
    }
    return ports;
  }

  Target netmap() throws NotUnderstood {
    in.expect("--to");
    return new Target.Netmap(Values.network(family, in.take()));
  }
}
