package io.portmapctl.testing;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Random rules as values, with every kind of match and of target. */
public final class RuleGenerator {
  private static final long MOST = 0xffffffffL;

  private final Generator make;
  private final Family family;

  /** Of that seed. */
  public RuleGenerator(long seed) {
    this.make = new Generator(seed);
    this.family = make.pick(Family.values());
  }

  /** The family of its rules. */
  public Family family() {
    return family;
  }

  /** A rule that the syntax could have read. */
  public Rule rule() {
    List<Match> matches = new ArrayList<>();
    for (Side side : Side.values()) {
      if (make.chance(3)) {
        matches.add(new Match.Address(side, make.chance(3), network()));
      }
    }
    for (Side side : Side.values()) {
      if (make.chance(3)) {
        matches.add(new Match.Interface(side, make.chance(3), device()));
      }
    }
    if (make.chance(2)) {
      matches.add(new Match.Proto(make.chance(3), new IpProtocol(1 + make.below(255))));
    }
    for (int i = make.below(4); i > 0; i--) {
      matches.add(module());
    }
    return new Rule(matches, target());
  }

  private long bits() {
    return make.chance(3) ? MOST : (long) make.below(1 << 16) * make.below(1 << 16);
  }

  private IpAddress address() {
    return family == Family.IPV4
        ? new IpAddress(family, 0, 0x0a000000L + make.below(1 << 24))
        : new IpAddress(family, 0xfd00L << 48 | make.below(1 << 30), make.below(1 << 30));
  }

  private AddressRange addresses() {
    IpAddress first = address();
    return make.chance(2)
        ? AddressRange.of(first)
        : new AddressRange(
            first, new IpAddress(family, first.high(), first.low() + 1 + make.below(99)));
  }

  private Cidr network() {
    return new Cidr(address(), 1 + make.below(family.bits())).network();
  }

  private String device() {
    return make.pick("eth0", "br-+", "veth1.2", "a@b");
  }

  private PortRange ports() {
    int first = make.below(65535);
    return make.chance(2) ? PortRange.of(first) : new PortRange(first, first + 1);
  }

  /** Some of them, in order, at least one. */
  private <T> List<T> some(T[] all) {
    List<T> some = new ArrayList<>(Arrays.asList(all));
    some.removeIf(v -> make.chance(2));
    return some.isEmpty() ? List.of(all[0]) : List.copyOf(some);
  }

  private <T> Optional<T> perhaps(T value) {
    return make.chance(2) ? Optional.of(value) : Optional.empty();
  }

