package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.net.Protocol;
import io.portmapctl.packet.Field;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.PlainMatch;
import io.portmapctl.testing.PlainPacket;
import io.portmapctl.testing.PlainWalk;
import io.portmapctl.testing.Rounds;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Foreign rules at random places before and among ours: what check says of each container, against
 * what becomes of packets that are led through one by one ({@link PlainWalk}). No two packets of a
 * class differ for any rule of the table, and one of each class is led, with every mark that a rule
 * can tell and every answer that nobody knows: so the packets speak for all. {@code
 * -Dportmapctl.insertions=N} sets how many insertions, 10,000 in the long form.
 */
@Tag("long")
class InterceptorsTest {
  private static final int ROUNDS = Rounds.of("insertions", 200, 3000);

  private static final HostAddresses HOST =
      new HostAddresses(
          Optional.of(
              List.of(
                  new HostInterface("lo", List.of(cidr("127.0.0.1/8")), List.of()),
                  new HostInterface("eth0", List.of(cidr("192.0.2.1/32")), List.of()),
                  new HostInterface("cni0", List.of(cidr("10.89.0.1/24")), List.of()))));

  private static final Cidr SUBNET = cidr("10.89.0.0/24");
  private static final IpAddress LOCALHOST = Generator.address("127.0.0.1");

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  // ---------------------------------------------------------------- a host and foreign rules

  private static Attachment attachment(Generator make, int number, boolean mark) {
    List<PortMapping> mappings = new ArrayList<>();
    for (int i = make.chance(3) ? 2 : 1; i > 0; i--) {
      Optional<IpAddress> on =
          switch (make.below(8)) {
            case 0 -> Optional.of(Generator.address("192.0.2.1"));
            case 1 -> Optional.of(LOCALHOST);
            default -> Optional.empty();
          };
      mappings.add(
          new PortMapping(
              8000 + 10 * number + i, 80 + i, make.pick(Protocol.TCP, Protocol.UDP), on));
    }
    List<String> conditions =
        switch (make.below(8)) {
          case 0 -> List.of("-s", "203.0.113.0/24");
          case 1 -> List.of("!", "-d", "192.0.2.1");
          case 2 -> List.of("-i", "eth0");
          default -> List.of();
        };
    return new Attachment(
        new Identity("net" + number, "c" + number),
        "eth0",
        "1.0.0",
        List.copyOf(mappings),
        !make.chance(6),
        conditions.stream().map(Octets::utf8).toList(),
        List.of(),
        OptionalInt.empty(),
        Optional.empty(),
        mark && make.chance(8),
        List.of(cidr("10.89.0." + (5 + number) + "/24")),
        false,
        Optional.empty());
  }

  /** Words of rules that nobody of ours made. */
  private record Foreign(Generator make, List<Attachment> attachments, boolean unmodelled) {

    private String not() {
      return make.chance(4) ? "! " : "";
    }

    private PortMapping mapping() {
      return make.pick(make.pick(attachments).mappings());
    }

