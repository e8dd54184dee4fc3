package io.portmapctl.check;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Difference;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Rules;
import io.portmapctl.path.SurroundingChains;
import io.portmapctl.path.SurroundingChains.Crossing;
import io.portmapctl.path.SurroundingChains.Place;
import io.portmapctl.path.SurroundingChains.Stop;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Rewriting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What keeps packets from mappings, or from their containers, beside the nat table that the
 * mappings are in: the exact set of packets that each is for is led through all base chains of the
 * other tables, of both variants of iptables and of nft. Told is what is lost for certain, whatever
 * its mark: all that a kind of sender sends, or some by a rule that is about the port or the
 * container. A firewall that lets in some senders alone, whatever they want, is its owner's.
 */
public final class Barriers {
  /** The sets of so many mappings are led at once. */
  private static final int MOST_AT_ONCE = 1_000;

  /** What nft calls a destination. */
  private static final Pattern DESTINATION = Pattern.compile(".*\\b(dport|daddr)\\b.*");

  /**
   * A mapping.
   *
   * @param port the port, as it is published
   * @param protocol its protocol
   * @param container the container's address with its prefix
   * @param containerPort where it is translated to
   * @param localhost whether what localhost sends is masqueraded, and comes to something
   */
  public record Subject(
      PublishedPort port,
      IpProtocol protocol,
      Cidr container,
      int containerPort,
      boolean localhost) {}

  /** Who sends. */
  public enum Sender {
    /** Other machines. */
    OTHERS,
    /** This host itself. */
    HOST
  }

  /**
   * What keeps packets away.
   *
   * @param sender whose packets
   * @param site the base chain that they come to
   * @param by what decides there: a rule, or the chain's policy
   * @param kind what it does
   * @param translated whether the packets are on their way to the container already
   * @param all whether nothing is left of what the sender sends
   * @param subjects the mappings
   * @param packets what tells these packets from the others, where it is not all
   */
  public record Barrier(
      Sender sender,
      ChainSite site,
      DecidedBy by,
      Stop.Kind kind,
      boolean translated,
      boolean all,
      List<Subject> subjects,
      List<Difference> packets) {

    /** Copies the lists. */
    public Barrier {
      subjects = List.copyOf(subjects);
      packets = List.copyOf(packets);
    }
  }

  private final Family family;
  private final List<Table> tables;
  private final Rules.Written written;
  private final Supplier<HostAddresses> known;
  private final Table nat;

  /** In their order; a rule that keeps all away from one mapping may keep some from another. */
  private final Map<Barrier, List<Subject>> found = new LinkedHashMap<>();

  private Barriers(
      Table nat, List<Table> tables, Rules.Written written, Supplier<HostAddresses> host) {
    this.family = nat.family();
    this.tables = tables;
    this.written = written;
    this.known = host;
    this.nat = nat;
  }

  /**
   * What keeps packets from mappings.
   *
   * @param nat the nat table that they are in
   * @param tables the other tables of its family, of both variants of iptables
   * @param written what nft wrote itself
   * @param subjects the mappings, of the family
   * @param host what is known of this host
   */
  public static List<Barrier> of(
      Table nat,
      List<Table> tables,
      Rules.Written written,
      List<Subject> subjects,
      Supplier<HostAddresses> host) {
    if (subjects.isEmpty() || tables.isEmpty() && written == Rules.Written.NOTHING) {
      return List.of();
    }
    Barriers barriers = new Barriers(nat, tables, written, host);
    for (int at = 0; at < subjects.size(); at += MOST_AT_ONCE) {
      barriers.look(subjects.subList(at, Math.min(at + MOST_AT_ONCE, subjects.size())));
    }
    List<Barrier> all = new ArrayList<>();
    barriers.found.forEach((barrier, of) -> all.add(with(barrier, of)));
    return List.copyOf(all);
  }

  private static Barrier with(Barrier barrier, List<Subject> subjects) {
    return new Barrier(
        barrier.sender(),
        barrier.site(),
        barrier.by(),
        barrier.kind(),
        barrier.translated(),
        barrier.all(),
        subjects,
        barrier.packets());
  }

  private void look(List<Subject> subjects) {
    HostAddresses host = known.get();
    SurroundingChains chains = new SurroundingChains(tables, written, host);
    if (chains.isEmpty()) {
      return;
    }
    try {
      for (Sender sender : Sender.values()) {
        new Looking(chains, host, sender, subjects).look();
      }
    } catch (TooInvolvedException e) {
      return; // not known
    }
  }

  /** The interfaces that no other machine is behind. */
  private Set<String> inside(HostAddresses host, List<Subject> subjects) {
    List<Table> all = new ArrayList<>(tables);
    all.add(nat);
    Set<String> names = Senders.inside(all, host);
    for (Subject subject : subjects) {
      host.towards(subject.container().address()).ifPresent(l -> names.add(l.name()));
    }
    return names;
  }

  /** What one kind of sender sends to some mappings. */
  private final class Looking {
    private final SurroundingChains chains;
    private final PacketSpace space;
    private final HostAddresses host;
    private final Sender sender;
    private final List<Subject> subjects;
    private final Senders senders;
    private final Rewriting rewriting;
    private final OnePacket one;

