package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The walk of one packet, and of the answer to it. */
final class Walk {
  /** More ends than this are not told apart. */
  private static final int MOST_PATHS = 64;

  /** Messages by which IPv6 finds neighbours (RFC 4861). */
  private static final int SOLICITATION = 135;

  private static final int ADVERTISEMENT = 136;

  /** Which of its addresses a host takes for it, and in which group it asks, is left open. */
  private static final Cidr ANY = Cidr.parse("::/0").orElseThrow();

  private static final Cidr SOLICITED = Cidr.parse("ff02::1:ff00:0/104").orElseThrow();

  private final Ground ground;
  private final BaseChains chains;
  private final OnePacket one;
  private final ChainPassage passage;
  private final ChainOrder order;
  private final Conntrack conntrack;
  private final Arrival arrival;
  private final ExcludedRules leftOut;
  private final Packet start;
  private final boolean sent;
  private final List<PacketPath> paths = new ArrayList<>();

  /** How the packet went that opened the connection, where that was answered before. */
  private final Optional<PacketPath> opening;

  Walk(Tracer tracer, Packet start, ExcludedRules leftOut, Optional<PacketPath> opening) {
    this.ground = tracer.ground();
    this.chains = tracer.chains();
    this.one = tracer.one();
    this.passage = new ChainPassage(tracer);
    this.order = new ChainOrder(passage);
    this.conntrack = new Conntrack(tracer, start, opening.isPresent());
    this.arrival = new Arrival(ground, start);
    this.leftOut = leftOut;
    this.opening = opening;
    this.start = start;
    this.sent = Tracer.startsHere(start, ground.host());
  }

  /** Who is told where a way ends. */
  private interface Ends {
    void end(At at, Disposition disposition, Ending ending);
  }