    String rule(String chain, boolean small) {
      boolean late =
          chain.equals("POSTROUTING")
              || chain.equals(ChainNames.SNAT)
              || chain.equals(ChainNames.MASQ);
      PortMapping mapping = mapping();
      if (make.chance(8) && (chain.equals("PREROUTING") || chain.equals(ChainNames.DNAT))) {
        return aroundContainers(chain, mapping);
      }
      List<String> words = new ArrayList<>();
      if (make.chance(3)) {
        words.add(
            not()
                + "-s "
                + make.pick(
                    "203.0.113.0/25",
                    "203.0.113.0/24",
                    "192.0.2.1",
                    "10.89.0.0/24",
                    "127.0.0.1",
                    "10.89.0.5"));
      }
      if (make.chance(4)) {
        words.add(
            not()
                + "-d "
                + (late
                    ? make.pick("10.89.0.0/24", "10.89.0.5", "10.89.0.6")
                    : make.pick("192.0.2.1", "127.0.0.1", "127.0.0.0/8", "192.0.2.0/24")));
      }
      boolean anywhere = chain.equals(ChainNames.DNAT) || chain.equals(ChainNames.SETMARK);
      if (make.chance(4) && (chain.equals("PREROUTING") || anywhere && !small)) {
        words.add(not() + "-i " + make.pick("eth0", "cni0", "tun+", "lo", "eth1"));
      }
      if (make.chance(4) && chain.equals("POSTROUTING")) {
        words.add(not() + "-o " + make.pick("eth0", "cni0", "cni+", "lo"));
      }
      boolean ports = make.chance(3);
      String protocol = make.chance(4) ? "udp" : mapping.protocol().id();
      if (ports) {
        int port = late ? mapping.containerPort() : mapping.hostPort();
        words.add("-p " + protocol);
        words.add(
            switch (make.below(4)) {
              case 0 -> "-m multiport " + not() + "--dports " + port + ",9999";
              case 1 ->
                  "-m " + protocol + " --sport " + make.pick("1:1023", "32768:60999", "40000");
              case 2 -> "-m multiport --sports 1:100,40000:50000";
              default -> "-m " + protocol + " " + not() + "--dport " + port;
            });
      }
      if (make.chance(4)) {
        words.add(module(late));
      }
      words.add(target(chain, late, small, ports));
      return "-A " + chain + " " + String.join(" ", words);
    }

    /** Rules as container runtimes have them: their own containers' packets are spared. */
    private String aroundContainers(String chain, PortMapping mapping) {
      String spared = make.pick("! -i cni0", "! -s 10.89.0.0/24", "! -i tun+", "-i cni0");
      String port = mapping.protocol().id() + " --dport " + mapping.hostPort();
      return "-A %s %s -p %s -m %s -j %s"
          .formatted(
              chain,
              spared,
              mapping.protocol().id(),
              port,
              make.pick("DNAT --to-destination 10.89.0.99", "ACCEPT", "RETURN"));
    }

    private String module(boolean late) {
      if (unmodelled && make.chance(2)) {
        return make.pick(
            "-m set " + not() + "--match-set foo src",
            "-m statistic --mode random --probability 0.50000000000",
            "-m recent --rcheck --name R --mask 255.255.255.255 --rsource");
      }
      return switch (make.below(late ? 6 : 5)) {
        case 0 -> "-m addrtype " + not() + "--dst-type " + make.pick("LOCAL", "UNICAST");
        case 1 -> "-m addrtype " + not() + "--src-type LOCAL";
        case 2 -> "-m mark " + not() + "--mark " + make.pick("0x2000/0x2000", "0x1/0x1");
        case 3 -> "-m iprange " + not() + "--src-range 203.0.113.9-203.0.113.99";
        case 4 -> "-m conntrack " + not() + "--ctstate " + make.pick("NEW", "DNAT", "ESTABLISHED");
        default -> "-m conntrack " + not() + "--ctorigdstport " + mapping().hostPort();
      };
    }

    private String target(String chain, boolean late, boolean small, boolean ports) {
      if (!small && make.chance(5)) {
        return make.pick("-j ", "-j ", "-g ") + "FOREIGN";
      }
      String mark =
          "-j MARK --set-xmark "
              + make.pick("0x0/0x2000", "0x2000/0x2000", "0x2000/0x0", "0x0/0xffffffff", "0x1/0x1");
      boolean marking = chain.equals(ChainNames.SETMARK) || chain.equals("FOREIGN");
      return switch (make.below(marking ? 5 : 8)) {
        case 0 -> "-j ACCEPT";
        case 1 -> "-j RETURN";
        case 2 -> make.pick("-j DROP", "-j RETURN");
        case 3, 4 -> mark;
        case 5 ->
            late
                ? "-j MASQUERADE"
                : "-j DNAT --to-destination " + make.pick("10.89.0.99", "10.89.0.5");
        case 6 ->
            late
                ? "-j SNAT --to-source 192.0.2.1"
                : "-j REDIRECT" + (ports ? " --to-ports 9999" : "");
        default -> "-j ACCEPT";
      };
    }
  }

