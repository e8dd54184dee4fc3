package io.portmapctl.ruleset;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A condition of a rule, in its canonical form: two equal matches are the same condition. It is
 * closed: whoever reasons about matches answers for every kind ({@link Visitor}).
 */
public sealed interface Match {

  /** The match in iptables-save's own words. */
  Octets text();

  /** The name after {@code -m}; empty for an option of iptables itself. */
  String extension();

  /** Asks a question that every kind of match answers. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A question about a match.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** {@code -s}, {@code -d}. */
    R address(Address match);

    /** {@code -i}, {@code -o}. */
    R networkInterface(Interface match);

    /** {@code -p}. */
    R protocol(Proto match);

    /** {@code -m tcp} and its kin. */
    R ports(Ports match);

    /** {@code -m icmp}, {@code -m icmp6}. */
    R icmp(Icmp match);

    /** {@code -m multiport}. */
    R multiport(Multiport match);

    /** {@code -m comment}. */
    R comment(Comment match);

    /** {@code -m addrtype}. */
    R addressType(AddressType match);

    /** {@code -m mark}. */
    R mark(Mark match);

    /** {@code -m connmark}. */
    R connmark(Connmark match);

    /** {@code -m conntrack}, {@code -m state}. */
    R conntrack(Conntrack match);

    /** {@code -m iprange}. */
    R addressRange(IpRange match);

    /** {@code -m set}. */
    R ipSet(IpSet match);

    /** {@code -m recent}. */
    R recent(Recent match);

    /** {@code -m owner}. */
    R owner(Owner match);

    /** {@code -m physdev}. */
    R physdev(Physdev match);

    /** {@code -m mac}. */
    R mac(Mac match);

    /** {@code -m limit}. */
    R limit(Limit match);