  /**
   * Every path that the packet may take.
   *
   * @param notThrough interfaces that it does not come in through, where it is not told through
   *     which it does
   */
  List<PacketPath> paths(List<String> notThrough) {
    Packet packet =
        sent
            ? start.through(PacketInterface.NONE, start.out())
            : start.through(start.in(), PacketInterface.NONE);
    PacketSet packets = one.of(packet).with(Field.STATE, 0);
    packets = opening.isPresent() ? conntrack.ofLater(packets) : packets;
    for (String name : packet.in().known() ? List.<String>of() : notThrough) {
      packets = packets.minus(chains.space().of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    if (!sent && !packet.in().known()) {
      // it comes in through one that is there
      PacketSet there = ground.arriving(packet.family(), chains.space()).and(packets);
      packets = there.isEmpty() ? packets : there;
    }
    At at = At.start(packet, packets);
    if (sent) {
      sending(at, this::there);
    } else {
      coming(at, this::there);
    }
    return List.copyOf(paths);
  }

  /** What comes in through an interface. */
  private void coming(At at, Ends ends) {
    hook(
        at,
        Hook.PREROUTING,
        ends,
        on -> {
          Packet look = on.packet().through(on.packet().in(), outOf(on));
          boolean changed = on.answer() ? on.masqueraded() : on.redirected();
          for (Turn turn : ground.input(look, on.packets(), changed, on.answer())) {
            At turned = on.with(on.packet(), turn.packets());
            switch (turn.kind()) {
              case HERE -> delivered(turned, ends);
              case ONWARD -> forwarded(turned.through(turn, turn.packets()), turn.device(), ends);
              default -> ends.end(turned, disposition(turn), turn.ending().orElseThrow());
            }
          }
        });
  }

  /** The interface that a person says it leaves through. */
  private PacketInterface outOf(At at) {
    return at.answer() ? PacketInterface.UNKNOWN : start.out();
  }

  private static Disposition disposition(Turn turn) {
    Ending.Kind kind = turn.ending().orElseThrow().kind();
    return kind == Ending.Kind.UNDECIDED ? Disposition.OPEN : Disposition.NOT_ROUTED;
  }

  private void delivered(At at, Ends ends) {
    Packet look = at.packet().through(at.packet().in(), PacketInterface.NONE);
    At in = at.with(look, one.through(at.packets(), look.in(), look.out()));
    hook(
        in,
        Hook.INPUT,
        ends,
        on ->
            ends.end(
                on,
                Disposition.DELIVERED,
                Ending.there(Ending.Kind.DELIVERED, Ending.Why.HERE, Arrival.untracked(on))));
  }

  private void forwarded(At at, PacketInterface device, Ends ends) {
    boolean turns =
        at.packet().in().equals(device)
            && ground.isBridge(at.packet().family(), device)
            && ground.bridged(at.packet().family(), device) != Ternary.NO;
    Optional<DecidedBy> spent = turns ? Optional.empty() : HopLimit.spent(at.stages());
    if (spent.isPresent()) {
      ends.end(
          at,
          Disposition.DROPPED,
          Ending.there(Ending.Kind.DROPPED, Ending.Why.HOP_LIMIT, spent.get()));
      return;
    }
    Optional<Ending> stuck = ground.stuck(at.packet(), device, at.moved());
    if (stuck.isPresent() && stuck.get().kind() == Ending.Kind.UNDECIDED) {
      ends.end(at, Disposition.OPEN, stuck.get());
      return;
    }
    Packet look = at.packet().through(at.packet().in(), device);
    At in = at.with(look, one.leaving(at.packets(), device));
    // the port is chosen before FORWARD is called
    if (stuck.isPresent()) {
      ends.end(in, Disposition.NOT_ROUTED, stuck.get());
      return;
    }
    hook(in, Hook.FORWARD, ends, on -> leaving(on, device, Disposition.FORWARDED, ends));
  }

  /** What crosses a bridge alone, where that is shown to the chains. */
  private void crossing(At at, Ends ends) {
    PacketInterface bridge = at.packet().in();
    hook(
        at,
        Hook.PREROUTING,
        ends,
        on -> {
          Packet look = on.packet().through(bridge, bridge);
          At in = on.with(look, one.leaving(on.packets(), bridge));
          hook(in, Hook.FORWARD, ends, out -> leaving(out, bridge, Disposition.FORWARDED, ends));
        });
  }

  private void leaving(At at, PacketInterface device, Disposition disposition, Ends ends) {
    Packet look = at.packet().through(PacketInterface.NONE, device);
    At in = at.with(look, one.leaving(at.packets(), device));
    hook(
        in,
        Hook.POSTROUTING,
        ends,
        on -> {
          if (!device.equals(PacketInterface.LOOPBACK)) {
            left(on, device, disposition, ends);
            return;
          }
          Packet back = on.packet().through(device, PacketInterface.NONE);
          At again = on.with(back, one.through(on.packets(), back.in(), back.out()));
          hook(
              again.settled(Hook.PREROUTING).settled(Hook.INPUT),
              Hook.PREROUTING,
              ends,
              in2 -> delivered(in2, ends));
        });
  }

  /** Behind all chains: the interface, the bridge and the neighbour have it. */
  private void left(At at, PacketInterface device, Disposition disposition, Ends ends) {
    Optional<Ending> lost =
        at.turn().lost().or(() -> at.turn().asks().flatMap(next -> unasked(next, device)));
    if (lost.isEmpty()) {
      ends.end(at, disposition, Ending.delivered(Ending.Why.SOURCE_STAYS));
    } else {
      boolean open = lost.get().kind() == Ending.Kind.UNDECIDED;
      ends.end(at, open ? Disposition.OPEN : Disposition.NOT_ROUTED, lost.get());
    }
  }

  /**
   * What keeps this host from asking for an IPv6 neighbour, or the neighbour's answer from it: that
   * goes through the chains as all of ICMPv6 does, and connection tracking does not follow it.
   */
  private Optional<Ending> unasked(IpAddress next, PacketInterface device) {
    if (next.family() != Family.IPV6) {
      return Optional.empty();
    }
    Endpoint host = new Endpoint(new Address.InNetwork(ANY), OptionalInt.empty());
    Endpoint group = new Endpoint(new Address.InNetwork(SOLICITED), OptionalInt.empty());
    Endpoint other = new Endpoint(new Address.Known(next), OptionalInt.empty());
    List<Ending> lost = new ArrayList<>();
    Ends ends = (at, disposition, ending) -> lost.add(ending);
    int[] passed = {0};
    Consumer<At> pass = at -> passed[0]++;
    hook(
        icmp(SOLICITATION, host, group, PacketInterface.NONE, device),
        Hook.OUTPUT,
        ends,
        at -> hook(at, Hook.POSTROUTING, ends, pass));
    boolean goes = passed[0] > 0;
    if (goes) {
      passed[0] = 0;
      lost.clear();
      hook(
          icmp(ADVERTISEMENT, other, host, device, PacketInterface.NONE),
          Hook.PREROUTING,
          ends,
          at -> hook(at, Hook.INPUT, ends, pass));
    }
    return passed[0] > 0 || lost.isEmpty() || lost.get(0).kind() == Ending.Kind.UNDECIDED
        ? Optional.empty()
        : Optional.of(Ending.there(Ending.Kind.NOT_ROUTED, Ending.Why.NEIGHBOUR, lost.get(0).by()));
  }

  private At icmp(int type, Endpoint from, Endpoint to, PacketInterface in, PacketInterface out) {
    Packet packet =
        new Packet(Family.IPV6, IpProtocol.ICMPV6, from, to, in, out, Mark.of(0), Ternary.UNKNOWN);
    PacketSet packets =
        one.of(packet)
            .with(Field.STATE, OnePacket.UNTRACKED)
            .with(Field.ICMP_TYPE, type)
            .with(Field.ICMP_CODE, 0);
    return At.start(packet, packets)
        .tracked(At.Tracking.UNTRACKED, packets)
        .settled(Hook.PREROUTING)
        .settled(Hook.POSTROUTING);
  }

  /** What this host sends. */
  private void sending(At at, Ends ends) {
    Packet look = at.packet().through(PacketInterface.NONE, outOf(at));
    for (Turn turn : ground.output(look, at.packets(), true, at.answer())) {
      if (turn.kind() == Turn.Kind.ENDS) {
        ends.end(at, disposition(turn), turn.ending().orElseThrow());
        continue;
      }
      Packet packet = at.packet().through(PacketInterface.NONE, turn.device());
      PacketSet set = one.through(turn.packets(), packet.in(), packet.out());
      At on = at.with(packet, set).through(turn, set);
      hook(on, Hook.OUTPUT, ends, out -> sent(out, ends));
    }
  }

  /** Behind OUTPUT: where it is not known how the host routes, by what it was changed to. */
  private void sent(At at, Ends ends) {
    if (ground.knowsRoutes(start.family())) {
      leaving(at, at.leaves(), Disposition.SENT, ends);
    } else {
      rerouted(at, ends, on -> leaving(on, on.leaves(), Disposition.SENT, ends));
    }
  }

  /** The kernel looks for a way anew where a chain of OUTPUT has changed a packet. */
  private void rerouted(At at, Ends ends, Consumer<At> next) {
    Packet look = at.packet().through(PacketInterface.NONE, outOf(at));
    boolean moved = at.redirected() || at.answer();
    for (Turn turn : ground.output(look, at.packets(), false, moved)) {
      At on = at.through(turn, turn.packets());
      if (turn.kind() == Turn.Kind.ENDS) {
        ends.end(on, disposition(turn), arrival.sentAway(on, turn.ending().orElseThrow()));
      } else {
        next.accept(on);
      }
    }
  }

  /** Whether the kernel looks for a way anew behind a chain of OUTPUT. */
  private boolean reroutes(Station station, HookExit exit, At before) {
    boolean moved =
        exit.kind() == Part.Kind.TRANSLATED
            && !exit.packet()
                .destination()
                .address()
                .equals(before.packet().destination().address());
    boolean marked =
        station.site().reroutes() && !exit.packet().mark().equals(before.packet().mark());
    return station.site().hook() == Hook.OUTPUT
        && (moved || marked)
        && ground.knowsRoutes(start.family());
  }

  private void hook(At at, Hook hook, Ends ends, Consumer<At> next) {
    station(at, chains.at(hook, at.answer(), leftOut), 0, hook, ends, next);
  }

  /** Through the base chains of a hook, one after another. */
  private void station(
      At at, List<Station> stations, int i, Hook hook, Ends ends, Consumer<At> next) {
    int place = i < stations.size() ? stations.get(i).site().place() : Integer.MAX_VALUE;
    boolean asks = hook == Hook.PREROUTING || hook == Hook.OUTPUT;
    if (at.tracking() == At.Tracking.NOT_YET && asks && place >= Conntrack.TRACKING) {
      for (At tracked : conntrack.tracked(at)) {
        station(tracked, stations, i, hook, ends, next);
      }
      return;
    }
    boolean turns = at.tracking() == At.Tracking.REPLIES && !at.isSettled(hook);
    if (turns && place >= (hook.rewritesSource() ? 100 : -100)) {
      station(conntrack.turnedBack(at, hook), stations, i, hook, ends, next);
      return;
    }
    if (i == stations.size()) {
      next.accept(at);
      return;
    }
    Station station = stations.get(i);
    if (i + 1 < stations.size() && order.isOpen(station, stations.get(i + 1), at)) {
      List<Station> other = new ArrayList<>(stations);
      other.set(i, stations.get(i + 1));
      other.set(i + 1, station);
      step(at, stations, i, hook, ends, next);
      step(at, other, i, hook, ends, next);
      return;
    }
    step(at, stations, i, hook, ends, next);
  }

  private void step(At at, List<Station> stations, int i, Hook hook, Ends ends, Consumer<At> next) {
    Station station = stations.get(i);
    if (station.site().translates() && !at.translatable(hook)) {
      station(at, stations, i + 1, hook, ends, next);
      return;
    }
    if (opening.isPresent() && station.site().translates() && !at.answer()) {
      // no later packet sees the chains that translate
      Optional<PacketPath.Stage> stage = opening.get().stage(station.site());
      if (stage.isPresent()) {
        At left = conntrack.translated(at, stage.get());
        left(left, at, stage.get().exit(), stations, i, ends, next);
      } else {
        station(at, stations, i + 1, hook, ends, next);
      }
      return;
    }
    HookTraversal traversal = passage.through(station, at);
    for (HookExit exit : traversal.exits()) {
      left(at.after(traversal, exit), at, exit, stations, i, ends, next);
    }
  }

  /** Behind a base chain. */
  private void left(
      At left,
      At before,
      HookExit exit,
      List<Station> stations,
      int i,
      Ends ends,
      Consumer<At> next) {
    Station station = stations.get(i);
    Hook hook = station.site().hook();
    if (exit.goesOn() && reroutes(station, exit, before)) {
      rerouted(left, ends, on -> station(on, stations, i + 1, hook, ends, next));
    } else if (exit.goesOn()) {
      station(left, stations, i + 1, hook, ends, next);
    } else {
      end(left, station.site(), exit, ends);
    }
  }

  private static void end(At at, ChainSite site, HookExit exit, Ends ends) {
    DecidedBy by =
        exit.last()
            .<DecidedBy>map(DecidedBy.ByRule::new)
            .orElseGet(() -> new DecidedBy.ByPolicy(site));
    if (exit.kind() == Part.Kind.OPEN) {
      ends.end(
          at,
          Disposition.OPEN,
          new Ending(Ending.Kind.UNDECIDED, Ending.Why.RULES, by, false, exit.open()));
    } else if (exit.kind() == Part.Kind.REJECTED) {
      ends.end(at, Disposition.REJECTED, Ending.there(Ending.Kind.REJECTED, Ending.Why.RULES, by));
    } else {
      ends.end(at, Disposition.DROPPED, Ending.there(Ending.Kind.DROPPED, Ending.Why.RULES, by));
    }
  }

  /** The packet's own way ends. */
  private void there(At at, Disposition disposition, Ending ending) {
    if (!disposition.goesOn()) {
      add(new PacketPath(at.stages(), List.of(), at.packet(), disposition, ending));
      return;
    }
    boolean here = disposition == Disposition.DELIVERED;
    Optional<Ending> known = here ? Optional.empty() : arrival.withoutWay(at);
    List<PacketPath> ways = new ArrayList<>();
    Ends back =
        (end, ignored, how) ->
            ways.add(
                new PacketPath(
                    at.stages(),
                    end.stages(),
                    at.packet(),
                    disposition,
                    ignored.goesOn()
                        ? arrival.answered(at, end, disposition)
                        : how.onTheWayBack()));
    At answer = conntrack.answer(at);
    if (known.isPresent()) {
      if (known.get().why() != Ending.Why.TURNED_BACK) {
        add(new PacketPath(at.stages(), List.of(), at.packet(), disposition, known.get()));
        return;
      }
      crossing(answer, back);
      ways.replaceAll(w -> w.ending().kind() == Ending.Kind.DELIVERED ? w.ending(known.get()) : w);
    } else if (here) {
      sending(answer, back);
    } else {
      coming(answer, back);
    }
    boolean same = ways.stream().allMatch(w -> w.ending().kind() == ways.get(0).ending().kind());
    PacketPath first = ways.get(0);
    add(
        same
            ? first
            : new PacketPath(
                first.stages(),
                first.back(),
                first.packet(),
                disposition,
                new Ending(
                    Ending.Kind.UNDECIDED,
                    Ending.Why.RULES,
                    first.ending().by(),
                    true,
                    first.ending().open())));
  }

  /** What redirects a packet decides where it is delivered. */
  private static PacketPath decided(PacketPath path) {
    Ending ending = path.ending();
    Optional<RuleSite> rule = path.redirection().flatMap(HookExit::last);
    boolean delivered =
        ending.kind() == Ending.Kind.DELIVERED && ending.by() == DecidedBy.Nothing.NOTHING;
    return delivered && rule.isPresent()
        ? path.ending(
            new Ending(
                ending.kind(),
                ending.why(),
                new DecidedBy.ByRule(rule.get()),
                ending.back(),
                ending.open()))
        : path;
  }

  /** Of too many paths the last says that there are more. */
  private void add(PacketPath undecided) {
    PacketPath path = decided(undecided);
    if (paths.size() < MOST_PATHS) {
      paths.add(path);
    } else if (paths.size() == MOST_PATHS) {
      Ending more =
          new Ending(
              Ending.Kind.UNDECIDED,
              Ending.Why.RULES,
              path.ending().by(),
              false,
              Optional.of(OpenReason.Limit.MORE_PATHS));
      paths.add(new PacketPath(path.stages(), List.of(), path.packet(), Disposition.OPEN, more));
    }
  }
}