  private static List<Octets> words(String text) {
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split(" ", -1)).map(Octets::new).toList();
  }

  private Match module() {
    boolean not = make.chance(3);
    return switch (make.below(16)) {
      case 0 -> portTests();
      case 1 -> icmp(not);
      case 2 ->
          new Match.Multiport(
              make.pick(Match.Ends.values()), not, List.of(ports(), ports(), ports()));
      case 3 -> new Match.Comment(new Octets(make.octets()));
      case 4 -> addressType();
      case 5 -> new Match.Mark(not, bits(), bits());
      case 6 -> new Match.Connmark(not, bits(), bits());
      case 7 -> conntrack();
      case 8 ->
          new Match.IpRange(
              List.of(
                  new Match.RangeTest(Side.SOURCE, not, addresses()),
                  new Match.RangeTest(Side.DESTINATION, make.chance(3), addresses())));
      case 9 ->
          new Match.IpSet(
              not,
              make.pick("foo", "a.b:c"),
              some(Side.values()),
              words(make.pick("", "--return-nomatch")));
      case 10 -> recent(not);
      case 11 -> owner(not);
      case 12 -> physdev(not);
      case 13 -> new Match.Mac(not, "00:11:22:33:44:5" + make.below(10));
      case 14 -> new Match.Limit(make.pick("5/min", "1/sec", "3/hour"), 1 + make.below(9));
      default ->
          new Match.Unknown(
              make.pick("foo", "u32"), words(make.pick("", "! --bar 1", "--baz \"x\\\"y\"")), true);
    };
  }

  private Match portTests() {
    IpProtocol module = make.pick(IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP, IpProtocol.DCCP);
    List<Match.PortTest> tests = new ArrayList<>();
    for (Side side : Side.values()) {
      perhaps(side).ifPresent(s -> tests.add(new Match.PortTest(s, make.chance(3), ports())));
    }
    Optional<Match.TcpFlags> flags =
        module.equals(IpProtocol.TCP)
            ? perhaps(
                new Match.TcpFlags(
                    make.chance(3),
                    some(Match.TcpFlag.values()),
                    make.chance(3) ? List.of() : some(Match.TcpFlag.values())))
            : Optional.empty();
    return new Match.Ports(module, List.copyOf(tests), flags);
  }

  private Match icmp(boolean not) {
    boolean any = family == Family.IPV4 && make.chance(4);
    OptionalInt code = make.chance(2) ? OptionalInt.of(make.below(256)) : OptionalInt.empty();
    return any
        ? new Match.Icmp(family, not, OptionalInt.empty(), OptionalInt.empty())
        : new Match.Icmp(family, not, OptionalInt.of(make.below(255)), code);
  }

  private Match addressType() {
    Match.Kinds first = new Match.Kinds(make.chance(3), some(Match.AddressKind.values()));
    Optional<Match.Kinds> other =
        perhaps(new Match.Kinds(make.chance(3), some(Match.AddressKind.values())));
    Optional<Side> limit = perhaps(make.pick(Side.values()));
    return make.chance(2)
        ? new Match.AddressType(Optional.of(first), other, limit)
        : new Match.AddressType(other, Optional.of(first), limit);
  }

  private Match conntrack() {
    if (make.chance(3)) {
      List<Match.ConnState> states =
          some(Arrays.copyOf(Match.ConnState.values(), Match.ConnState.SNAT.ordinal()));
      return new Match.Conntrack("state", List.of(new Match.States(make.chance(3), true, states)));
    }
    List<Match.ConntrackTest> tests = new ArrayList<>();
    tests.add(new Match.States(make.chance(3), false, some(Match.ConnState.values())));
    tests.add(new Match.ConnProtocol(make.chance(3), new IpProtocol(1 + make.below(255))));
    for (boolean reply : new boolean[] {false, true}) {
      for (Side side : Side.values()) {
        tests.add(new Match.ConnAddress(make.chance(3), reply, side, network()));
      }
    }
    for (boolean reply : new boolean[] {false, true}) {
      for (Side side : Side.values()) {
        tests.add(new Match.ConnPort(make.chance(3), reply, side, ports()));
      }
    }
    tests.add(
        new Match.ConnOther(make.chance(3), "--ctstatus", make.pick("NONE", "EXPECTED,ASSURED")));
    tests.add(new Match.ConnOther(make.chance(3), "--ctexpire", make.pick("5", "5:4294967295")));
    tests.add(new Match.ConnDirection(make.chance(2)));
    return new Match.Conntrack("conntrack", some(tests.toArray(new Match.ConntrackTest[0])));
  }

  private Match recent(boolean not) {
    Match.RecentAction action = make.pick(Match.RecentAction.values());
    boolean looks = action == Match.RecentAction.RCHECK || action == Match.RecentAction.UPDATE;
    String mask = family == Family.IPV4 ? "255.255.255.0" : "ffff::";
    return new Match.Recent(
        not,
        action,
        words(
            (looks ? make.pick("", "--seconds 60 --reap --hitcount 4 --rttl ") : "")
                + "--name a.b --mask "
                + mask
                + make.pick(" --rsource", " --rdest")));
  }

  private Match owner(boolean not) {
    List<Match.OwnerTest> tests = new ArrayList<>();
    tests.add(new Match.OwnerTest(not, Match.OwnerKind.SOCKET, 0, 0));
    tests.add(new Match.OwnerTest(make.chance(3), Match.OwnerKind.UID, 5, 5 + make.below(2)));
    tests.add(new Match.OwnerTest(make.chance(3), Match.OwnerKind.GID, 0, MOST - 1));
    return new Match.Owner(some(tests.toArray(new Match.OwnerTest[0])));
  }

  private Match physdev(boolean not) {
    List<Match.PhysdevTest> tests = new ArrayList<>();
    for (Match.PhysdevKind kind :
        List.of(
            Match.PhysdevKind.IS_IN,
            Match.PhysdevKind.IN,
            Match.PhysdevKind.IS_OUT,
            Match.PhysdevKind.OUT,
            Match.PhysdevKind.IS_BRIDGED)) {
      boolean named = kind == Match.PhysdevKind.IN || kind == Match.PhysdevKind.OUT;
      tests.add(new Match.PhysdevTest(not, kind, named ? device() : ""));
    }
    return new Match.Physdev(some(tests.toArray(new Match.PhysdevTest[0])));
  }

  private Target target() {
    Target.Translation to = translation(true);
    return switch (make.below(22)) {
      case 0 -> new Target.None();
      case 1 -> new Target.Jump("KUBE-SVC", make.chance(3));
      case 2 -> new Target.Accept();
      case 3 -> new Target.Drop();
      case 4 ->
          new Target.Reject(
              words(
                  "--reject-with "
                      + (family == Family.IPV4 ? "icmp-net-prohibited" : "icmp6-no-route")));
      case 5 -> new Target.Return();
      case 6 -> new Target.Queue("QUEUE", List.of());
      case 7 -> new Target.Queue("NFQUEUE", words("--queue-num 5 --queue-bypass"));
      case 8 -> new Target.Dnat(to);
      case 9 -> new Target.Snat(translation(false));
      case 10 -> new Target.Masquerade(perhaps(ports()), flags("--random", "--random-fully"));
      case 11 -> new Target.Redirect(perhaps(ports()), flags("--random"));
      case 12 -> new Target.Netmap(network());
      case 13 -> new Target.SetMark(bits(), bits());
      case 14 -> new Target.SetConnmark(bits(), bits());
      case 15 -> new Target.SaveMark(bits(), bits());
      case 16 -> new Target.RestoreMark(bits(), bits());
      case 17 -> new Target.Ct("CT", true, words("--notrack"));
      case 18 -> new Target.Ct("NOTRACK", true, List.of());
      case 19 ->
          new Target.Tproxy(words("--on-port 80 --on-ip " + address() + " --tproxy-mark 0x1/0xff"));
      case 20 -> new Target.GoesOn("LOG", words("--log-level 7"));
      default ->
          make.pick(
              new Target.Unknown("TEE", false, words("--gateway x")),
              new Target.Unknown("DNAT", false, words("[unsupported revision]")),
              new Target.Unknown("CHAIN", true, words("\"a\\'b\"")));
    };
  }

  private List<String> flags(String... all) {
    List<String> flags = new ArrayList<>(List.of(all));
    flags.removeIf(f -> make.chance(2));
    return List.copyOf(flags);
  }

  private Target.Translation translation(boolean destination) {
    Optional<AddressRange> addresses = perhaps(addresses());
    Optional<PortRange> ports = addresses.isEmpty() ? Optional.of(ports()) : perhaps(ports());
    boolean several = ports.isPresent() && ports.get().first() < ports.get().last();
    OptionalInt base =
        destination && several && make.chance(2)
            ? OptionalInt.of(make.below(65536))
            : OptionalInt.empty();
    return new Target.Translation(
        addresses,
        ports,
        base,
        destination
            ? flags("--random", "--persistent")
            : flags("--random", "--random-fully", "--persistent"));
  }
}