    /** Any other. */
    R unknown(Unknown match);
  }

  /**
   * A question that has one answer for all kinds of which nothing special is to be said.
   *
   * @param <R> the answer
   */
  interface Common<R> extends Visitor<R> {
    /** The answer for those. */
    R common(Match match);

    @Override
    default R icmp(Icmp match) {
      return common(match);
    }

    @Override
    default R ipSet(IpSet match) {
      return common(match);
    }

    @Override
    default R physdev(Physdev match) {
      return common(match);
    }

    @Override
    default R mac(Mac match) {
      return common(match);
    }

    @Override
    default R limit(Limit match) {
      return common(match);
    }

    @Override
    default R unknown(Unknown match) {
      return common(match);
    }
  }

  /**
   * {@code -s} or {@code -d}.
   *
   * @param side which address of the packet
   * @param negated whether {@code !} stands before it
   * @param cidr the network, host bits cleared
   */
  record Address(Side side, boolean negated, Cidr cidr) implements Match {
    @Override
    public Octets text() {
      return new Octets(not(negated) + (side == Side.SOURCE ? "-s " : "-d ") + cidr);
    }

    @Override
    public String extension() {
      return "";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.address(this);
    }
  }

  /**
   * {@code -i} or {@code -o}.
   *
   * @param side the source side is the input interface
   * @param negated whether {@code !} stands before it
   * @param name the interface, with a trailing {@code +} for a prefix
   */
  record Interface(Side side, boolean negated, String name) implements Match {
    @Override
    public Octets text() {
      return new Octets(not(negated) + (side == Side.SOURCE ? "-i " : "-o ") + name);
    }

    @Override
    public String extension() {
      return "";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.networkInterface(this);
    }
  }

  /**
   * {@code -p}.
   *
   * @param negated whether {@code !} stands before it
   * @param protocol the protocol
   */
  record Proto(boolean negated, IpProtocol protocol) implements Match {
    @Override
    public Octets text() {
      return new Octets(not(negated) + "-p " + protocol.text());
    }

    @Override
    public String extension() {
      return "";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.protocol(this);
    }
  }

  /**
   * {@code -m tcp}, {@code -m udp}, {@code -m sctp}, {@code -m dccp}: tests of ports, and of TCP's
   * flags.
   *
   * @param module whose ports
   * @param ports the tests, source first
   * @param flags the test of TCP's flags
   */
  record Ports(IpProtocol module, List<PortTest> ports, Optional<TcpFlags> flags) implements Match {

    /** Tests of ports alone. */
    public static Ports of(IpProtocol module, PortTest... ports) {
      return new Ports(module, List.of(ports), Optional.empty());
    }

    @Override
    public Octets text() {
      return new Octets(
          "-m "
              + module
              + ports.stream().map(p -> " " + p.text()).collect(Collectors.joining())
              + flags.map(f -> " " + f.text()).orElse(""));
    }

    @Override
    public String extension() {
      return module.toString();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ports(this);
    }
  }

  /**
   * One {@code --sport} or {@code --dport}.
   *
   * @param side which port
   * @param negated whether {@code !} stands before it
   * @param range the ports
   */
  record PortTest(Side side, boolean negated, PortRange range) {
    String text() {
      return not(negated) + (side == Side.SOURCE ? "--sport " : "--dport ") + range;
    }
  }

  /** A flag of TCP, in the order in which iptables-save prints them. */
  enum TcpFlag {
    FIN,
    SYN,
    RST,
    PSH,
    ACK,
    URG
  }

  /**
   * {@code --tcp-flags}.
   *
   * @param negated whether {@code !} stands before it
   * @param mask the flags that are looked at, in order
   * @param set those of them that must be set, in order; the others must not
   */
  record TcpFlags(boolean negated, List<TcpFlag> mask, List<TcpFlag> set) {
    String text() {
      return not(negated) + "--tcp-flags " + joined(mask) + " " + joined(set);
    }

    private static String joined(List<TcpFlag> flags) {
      return flags.isEmpty()
          ? "NONE"
          : flags.stream().map(TcpFlag::name).collect(Collectors.joining(","));
    }
  }

  /**
   * {@code -m icmp --icmp-type}, {@code -m icmp6 --icmpv6-type}.
   *
   * @param family whose ICMP
   * @param negated whether {@code !} stands before it
   * @param type the type, 0 to 255; empty for any
   * @param code the code, 0 to 255; empty for any
   */
  record Icmp(Family family, boolean negated, OptionalInt type, OptionalInt code) implements Match {
    @Override
    public Octets text() {
      boolean v6 = family == Family.IPV6;
      String value =
          type.isEmpty() ? "any" : type.getAsInt() + (code.isEmpty() ? "" : "/" + code.getAsInt());
      return new Octets(
          (v6 ? "-m icmp6 " : "-m icmp ")
              + not(negated)
              + (v6 ? "--icmpv6-type " : "--icmp-type ")
              + value);
    }

    @Override
    public String extension() {
      return family == Family.IPV6 ? "icmp6" : "icmp";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.icmp(this);
    }
  }

  /** Which ports {@link Multiport} looks at. */
  enum Ends {
    /** {@code --sports}. */
    SOURCE("--sports"),
    /** {@code --dports}. */
    DESTINATION("--dports"),
    /** {@code --ports}: one of the two. */
    EITHER("--ports");

    private final String option;

    Ends(String option) {
      this.option = option;
    }
  }

  /**
   * {@code -m multiport}.
   *
   * @param ends which ports
   * @param negated whether {@code !} stands before it
   * @param ranges at most 15 ports, a range counting as two
   */
  record Multiport(Ends ends, boolean negated, List<PortRange> ranges) implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m multiport "
              + not(negated)
              + ends.option
              + " "
              + ranges.stream().map(PortRange::toString).collect(Collectors.joining(",")));
    }

    @Override
    public String extension() {
      return "multiport";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.multiport(this);
    }
  }

  /**
   * {@code -m comment}.
   *
   * @param value the comment, at most 255 bytes in the kernel
   */
  record Comment(Octets value) implements Match {

    /** Of ASCII text. */
    public static Comment of(String text) {
      return new Comment(new Octets(text));
    }

    @Override
    public Octets text() {
      return new Octets("-m comment --comment " + Words.quote(value.latin1()));
    }

    @Override
    public String extension() {
      return "comment";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.comment(this);
    }
  }

  /** What an address is to the routing table, in the order in which iptables-save prints them. */
  enum AddressKind {
    UNSPEC(0),
    UNICAST(1),
    LOCAL(2),
    BROADCAST(3),
    ANYCAST(4),
    MULTICAST(5),
    BLACKHOLE(6),
    UNREACHABLE(7),
    PROHIBIT(8),
    THROW(9),
    NAT(10),
    XRESOLVE(11);

    private final int number;

    AddressKind(int number) {
      this.number = number;
    }

    /** Its number in the kernel (linux/rtnetlink.h). */
    public int number() {
      return number;
    }
  }

  /**
   * One {@code --src-type} or {@code --dst-type}.
   *
   * @param negated whether {@code !} stands before it
   * @param kinds one of these, in order
   */
  record Kinds(boolean negated, List<AddressKind> kinds) {
    private String text(String option) {
      return " "
          + not(negated)
          + option
          + " "
          + kinds.stream().map(AddressKind::name).collect(Collectors.joining(","));
    }
  }

  /**
   * {@code -m addrtype}.
   *
   * @param source the test of the source
   * @param destination the test of the destination
   * @param limit the interface alone whose addresses count: the source side is the one by which it
   *     came in
   */
  record AddressType(Optional<Kinds> source, Optional<Kinds> destination, Optional<Side> limit)
      implements Match {

    /** The destination is an address of this host. */
    public static final AddressType TO_LOCAL =
        new AddressType(
            Optional.empty(),
            Optional.of(new Kinds(false, List.of(AddressKind.LOCAL))),
            Optional.empty());

    @Override
    public Octets text() {
      return new Octets(
          "-m addrtype"
              + source.map(k -> k.text("--src-type")).orElse("")
              + destination.map(k -> k.text("--dst-type")).orElse("")
              + limit
                  .map(s -> s == Side.SOURCE ? " --limit-iface-in" : " --limit-iface-out")
                  .orElse(""));
    }

    @Override
    public String extension() {
      return "addrtype";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressType(this);
    }
  }

  /**
   * {@code -m mark}: the bits under the mask are the value.
   *
   * @param negated whether {@code !} stands before it
   * @param value unsigned 32 bits
   * @param mask unsigned 32 bits
   */
  record Mark(boolean negated, long value, long mask) implements Match {
    @Override
    public Octets text() {
      return new Octets("-m mark " + not(negated) + "--mark " + masked(value, mask));
    }

    @Override
    public String extension() {
      return "mark";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mark(this);
    }
  }

  /**
   * {@code -m connmark}: as {@link Mark}, of the connection.
   *
   * @param negated whether {@code !} stands before it
   * @param value unsigned 32 bits
   * @param mask unsigned 32 bits
   */
  record Connmark(boolean negated, long value, long mask) implements Match {
    @Override
    public Octets text() {
      return new Octets("-m connmark " + not(negated) + "--mark " + masked(value, mask));
    }

    @Override
    public String extension() {
      return "connmark";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.connmark(this);
    }
  }

  /** What connection tracking knows of a packet, in the order in which iptables-save prints it. */
  enum ConnState {
    INVALID,
    NEW,
    RELATED,
    ESTABLISHED,
    UNTRACKED,
    /** The source was translated. */
    SNAT,
    /** The destination was translated. */
    DNAT
  }

  /** One test of {@link Conntrack}. */
  sealed interface ConntrackTest {
    /** The test in iptables-save's own words. */
    String text();

    /** Whether {@code !} stands before it. */
    boolean negated();
  }

  /**
   * {@code --ctstate}, {@code --state}.
   *
   * @param negated whether {@code !} stands before it
   * @param old whether it is of {@code -m state}
   * @param states one of these, in order
   */
  record States(boolean negated, boolean old, List<ConnState> states) implements ConntrackTest {
    @Override
    public String text() {
      return not(negated)
          + (old ? "--state " : "--ctstate ")
          + states.stream().map(ConnState::name).collect(Collectors.joining(","));
    }
  }

  /**
   * {@code --ctproto}.
   *
   * @param negated whether {@code !} stands before it
   * @param protocol the connection's protocol
   */
  record ConnProtocol(boolean negated, IpProtocol protocol) implements ConntrackTest {
    @Override
    public String text() {
      return not(negated) + "--ctproto " + protocol.number();
    }
  }

  /**
   * {@code --ctorigsrc} and its kin: an address as the connection began.
   *
   * @param negated whether {@code !} stands before it
   * @param reply whether it is of the answers' direction
   * @param side which address
   * @param cidr the network, host bits cleared
   */
  record ConnAddress(boolean negated, boolean reply, Side side, Cidr cidr)
      implements ConntrackTest {
    @Override
    public String text() {
      boolean one = cidr.prefix() == cidr.address().family().bits();
      return not(negated) + tuple(reply, side) + " " + (one ? cidr.address() : cidr);
    }
  }

  /**
   * {@code --ctorigsrcport} and its kin: a port as the connection began.
   *
   * @param negated whether {@code !} stands before it
   * @param reply whether it is of the answers' direction
   * @param side which port
   * @param range the ports
   */
  record ConnPort(boolean negated, boolean reply, Side side, PortRange range)
      implements ConntrackTest {
    @Override
    public String text() {
      return not(negated) + tuple(reply, side) + "port " + range;
    }
  }

  /**
   * {@code --ctdir}.
   *
   * @param reply whether the packet answers
   */
  record ConnDirection(boolean reply) implements ConntrackTest {
    @Override
    public String text() {
      return "--ctdir " + (reply ? "REPLY" : "ORIGINAL");
    }

    @Override
    public boolean negated() {
      return false;
    }
  }

  /**
   * {@code --ctstatus}, {@code --ctexpire}: what of a connection's past is not followed.
   *
   * @param negated whether {@code !} stands before it
   * @param option the option
   * @param value its value, as printed
   */
  record ConnOther(boolean negated, String option, String value) implements ConntrackTest {
    @Override
    public String text() {
      return not(negated) + option + " " + value;
    }
  }

  /**
   * {@code -m conntrack} and {@code -m state}.
   *
   * @param module which of the two
   * @param tests all must hold; in the order in which iptables-save prints them
   */
  record Conntrack(String module, List<ConntrackTest> tests) implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m " + module + tests.stream().map(t -> " " + t.text()).collect(Collectors.joining()));
    }

    @Override
    public String extension() {
      return module;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.conntrack(this);
    }
  }

  /**
   * One {@code --src-range} or {@code --dst-range}.
   *
   * @param side which address
   * @param negated whether {@code !} stands before it
   * @param range the addresses
   */
  record RangeTest(Side side, boolean negated, AddressRange range) {
    private String text() {
      return not(negated) + (side == Side.SOURCE ? "--src-range " : "--dst-range ") + range;
    }
  }

  /**
   * {@code -m iprange}.
   *
   * @param tests all must hold, source first
   */
  record IpRange(List<RangeTest> tests) implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m iprange" + tests.stream().map(t -> " " + t.text()).collect(Collectors.joining()));
    }

    @Override
    public String extension() {
      return "iprange";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressRange(this);
    }
  }

  /**
   * {@code -m set}: what the set holds is not known.
   *
   * @param negated whether {@code !} stands before it
   * @param set its name
   * @param sides which end stands for each dimension of the set
   * @param options its other options, as printed
   */
  record IpSet(boolean negated, String set, List<Side> sides, List<Octets> options)
      implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m set "
              + not(negated)
              + "--match-set "
              + set
              + " "
              + sides.stream()
                  .map(s -> s == Side.SOURCE ? "src" : "dst")
                  .collect(Collectors.joining(","))
              + joined(options));
    }

    @Override
    public String extension() {
      return "set";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ipSet(this);
    }
  }

  /** What {@link Recent} does with its list. */
  enum RecentAction {
    /** Puts the address into it; always matches. */
    SET("--set"),
    /** Looks whether it is in it. */
    RCHECK("--rcheck"),
    /** Looks, and notes the time. */
    UPDATE("--update"),
    /** Looks, and takes it out. */
    REMOVE("--remove");

    private final String option;

    RecentAction(String option) {
      this.option = option;
    }
  }

  /**
   * {@code -m recent}.
   *
   * @param negated whether {@code !} stands before it
   * @param action what it does
   * @param options its other options, as printed
   */
  record Recent(boolean negated, RecentAction action, List<Octets> options) implements Match {
    @Override
    public Octets text() {
      return new Octets("-m recent " + not(negated) + action.option + joined(options));
    }

    @Override
    public String extension() {
      return "recent";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.recent(this);
    }
  }

  /** What {@link Owner} looks at. */
  enum OwnerKind {
    UID("--uid-owner"),
    GID("--gid-owner"),
    SOCKET("--socket-exists");

    private final String option;

    OwnerKind(String option) {
      this.option = option;
    }
  }

  /**
   * One test of {@link Owner}.
   *
   * @param negated whether {@code !} stands before it
   * @param kind what it looks at
   * @param first the lowest number, unsigned 32 bits; 0 for a socket
   * @param last the highest
   */
  record OwnerTest(boolean negated, OwnerKind kind, long first, long last) {
    private String text() {
      String value = first == last ? Long.toString(first) : first + "-" + last;
      return not(negated) + kind.option + (kind == OwnerKind.SOCKET ? "" : " " + value);
    }
  }

  /**
   * {@code -m owner}: whose process of this host sends it.
   *
   * @param tests all must hold
   */
  record Owner(List<OwnerTest> tests) implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m owner" + tests.stream().map(t -> " " + t.text()).collect(Collectors.joining()));
    }

    @Override
    public String extension() {
      return "owner";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.owner(this);
    }
  }

  /** What {@link Physdev} looks at. */
  enum PhysdevKind {
    IN("--physdev-in"),
    OUT("--physdev-out"),
    IS_IN("--physdev-is-in"),
    IS_OUT("--physdev-is-out"),
    IS_BRIDGED("--physdev-is-bridged");

    private final String option;

    PhysdevKind(String option) {
      this.option = option;
    }
  }

  /**
   * One test of {@link Physdev}.
   *
   * @param negated whether {@code !} stands before it
   * @param kind what it looks at
   * @param port the port of a bridge, with a trailing {@code +} for a prefix; empty where none is
   *     named
   */
  record PhysdevTest(boolean negated, PhysdevKind kind, String port) {
    private String text() {
      return not(negated) + kind.option + (port.isEmpty() ? "" : " " + port);
    }
  }

  /**
   * {@code -m physdev}: the port of a bridge.
   *
   * @param tests all must hold
   */
  record Physdev(List<PhysdevTest> tests) implements Match {
    @Override
    public Octets text() {
      return new Octets(
          "-m physdev" + tests.stream().map(t -> " " + t.text()).collect(Collectors.joining()));
    }

    @Override
    public String extension() {
      return "physdev";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.physdev(this);
    }
  }

  /**
   * {@code -m mac}.
   *
   * @param negated whether {@code !} stands before it
   * @param source six pairs of hexadecimal digits in lower case, colons between them
   */
  record Mac(boolean negated, String source) implements Match {
    @Override
    public Octets text() {
      return new Octets("-m mac " + not(negated) + "--mac-source " + source);
    }

    @Override
    public String extension() {
      return "mac";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mac(this);
    }
  }

  /**
   * {@code -m limit}: as many as a rate allows.
   *
   * @param rate as iptables-save prints it: {@code 5/min}
   * @param burst how many at once; 5 where none is said
   */
  record Limit(String rate, int burst) implements Match {
    @Override
    public Octets text() {
      return new Octets("-m limit --limit " + rate + (burst == 5 ? "" : " --limit-burst " + burst));
    }

    @Override
    public String extension() {
      return "limit";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.limit(this);
    }
  }

  /**
   * Any other match: its words are kept.
   *
   * @param module the name after {@code -m}; empty for an option of no module
   * @param words its options, as printed
   * @param steady whether the same packet gets the same answer wherever and whenever it is asked;
   *     chance, counters and clocks do not
   */
  record Unknown(String module, List<Octets> words, boolean steady) implements Match {

    /** Whether the program that printed it could not show its options. */
    public boolean isUnshown() {
      return Words.areUnshown(words);
    }

    @Override
    public Octets text() {
      String options = words.stream().map(Octets::latin1).collect(Collectors.joining(" "));
      if (module.isEmpty()) {
        return new Octets(options);
      }
      return new Octets("-m " + module + (options.isEmpty() ? "" : " " + options));
    }

    @Override
    public String extension() {
      return module;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknown(this);
    }
  }

  private static String joined(List<Octets> options) {
    return options.stream().map(o -> " " + o.latin1()).collect(Collectors.joining());
  }

  private static String tuple(boolean reply, Side side) {
    return "--ct" + (reply ? "repl" : "orig") + (side == Side.SOURCE ? "src" : "dst");
  }

  private static String masked(long value, long mask) {
    String text = "0x" + Long.toHexString(value);
    return mask == 0xffffffffL ? text : text + "/0x" + Long.toHexString(mask);
  }

  private static String not(boolean negated) {
    return negated ? "! " : "";
  }
}