    Looking(SurroundingChains chains, HostAddresses host, Sender sender, List<Subject> subjects) {
      this.chains = chains;
      this.space = chains.space();
      this.host = host;
      this.sender = sender;
      this.subjects = subjects;
      this.senders = new Senders(space, host, family, inside(host, subjects));
      this.rewriting = new Rewriting(host);
      this.one = new OnePacket(space);
    }

    private Hook entering() {
      return sender == Sender.OTHERS ? Hook.PREROUTING : Hook.OUTPUT;
    }

    void look() {
      List<PacketSet> sent = subjects.stream().map(this::sent).toList();
      List<PacketSet> came = crossed(entering(), Place.BEFORE, sent, false);
      List<PacketSet> onward = new ArrayList<>();
      for (int i = 0; i < came.size(); i++) {
        onward.add(translated(came.get(i), subjects.get(i)));
      }
      onward = crossed(entering(), Place.BEHIND, onward, true);
      for (int i = 0; i < onward.size(); i++) {
        PacketInterface out = host.deviceTowards(subjects.get(i).container().address());
        onward.set(i, one.leaving(onward.get(i), out));
      }
      if (sender == Sender.OTHERS) {
        onward = crossed(Hook.FORWARD, Place.BEFORE, onward, true);
        onward = crossed(Hook.FORWARD, Place.BEHIND, onward, true);
      }
      crossed(Hook.POSTROUTING, Place.BEFORE, onward, true);
    }

    private PacketSet sent(Subject subject) {
      return sender == Sender.HOST
          ? senders.host(subject.port(), subject.protocol(), subject.localhost())
          : senders
              .outside(subject.port(), subject.protocol())
              .minus(space.of(Field.SOURCE, subject.container().network()));
    }

    private PacketSet translated(PacketSet packets, Subject subject) {
      // rules of the nat table may mark them
      return rewriting.rewritten(
          packets.withoutMarks(),
          Target.Dnat.to(subject.container().address(), subject.containerPort()),
          family,
          entering());
    }

    /** Where a mapping's packets go, whatever else they are. */
    private PacketSet region(Subject subject, boolean translated) {
      PacketSet region =
          space
              .of(Field.PROTOCOL, Interval.of(subject.protocol().number()))
              .and(
                  space.of(
                      Field.DESTINATION_PORT,
                      Interval.of(translated ? subject.containerPort() : subject.port().port())));
      Optional<IpAddress> to =
          translated
              ? Optional.of(subject.container().address())
              : subject.port().hostIp().filter(ip -> !ip.isUnspecified());
      return to.map(a -> region.and(space.of(Field.DESTINATION, a))).orElse(region);
    }

    /** What goes on of each mapping's packets; what is lost of them is written down. */
    private List<PacketSet> crossed(
        Hook hook, Place place, List<PacketSet> coming, boolean translated) {
      Crossing crossing = chains.through(hook, place, senders.union(coming));
      List<PacketSet> going = new ArrayList<>();
      for (int i = 0; i < coming.size(); i++) {
        Subject subject = subjects.get(i);
        PacketSet before = coming.get(i);
        if (before.isEmpty() || crossing.stops().isEmpty()) {
          going.add(before);
          continue;
        }
        PacketSet region = region(subject, translated);
        PacketSet passed = crossing.passed().and(region);
        going.add(passed);
        PacketSet lost = Senders.heads(before).minus(Senders.heads(passed));
        if (!lost.isEmpty()) {
          lost(subject, crossing.stops(), before, lost, passed.isEmpty(), region, translated);
        }
      }
      return going;
    }

    private void lost(
        Subject subject,
        List<Stop> stops,
        PacketSet before,
        PacketSet lost,
        boolean all,
        PacketSet region,
        boolean translated) {
      for (Stop stop : stops) {
        PacketSet taken = stop.packets().and(region);
        boolean counts = !taken.isEmpty() && Senders.heads(taken).meets(lost);
        if (counts && (all || isAboutDestination(stop.rules()))) {
          List<Difference> packets =
              all ? List.of() : Difference.between(lost, Senders.heads(before), family);
          Barrier barrier =
              new Barrier(
                  sender, stop.site(), stop.by(), stop.kind(), translated, all, List.of(), packets);
          found.computeIfAbsent(barrier, b -> new ArrayList<>()).add(subject);
        }
      }
    }
  }

  /** Whether a rule on the way asks where packets go. */
  private static boolean isAboutDestination(List<RuleSite> rules) {
    return rules.stream()
        .anyMatch(
            r ->
                r.rule()
                    .map(rule -> rule.matches().stream().anyMatch(Barriers::asksForDestination))
                    .orElseGet(() -> DESTINATION.matcher(r.text().latin1()).matches()));
  }

  private static boolean asksForDestination(Match match) {
    if (match instanceof Match.Address address) {
      return address.side() == Side.DESTINATION;
    }
    if (match instanceof Match.Ports of) {
      return of.ports().stream().anyMatch(p -> p.side() == Side.DESTINATION);
    }
    return match instanceof Match.Multiport of && of.ends() != Match.Ends.SOURCE;
  }
}