  private static Table inserted(Generator make, Table ours, Foreign foreign) {
    List<String> lines =
        new ArrayList<>(
            SaveFormat.print(ours, false)
                .lines()
                .filter(l -> !l.startsWith("#") && !l.equals("COMMIT"))
                .toList());
    List<String> at = new ArrayList<>();
    for (String chain :
        List.of(
            "PREROUTING",
            "OUTPUT",
            "POSTROUTING",
            ChainNames.DNAT,
            ChainNames.SNAT,
            ChainNames.MASQ,
            ChainNames.SETMARK)) {
      if (ours.chain(chain).isPresent()) {
        at.add(chain);
      }
    }
    List<String> more = new ArrayList<>();
    for (int i = 1 + make.below(2); i > 0; i--) {
      more.add(foreign.rule(make.pick(at), false));
    }
    if (more.stream().anyMatch(r -> r.endsWith(" FOREIGN"))) {
      for (int i = 1 + make.below(2); i > 0; i--) {
        lines.add(foreign.rule("FOREIGN", true));
      }
      lines.add(1, ":FOREIGN - [0:0]");
    }
    for (String rule : more) {
      String start = rule.substring(0, rule.indexOf(' ', 3) + 1);
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith(start)) {
          places.add(i);
        }
      }
      int end = places.isEmpty() ? lines.size() : places.get(places.size() - 1) + 1;
      places.add(end);
      lines.add(make.chance(2) ? places.get(0) : make.pick(places), rule);
    }
    lines.add("COMMIT");
    return Generator.parse(Family.IPV4, String.join("\n", lines) + "\n");
  }

  // ---------------------------------------------------------------- what becomes of packets

  /** How much of the packets of one kind is lost. */
  private enum Lost {
    NOTHING,
    OPEN,
    SOME,
    ALL;

    /** Of what all packets that are alike but for marks and answers say, head by head. */
    static Lost of(List<boolean[]> heads) {
      boolean arrives = false;
      boolean lost = false;
      boolean surely = false;
      for (boolean[] head : heads) {
        arrives |= head[0];
        lost |= head[1];
        surely |= !head[0] && head[1];
      }
      return !lost ? NOTHING : !arrives ? ALL : surely ? SOME : OPEN;
    }
  }

  /** One of each class of packets that rules of a table can tell apart. */
  private static final class Classes {
    private final Set<IpAddress> addresses = new LinkedHashSet<>();
    private final Set<String> interfaces = new LinkedHashSet<>(List.of("eth0", "cni0", "zz9"));
    private final Set<Integer> ports = new TreeSet<>(List.of(40001));
    private final Set<Integer> bits = new TreeSet<>();

    Classes(Table table) {
      for (String address :
          List.of(
              "203.0.113.5",
              "198.51.100.7",
              "192.0.2.1",
              "127.0.0.1",
              "127.0.0.2",
              "10.89.0.1",
              "10.89.0.77")) {
        addresses.add(Generator.address(address));
      }
      for (Chain chain : table.chains().values()) {
        for (RuleEntry row : chain.rows()) {
          row.rule().matches().forEach(this::add);
          boolean marks = row.rule().target() instanceof Target.SetMark;
          if (marks) {
            bits.add(13); // what ours ask for, wherever a rule sets it
          }
        }
      }
    }

    private void edges(AddressRange range) {
      long first = range.first().low();
      long last = range.last().low();
      for (long low : new long[] {first - 1, first, last, last + 1}) {
        if (low >= 0 && low <= 0xffffffffL) {
          addresses.add(new IpAddress(Family.IPV4, 0, low));
        }
      }
    }

    private void add(Match match) {
      if (match instanceof Match.Address address) {
        long first = address.cidr().address().low();
        long hosts = 1L << (32 - address.cidr().prefix());
        edges(
            new AddressRange(
                address.cidr().address(), new IpAddress(Family.IPV4, 0, first + hosts - 1)));
      } else if (match instanceof Match.IpRange ranges) {
        ranges.tests().forEach(t -> edges(t.range()));
      } else if (match instanceof Match.Interface device) {
        interfaces.add(device.name().replace("+", "5"));
      } else if (match instanceof Match.Ports tests) {
        tests.ports().stream().filter(t -> t.side() == Side.SOURCE).forEach(t -> edges(t.range()));
      } else if (match instanceof Match.Multiport multiport
          && multiport.ends() != Match.Ends.DESTINATION) {
        multiport.ranges().forEach(this::edges);
      } else if (match instanceof Match.Mark mark) {
        for (int bit = 0; bit < 32; bit++) {
          if ((mark.mask() >>> bit & 1) != 0) {
            bits.add(bit);
          }
        }
      }
    }

    private void edges(PortRange range) {
      for (int port :
          new int[] {range.first() - 1, range.first(), range.last(), range.last() + 1}) {
        if (port >= 0 && port <= 65535) {
          ports.add(port);
        }
      }
    }

    List<Long> marks() {
      List<Long> marks = new ArrayList<>(List.of(0L));
      for (int bit : bits) {
        List<Long> more = new ArrayList<>(marks);
        marks.forEach(m -> more.add(m | 1L << bit));
        marks.clear();
        marks.addAll(more);
      }
      return marks;
    }
  }

  /** What single packets say of one mapping. */
  private static final class Oracle {
    private final Table table;
    private final Attachment attachment;
    private final Layout layout;
    private final String chain;
    private final PortMapping mapping;
    private final Classes classes;

    Oracle(Table table, Attachment attachment, Layout layout, PortMapping mapping) {
      this.table = table;
      this.attachment = attachment;
      this.layout = layout;
      this.chain = ChainNames.dnat(attachment.identity());
      this.mapping = mapping;
      this.classes = new Classes(table);
    }

    private boolean onLoopback() {
      return mapping.hostIp().map(HostAddresses::isLoopback).orElse(false);
    }

    /** Whether localhost's connections are masqueraded, without which they come to nothing. */
    private boolean localhost() {
      return attachment.snat();
    }

    /** Packets of every class that come in from elsewhere. */
    private List<PlainPacket> outside() {
      List<PlainPacket> packets = new ArrayList<>();
      for (IpAddress destination : destinations()) {
        if (HostAddresses.isLoopback(destination) && !onLoopback()) {
          continue;
        }
        for (IpAddress source : classes.addresses) {
          boolean nobody =
              HOST.isLocal(source) == Ternary.YES
                  || source.low() >>> 28 == 14
                  || source.low() == 0
                  || source.low() == 0xffffffffL
                  || source.low() == 0x7fffffffL
                  || HostAddresses.isLoopback(source);
          if (nobody) {
            continue;
          }
          for (String in : classes.interfaces) {
            if (!in.equals("lo")) {
              classes.ports.forEach(port -> packets.add(packet(source, port, destination, in, "")));
            }
          }
        }
      }
      return packets;
    }

    private List<IpAddress> destinations() {
      return mapping.hostIp().isPresent()
          ? List.of(mapping.hostIp().get())
          : classes.addresses.stream().filter(a -> HOST.isLocal(a) == Ternary.YES).toList();
    }

    /** Packets of every class that the host sends to itself. */
    private List<PlainPacket> host() {
      List<PlainPacket> packets = new ArrayList<>();
      for (IpAddress destination : destinations()) {
        for (IpAddress source : classes.addresses) {
          boolean loops = HostAddresses.isLoopback(source);
          boolean possible =
              HOST.isLocal(source) == Ternary.YES && loops == HostAddresses.isLoopback(destination);
          if (possible && (!loops || onLoopback() || localhost())) {
            classes.ports.forEach(port -> packets.add(packet(source, port, destination, "", "lo")));
          }
        }
      }
      return packets;
    }

    private PlainPacket packet(
        IpAddress source, int port, IpAddress destination, String in, String out) {
      int protocol = mapping.protocol() == Protocol.TCP ? 6 : 17;
      return PlainPacket.of(Family.IPV4, protocol)
          .with(Field.SOURCE, source)
          .with(Field.SOURCE_PORT, port)
          .with(Field.DESTINATION, destination)
          .with(Field.DESTINATION_PORT, mapping.hostPort())
          .with(Field.INPUT_INTERFACE, in)
          .with(Field.OUTPUT_INTERFACE, out);
    }

    /** Whether one of the container's entries is for it, whatever its mark. */
    private boolean wanted(PlainPacket packet) {
      return table.chain(ChainNames.DNAT).orElseThrow().rows().stream()
          .map(RuleEntry::rule)
          .filter(r -> r.target().leadsTo(chain))
          .anyMatch(r -> new PlainMatch(packet, HOST).all(r) != Ternary.NO);
    }

    private boolean ofContainers(PlainPacket packet) {
      String in = packet.name(Field.INPUT_INTERFACE);
      boolean side = in.equals("cni0");
      for (Chain each : table.chains().values()) {
        for (RuleEntry row : each.rows()) {
          Rule rule = row.rule();
          side |=
              rule.target() instanceof Target.Dnat
                  && rule.matches().stream()
                      .anyMatch(
                          m ->
                              m instanceof Match.Interface one
                                  && one.negated()
                                  && one.side() == Side.SOURCE
                                  && (one.name().endsWith("+")
                                      ? in.startsWith(one.name().replace("+", ""))
                                      : in.equals(one.name())));
        }
      }
      return side || SUBNET.contains(Cidr.host(packet.address(Field.SOURCE)));
    }

    /** Whether each packet arrives, may be lost; with every mark and every answer. */
    private Lost arriving(List<PlainPacket> packets, Hook hook) {
      List<boolean[]> heads = new ArrayList<>();
      for (PlainPacket packet : packets) {
        heads.add(
            outcomes(
                packet,
                classes.marks(),
                (marked, answers) ->
                    Optional.of(arrives(PlainWalk.through(table, hook, marked, HOST, answers)))));
      }
      return Lost.of(heads);
    }

    private boolean arrives(PlainWalk.End end) {
      return end.kind() == Leaving.Kind.REWRITTEN && end.chain().equals(chain);
    }

    /** Whether what arrives is masqueraded on its way out. */
    private Lost masqueraded(List<PlainPacket> packets, Hook hook) {
      List<boolean[]> heads = new ArrayList<>();
      // nothing asks for masquerade before the chain that marks has
      List<Long> marks =
          classes.marks().stream()
              .filter(m -> layout != Layouts.MARK || (m & attachment.mark()) == 0)
              .toList();
      for (PlainPacket packet : packets) {
        heads.add(
            outcomes(
                packet,
                marks,
                (marked, answers) ->
                    leaving(marked, hook, answers).map(e -> e.kind() == Leaving.Kind.REWRITTEN)));
      }
      return Lost.of(heads);
    }

    /** Which of what comes from elsewhere is masqueraded by a rule that asks for no mark. */
    private Lost hidden(List<PlainPacket> packets) {
      String masquerades = layout == Layouts.MARK ? ChainNames.MASQ : ChainNames.SNAT;
      List<Long> marks =
          classes.marks().stream()
              .filter(m -> layout != Layouts.MARK || (m & attachment.mark()) == 0)
              .toList();
      List<boolean[]> heads = new ArrayList<>();
      for (PlainPacket packet : packets) {
        heads.add(
            outcomes(
                packet,
                marks,
                (marked, answers) ->
                    leaving(marked, Hook.PREROUTING, answers)
                        .map(e -> !isStrangers(e, masquerades))));
      }
      return Lost.of(heads);
    }

    private boolean isStrangers(PlainWalk.End end, String masquerades) {
      if (end.kind() != Leaving.Kind.REWRITTEN || !end.chain().equals(masquerades)) {
        return false;
      }
      String place = end.way().get(end.way().size() - 1);
      int index = Integer.parseInt(place.substring(place.lastIndexOf(' ') + 1));
      return table.chain(masquerades).orElseThrow().rows().get(index - 1).rule().matches().stream()
          .noneMatch(Match.Mark.class::isInstance);
    }

    /** How a packet that has arrived leaves; empty where it did not arrive. */
    private Optional<PlainWalk.End> leaving(
        PlainPacket packet, Hook hook, Predicate<String> answers) {
      PlainWalk.End first = PlainWalk.through(table, hook, packet, HOST, answers);
      if (!arrives(first)) {
        return Optional.empty();
      }
      Target.Dnat to = (Target.Dnat) first.target().orElseThrow();
      PlainPacket on = first.packet();
      PlainPacket moved =
          on.with(Field.DESTINATION, to.address().orElseThrow())
              .with(Field.DESTINATION_PORT, to.port().orElseThrow())
              .with(Field.ORIGINAL_DESTINATION, on.number(Field.DESTINATION))
              .with(Field.ORIGINAL_DESTINATION_PORT, on.number(Field.DESTINATION_PORT))
              .with(Field.ADDRESS_MOVED, 1)
              .with(Field.PORT_MOVED, 1)
              .with(Field.DESTINATION_TRANSLATED, 1)
              .with(Field.OUTPUT_INTERFACE, "cni0");
      return Optional.of(PlainWalk.through(table, Hook.POSTROUTING, moved, HOST, answers));
    }

    private interface Led {
      Optional<Boolean> arrives(PlainPacket marked, Predicate<String> answers);
    }

    /** Whether it arrives with some mark and answers, and whether it is lost with some. */
    private static boolean[] outcomes(PlainPacket packet, List<Long> marks, Led led) {
      boolean[] outcomes = {false, false};
      for (long mark : marks) {
        PlainPacket marked = packet.marked(mark, 0);
        everyAnswer(
            answers -> {
              led.arrives(marked, answers).ifPresent(it -> outcomes[it ? 0 : 1] = true);
              return null;
            });
      }
      return outcomes;
    }

    /** Asks again and again, until every row of answers was given. */
    private static void everyAnswer(Function<Predicate<String>, Void> asked) {
      List<Boolean> row = new ArrayList<>();
      while (true) {
        Map<String, Boolean> given = new HashMap<>();
        asked.apply(
            words ->
                given.computeIfAbsent(
                    words,
                    w -> {
                      if (row.size() == given.size()) {
                        row.add(false);
                      }
                      return row.get(given.size());
                    }));
        while (row.size() > given.size() || !row.isEmpty() && row.get(row.size() - 1)) {
          row.remove(row.size() - 1);
        }
        if (row.isEmpty()) {
          return;
        }
        row.set(row.size() - 1, true);
      }
    }

    /** How much of what is lost, by kind. */
    Map<Passage.Kind, Lost> lost() {
      Map<Passage.Kind, Lost> lost = new EnumMap<>(Passage.Kind.class);
      List<PlainPacket> outside = outside().stream().filter(this::wanted).toList();
      List<PlainPacket> lan = outside.stream().filter(p -> !ofContainers(p)).toList();
      List<PlainPacket> containers = outside.stream().filter(this::ofContainers).toList();
      List<PlainPacket> host = host().stream().filter(this::wanted).toList();
      if (!onLoopback()) {
        lost.put(Passage.Kind.LAN, arriving(lan, Hook.PREROUTING));
      }
      lost.put(Passage.Kind.CONTAINERS, arriving(containers, Hook.PREROUTING));
      lost.put(Passage.Kind.HOST, arriving(host, Hook.OUTPUT));
      boolean marks = layout == Layouts.MARK && attachment.snat();
      Cidr hairpin = attachment.masqAll() ? cidr("0.0.0.0/0") : SUBNET;
      Predicate<PlainPacket> beside = p -> hairpin.contains(Cidr.host(p.address(Field.SOURCE)));
      if (marks) {
        lost.put(
            Passage.Kind.HAIRPIN,
            masqueraded(outside.stream().filter(beside).toList(), Hook.PREROUTING));
      }
      if (attachment.snat()) {
        lost.put(
            Passage.Kind.LOCALHOST,
            masqueraded(
                host.stream().filter(p -> p.address(Field.SOURCE).equals(LOCALHOST)).toList(),
                Hook.OUTPUT));
        lost.put(
            Passage.Kind.HIDDEN,
            hidden(lan.stream().filter(p -> !marks || !beside.test(p)).toList()));
      }
      return lost;
    }
  }

  private static Finding.Status status(List<Map<Passage.Kind, Lost>> mappings) {
    Finding.Status worst = Finding.Status.OK;
    for (Map<Passage.Kind, Lost> lost : mappings) {
      for (Map.Entry<Passage.Kind, Lost> entry : lost.entrySet()) {
        Finding.Status status =
            switch (entry.getValue()) {
              case NOTHING -> Finding.Status.OK;
              case OPEN -> Finding.Status.OPEN;
              case SOME -> Finding.Status.PARTLY_SHADOWED;
              case ALL ->
                  entry.getKey() == Passage.Kind.CONTAINERS || entry.getKey() == Passage.Kind.HIDDEN
                      ? Finding.Status.PARTLY_SHADOWED
                      : Finding.Status.SHADOWED;
            };
        List<Finding.Status> order =
            List.of(
                Finding.Status.OK,
                Finding.Status.OPEN,
                Finding.Status.PARTLY_SHADOWED,
                Finding.Status.SHADOWED);
        worst = order.indexOf(status) > order.indexOf(worst) ? status : worst;
      }
    }
    return worst;
  }

  @Test
  void whatIsSaidOfAContainerIsWhatBecomesOfItsPackets() {
    Map<Finding.Status, Integer> counts = new EnumMap<>(Finding.Status.class);
    List<String> wrong = new ArrayList<>();
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Layout layout = make.pick(Layouts.all());
      List<Attachment> attachments = new ArrayList<>();
      List<Request> requests = new ArrayList<>();
      for (int i = make.below(3); i >= 0; i--) {
        Attachment attachment = attachment(make, i, layout == Layouts.MARK);
        attachments.add(attachment);
        requests.add(new Request.Publish(attachment, new LayoutChoice(layout, LayoutReason.ASKED)));
      }
      Table empty =
          Generator.parse(
              Family.IPV4,
              "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                  + ":POSTROUTING ACCEPT [0:0]\nCOMMIT\n");
      Table ours = Plans.of(List.of(empty), requests).families().get(0).after();
      boolean unmodelled = make.chance(4);
      Table table = inserted(make, ours, new Foreign(make, attachments, unmodelled));
      List<Request.Publish> published = requests.stream().map(Request.Publish.class::cast).toList();
      Audit audit = Audit.of(List.of(table), published, () -> HOST);
      for (Finding finding : audit.findings()) {
        Attachment attachment = finding.attachment();
        counts.merge(finding.status(), 1, Integer::sum);
        if (finding.status() == Finding.Status.DRIFT) {
          // a foreign rule that is word for word one of ours is one too many
          assertThat(finding.missing()).as("seed %d", seed).isEmpty();
          assertThat(finding.unexpected()).as("seed %d", seed).isNotEmpty();
          continue;
        }
        List<Map<Passage.Kind, Lost>> lost = new ArrayList<>();
        for (PortMapping mapping : attachment.mappings()) {
          lost.add(new Oracle(table, attachment, layout, mapping).lost());
        }
        Finding.Status right = status(lost);
        if (finding.status() != right) {
          wrong.add(
              "seed %d, %s of %s: said %s, right %s %s%n%s%n%s"
                  .formatted(
                      seed,
                      attachment.mappings(),
                      attachment.identity(),
                      finding.status(),
                      right,
                      lost,
                      SaveFormat.print(table, false),
                      finding.shadows()));
        }
      }
    }
    System.out.println("foreign rules inserted " + ROUNDS + " times: " + counts);
    if (!wrong.isEmpty()) {
      System.out.println(wrong.size() + " wrong");
    }
    assertThat(wrong).isEmpty();
    for (Finding.Status status :
        Arrays.asList(
            Finding.Status.OK,
            Finding.Status.OPEN,
            Finding.Status.PARTLY_SHADOWED,
            Finding.Status.SHADOWED)) {
      assertThat(counts.getOrDefault(status, 0)).as(status.id()).isPositive();
    }
  }
}
