package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The pieces of an attachment by hand.
 *
 * @param ifName the container's interface
 * @param ips its addresses, as given
 * @param publish its mappings, as given
 * @param noSnat no masquerade of hairpin and localhost traffic
 * @param conditionsV4 extra matches of the IPv4 entry, not yet split into words
 * @param conditionsV6 extra matches of the IPv6 entry
 * @param masqAll masquerade traffic from everywhere
 * @param markBit the mark bit, not yet checked
 * @param setMarkChain a chain that marks, instead of ours
 */
record MappingOptions(
    Optional<String> ifName,
    List<String> ips,
    List<String> publish,
    boolean noSnat,
    List<String> conditionsV4,
    List<String> conditionsV6,
    boolean masqAll,
    Optional<Integer> markBit,
    Optional<String> setMarkChain) {
  private static final Pattern MAPPING =
      Pattern.compile(
          "(?:(\\[[^]]*\\]|[^:\\[\\]]*):)?([0-9]+)(?:-([0-9]+))?:([0-9]+)(?:-([0-9]+))?(?:/(.*))?");

  /** Nothing is given. */
  static final MappingOptions NONE =
      new MappingOptions(
          Optional.empty(),
          List.of(),
          List.of(),
          false,
          List.of(),
          List.of(),
          false,
          Optional.empty(),
          Optional.empty());

  private static final Option.Text IFNAME =
      Option.text(
          "NAME",
          "The container's interface; else the document's, else CNI_IFNAME, else eth0.",
          "--ifname");

  private static final Option<List<String>> IP =
      Option.texts("ADDRESS/PREFIX", "The container's address; repeatable, one a family.", "--ip");

  private static final Option<List<String>> PUBLISH =
      Option.texts(
          "[HOSTIP:]HOSTPORT:CONTAINERPORT[/PROTOCOL]",
          "A port mapping; repeatable. Ranges of equal length, IPv6 in brackets.",
          "-p",
          "--publish");

  private static final Option<Boolean> NO_SNAT =
      Option.flag("No masquerade of hairpin and localhost traffic.", "--no-snat");

  private static final Option<List<String>> CONDITION_V4 =
      Option.texts(
          "TOKENS",
          "Extra matches of the IPv4 entry, split as a shell splits; repeatable.",
          "--condition-v4");

  private static final Option<List<String>> CONDITION_V6 =
      Option.texts("TOKENS", "Extra matches of the IPv6 entry; repeatable.", "--condition-v6");

  private static final Option<Boolean> MASQ_ALL =
      Option.flag("Masquerade traffic from everywhere.", "--masq-all");

  private static final Option.Count MARK_BIT =
      Option.number("N", "The mark bit, 0 to 31.", "--mark-bit");

  private static final Option.Text SET_MARK_CHAIN =
      Option.text(
          "NAME", "A chain that marks for masquerade, instead of ours.", "--set-mark-chain");

  static void declare(CommandSpec spec) {
    for (Option<?> option :
        List.of(
            IFNAME,
            IP,
            PUBLISH,
            NO_SNAT,
            CONDITION_V4,
            CONDITION_V6,
            MASQ_ALL,
            MARK_BIT,
            SET_MARK_CHAIN)) {
      option.declare(spec);
    }
  }

  static MappingOptions of(ParseResult given) {
    return new MappingOptions(
        IFNAME.filled(given),
        IP.of(given),
        PUBLISH.of(given),
        NO_SNAT.of(given),
        CONDITION_V4.of(given),
        CONDITION_V6.of(given),
        MASQ_ALL.of(given),
        MARK_BIT.of(given),
        SET_MARK_CHAIN.filled(given));
  }

  /**
   * The prefix tells which other containers' traffic is hairpin traffic.
   *
   * @throws Failure where an address of these families was given without it
   */
  void requirePrefix(List<Family> families) throws Failure {
    for (String ip : ips) {
      boolean v6 = ip.indexOf(':') >= 0;
      if (ip.indexOf('/') < 0 && families.contains(v6 ? Family.IPV6 : Family.IPV4)) {
        throw usage(
            "--ip "
                + ip
                + ": give the prefix, as "
                + ip
                + (v6 ? "/64" : "/24")
                + "; layout mark masquerades the traffic of the other containers of the subnet"
                + " (hairpin), and the prefix tells which they are");
      }
    }
  }

  /** Whether one of them is of layout mark alone. */
  boolean needsMark() {
    return masqAll || markBit.isPresent() || setMarkChain.isPresent();
  }

  boolean hasAddress() {
    return !ips.isEmpty();
  }

  boolean hasMapping() {
    return !publish.isEmpty();
  }

  /** The same overrides with these pieces. */
  Overrides with(Overrides base) throws Failure {
    if (markBit.isPresent() && (markBit.get() < 0 || markBit.get() > 31)) {
      throw usage("--mark-bit: found " + markBit.get() + ", expected a whole number from 0 to 31");
    }
    if (markBit.isPresent() && setMarkChain.isPresent()) {
      throw usage("--mark-bit and --set-mark-chain: only one of them");
    }
    if (setMarkChain.isPresent() && !setMarkChain.get().matches("[!-,.-~][!-~]{0,27}")) {
      throw usage("--set-mark-chain: expected a chain name of 1 to 28 characters");
    }
    return new Overrides(
        base.network(),
        base.containerId(),
        ifName,
        base.fallbackContainerId(),
        base.fallbackIfName(),
        addresses(),
        mappings(),
        noSnat,
        split(CONDITION_V4.name(), conditionsV4),
        split(CONDITION_V6.name(), conditionsV6),
        masqAll,
        markBit.isPresent() ? OptionalInt.of(markBit.get()) : OptionalInt.empty(),
        setMarkChain,
        base.pluginType());
  }

  private static Failure usage(String message) {
    return Failure.usage(message);
  }

  private List<Cidr> addresses() throws Failure {
    List<Cidr> addresses = new ArrayList<>();
    for (String ip : ips) {
      Cidr cidr =
          Cidr.parse(ip)
              .orElseThrow(
                  () ->
                      usage(
                          "--ip: found "
                              + Portmapctl.shown(ip)
                              + ", expected ADDRESS/PREFIX, as 10.89.5.6/24 or fd00:89:5::6/64"));
      for (Cidr other : addresses) {
        if (other.address().family() == cidr.address().family()) {
          throw usage("--ip: two addresses of " + cidr.address().family().title());
        }
      }
      addresses.add(cidr);
    }
    return addresses;
  }

  private List<PortMapping> mappings() throws Failure {
    List<PortMapping> mappings = new ArrayList<>();
    for (String text : publish) {
      mappings.addAll(mapping(text));
      if (mappings.size() > PortMapping.MOST) {
        throw usage("-p: more than " + PortMapping.MOST + " port mappings for one container");
      }
    }
    return mappings;
  }

  private static List<PortMapping> mapping(String text) throws Failure {
    String found = "-p: found " + Portmapctl.shown(text) + ", ";
    Matcher parts = MAPPING.matcher(text);
    if (!parts.matches()) {
      throw usage(
          found
              + "expected [HOSTIP:]HOSTPORT:CONTAINERPORT[/PROTOCOL], an IPv6 HOSTIP in brackets");
    }
    Optional<IpAddress> hostIp = Optional.empty();
    String host = parts.group(1);
    if (host != null) {
      boolean brackets = host.startsWith("[");
      hostIp = IpAddress.parse(brackets ? host.substring(1, host.length() - 1) : host);
      if (hostIp.isEmpty() || brackets && host.indexOf(':') < 0) {
        throw usage(found + "expected an address literal before the host port");
      }
    }
    int hostFirst = port(found, parts.group(2));
    int hostLast = parts.group(3) == null ? hostFirst : port(found, parts.group(3));
    int first = port(found, parts.group(4));
    int last = parts.group(5) == null ? first : port(found, parts.group(5));
    if (hostLast < hostFirst || hostLast - hostFirst != last - first) {
      throw usage(found + "expected ranges of equal length, from low to high");
    }
    String name = parts.group(6) == null ? "tcp" : parts.group(6);
    Protocol protocol =
        Protocol.parse(name)
            .orElseThrow(() -> usage(found + "expected the protocol tcp, udp or sctp"));
    List<PortMapping> mappings = new ArrayList<>();
    for (int i = 0; i <= hostLast - hostFirst; i++) {
      mappings.add(new PortMapping(hostFirst + i, first + i, protocol, hostIp));
    }
    return mappings;
  }

  private static int port(String found, String digits) throws Failure {
    int port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw usage(found + "expected ports from 1 to 65535");
    }
    return port;
  }

  /** Words as a POSIX shell splits them (quotes and backslashes; nothing expanded). */
  static List<String> split(String option, List<String> texts) throws Failure {
    List<String> words = new ArrayList<>();
    for (String text : texts) {
      ShellWords split = ShellWords.of(text);
      if (split.open()) {
        throw usage(option + ": a quote is not closed in " + Portmapctl.shown(text));
      }
      words.addAll(split.texts());
    }
    return words;
  }
}
