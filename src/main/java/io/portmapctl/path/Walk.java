package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.Rewrite;
import io.portmapctl.path.PacketPath.Stage;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Rewriting;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The walk of one packet, and of the answer to it. */
final class Walk {
  /** More ends than this are not told apart. */
  private static final int MOST_PATHS = 64;

  /** Where connection tracking stands in PREROUTING and OUTPUT (linux/netfilter_ipv4.h). */
  private static final int TRACKING = -200;

  /** Addresses of one link alone. */
  private static final Cidr ONE_LINK = Cidr.parse("169.254.0.0/16").orElseThrow();

  /** The statement of nft that has connection tracking pass over a packet. */
  private static final Pattern NOTRACK = Pattern.compile("(^| )notrack( |$)");

  private final Ground ground;
  private final BaseChains chains;
  private final OnePacket one;
  private final Rewriting rewriting;
  private final ExcludedRules leftOut;
  private final Packet start;
  private final boolean sent;
  private final List<PacketPath> paths = new ArrayList<>();

  /** Whether the connection was answered before. */
  private final boolean established;

  Walk(Tracer tracer, Packet start, ExcludedRules leftOut, boolean established) {
    this.ground = tracer.ground();
    this.chains = tracer.chains();
    this.one = tracer.one();
    this.rewriting = new Rewriting(ground.host());
    this.leftOut = leftOut;
    this.established = established;
    this.start = start;
    this.sent = Tracer.startsHere(start, ground.host());
  }

  /** What the kernel knows of the packet's connection. */
  private enum Tracking {
    /** It has not been asked yet. */
    NOT_YET,
    /** The packet goes the way of the one that opened it. */
    OPENS,
    /** The packet answers. */
    REPLIES,
    /** It was told not to follow it. */
    UNTRACKED,
    /** It makes nothing of the packet. */
    INVALID
  }

  /** Which way the packet goes. */
  private enum Way {
    /** There. */
    THERE,
    /** Back, as an answer. */
    BACK,
    /** The same, and the kernel has not followed what is answered. */
    BACK_UNTRACKED
  }

  /**
   * Where the packet is.
   *
   * @param packet how it looks
   * @param packets the same as a set
   * @param stages what it has gone through
   * @param tracking whether its connection is tracked
   * @param redirected whether its destination was translated
   * @param masqueraded whether its source was translated
   * @param settled whether destination and source need no more translation
   * @param way which way it goes
   * @param leaves the interface that what this host sends leaves through, as the kernel has found
   * @param away the route by which it leaves this host, where it is one
   */
  private record At(
      Packet packet,
      PacketSet packets,
      List<Stage> stages,
      Tracking tracking,
      boolean redirected,
      boolean masqueraded,
      List<Boolean> settled,
      Way way,
      PacketInterface leaves,
      Optional<DecidedBy> away) {

    At with(Packet other, PacketSet set) {
      return new At(
          other, set, stages, tracking, redirected, masqueraded, settled, way, leaves, away);
    }

    At state(long number) {
      return with(packet, packets.with(Field.STATE, number));
    }

    At tracked(Tracking now, PacketSet set) {
      return new At(packet, set, stages, now, redirected, masqueraded, settled, way, leaves, away);
    }

    At after(HookTraversal traversal, HookExit exit) {
      List<Stage> more = new ArrayList<>(stages);
      more.add(new Stage(traversal, exit));
      boolean translated = exit.kind() == Part.Kind.TRANSLATED;
      boolean ofSource = traversal.hook().rewritesSource();
      At at =
          new At(
              exit.packet(),
              exit.packets().orElseThrow(),
              more,
              tracking,
              redirected || translated && !ofSource,
              masqueraded || translated && ofSource,
              settled,
              way,
              leaves,
              away);
      return translated ? at.settled(traversal.hook()) : at;
    }

    /** No chain translates that end of it any more. */
    At settled(Hook hook) {
      boolean source = hook.rewritesSource();
      return new At(
          packet,
          packets,
          stages,
          tracking,
          redirected,
          masqueraded,
          List.of(settled.get(0) || !source, settled.get(1) || source),
          way,
          leaves,
          away);
    }

    /** The kernel has found this way out for it. */
    At through(Turn turn, PacketSet set) {
      return new At(
          packet,
          set,
          stages,
          tracking,
          redirected,
          masqueraded,
          settled,
          way,
          turn.device(),
          turn.away());
    }

    boolean isSettled(Hook hook) {
      return settled.get(hook.rewritesSource() ? 1 : 0);
    }

    boolean translatable(Hook hook) {
      return tracking == Tracking.OPENS && !isSettled(hook);
    }

    boolean answer() {
      return way != Way.THERE;
    }

    /** Whether its own destination was translated, be it back. */
    boolean moved() {
      return switch (tracking) {
        case REPLIES -> masqueraded;
        case UNTRACKED, INVALID -> false;
        case NOT_YET, OPENS -> redirected;
      };
    }
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
    if (established && packet.protocol().equals(IpProtocol.TCP)) {
      packets = packets.with(Field.SYN, 0).with(Field.ACK, 1);
    }
    for (String name : packet.in().known() ? List.<String>of() : notThrough) {
      packets = packets.minus(chains.space().of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    if (!sent && !packet.in().known()) {
      // it comes in through one that is there
      PacketSet there = ground.arriving(packet.family(), chains.space()).and(packets);
      packets = there.isEmpty() ? packets : there;
    }
    At at =
        new At(
            packet,
            packets,
            List.of(),
            Tracking.NOT_YET,
            false,
            false,
            List.of(false, false),
            Way.THERE,
            PacketInterface.NONE,
            Optional.empty());
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
          boolean moved = on.redirected() || on.answer();
          for (Turn turn : ground.input(look, on.packets(), moved, on.answer())) {
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
                Ending.there(Ending.Kind.DELIVERED, Ending.Why.HERE, untracked(on))));
  }

  private void forwarded(At at, PacketInterface device, Ends ends) {
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
            ends.end(on, disposition, Ending.delivered(Ending.Why.SOURCE_STAYS));
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
        ends.end(on, disposition(turn), turn.ending().orElseThrow());
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
    if (at.tracking() == Tracking.NOT_YET && asks && place >= TRACKING) {
      for (At tracked : tracked(at)) {
        station(tracked, stations, i, hook, ends, next);
      }
      return;
    }
    boolean turns = at.tracking() == Tracking.REPLIES && !at.isSettled(hook);
    if (turns && place >= (hook.rewritesSource() ? 100 : -100)) {
      station(turnedBack(at, hook), stations, i, hook, ends, next);
      return;
    }
    if (i == stations.size()) {
      next.accept(at);
      return;
    }
    Station station = stations.get(i);
    if (i + 1 < stations.size() && isOpenOrder(station, stations.get(i + 1), at)) {
      List<Station> other = new ArrayList<>(stations);
      other.set(i, stations.get(i + 1));
      other.set(i + 1, station);
      step(at, stations, i, hook, ends, next);
      step(at, other, i, hook, ends, next);
      return;
    }
    step(at, stations, i, hook, ends, next);
  }

  /**
   * Whether it is not told which of two chains that both translate a packet is called first: of
   * equal priorities the one that was registered last, which nobody shows.
   */
  private boolean isOpenOrder(Station one, Station other, At at) {
    boolean same =
        one.site().translates()
            && other.site().translates()
            && one.site().priority() == other.site().priority()
            && at.translatable(one.site().hook());
    return same && ends(one, at) && ends(other, at) && !effects(one, at).equals(effects(other, at));
  }

  /** Whether a chain does anything with a packet. */
  private boolean ends(Station station, At at) {
    return station.through(at.packets(), Station.Observer.NOBODY).stream()
        .anyMatch(p -> p.kind() != Part.Kind.ACCEPTED);
  }

  private List<Packet> effects(Station station, At at) {
    return through(station, at).exits().stream().map(HookExit::packet).toList();
  }

  private void step(At at, List<Station> stations, int i, Hook hook, Ends ends, Consumer<At> next) {
    Station station = stations.get(i);
    if (station.site().translates() && !at.translatable(hook)) {
      station(at, stations, i + 1, hook, ends, next);
      return;
    }
    // the connection was translated as the chains had it when it was new
    boolean again = established && station.site().translates() && !at.answer();
    HookTraversal traversal = through(station, again ? at.state(OnePacket.NEW) : at);
    for (HookExit exit : traversal.exits()) {
      At left = at.after(traversal, exit);
      left = again ? left.state(OnePacket.ESTABLISHED) : left;
      if (exit.goesOn() && reroutes(station, exit, at)) {
        rerouted(left, ends, on -> station(on, stations, i + 1, hook, ends, next));
      } else if (exit.goesOn()) {
        station(left, stations, i + 1, hook, ends, next);
      } else {
        end(left, station.site(), exit, ends);
      }
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

  /** Connection tracking tells what opens a connection, unless it was told not to follow it. */
  private List<At> tracked(At at) {
    PacketSet without =
        at.packets().and(chains.space().of(Field.STATE, Interval.of(OnePacket.UNTRACKED)));
    PacketSet others = at.packets().minus(without);
    List<At> all = new ArrayList<>();
    if (!others.isEmpty()) {
      all.addAll(followed(at, others));
    }
    if (!without.isEmpty()) {
      all.add(at.tracked(Tracking.UNTRACKED, without));
    }
    return all;
  }

  private List<At> followed(At at, PacketSet packets) {
    if (at.way() != Way.BACK_UNTRACKED) {
      long state = at.answer() || established ? OnePacket.ESTABLISHED : OnePacket.NEW;
      Tracking now = at.answer() ? Tracking.REPLIES : Tracking.OPENS;
      return List.of(at.tracked(now, packets.with(Field.STATE, state)));
    }
    Ternary opens = answerOpens();
    List<At> all = new ArrayList<>();
    if (opens != Ternary.NO) {
      all.add(at.tracked(Tracking.OPENS, packets.with(Field.STATE, OnePacket.NEW)));
    }
    if (opens != Ternary.YES) {
      all.add(at.tracked(Tracking.INVALID, packets.with(Field.STATE, OnePacket.INVALID)));
    }
    return all;
  }

  /** Whether an answer to what was not followed is taken to open a connection. */
  private Ternary answerOpens() {
    IpProtocol protocol = start.protocol();
    if (protocol.equals(IpProtocol.TCP)) {
      // no SYN with ACK, and no RST, opens one; what comes later may be picked up
      return established ? ground.settings().picksUp().get() : Ternary.NO;
    }
    boolean plain = protocol.equals(IpProtocol.UDP) || protocol.equals(IpProtocol.UDPLITE);
    return plain ? Ternary.YES : Ternary.UNKNOWN;
  }

  /** Connection tracking turns the translations round. */
  private At turnedBack(At at, Hook hook) {
    boolean source = hook.rewritesSource();
    boolean moved = source ? at.redirected() : at.masqueraded();
    if (!moved) {
      return at.settled(hook);
    }
    Endpoint end = source ? start.destination() : start.source();
    Packet packet = source ? at.packet().from(end) : at.packet().to(end);
    Field address = source ? Field.SOURCE : Field.DESTINATION;
    Field port = source ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
    List<Rewrite> rewrites = new ArrayList<>();
    rewrites.add(new Rewrite(address, end.ip().map(a -> Interval.of(Cidr.host(a))), false));
    rewrites.add(Rewrite.free(source ? Field.SOURCE_KIND : Field.DESTINATION_KIND));
    Optional<Interval> ports =
        end.port().isPresent() ? Optional.of(Interval.of(end.port().getAsInt())) : Optional.empty();
    rewrites.add(new Rewrite(port, ports, false));
    PacketSet packets = at.packets().rewritten(rewrites, packet.family());
    return at.with(packet, packets).settled(hook);
  }

  /** Through a base chain. */
  private HookTraversal through(Station station, At at) {
    Hook hook = station.site().hook();
    Map<PacketSet, Packet> looks = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    Station.Observer observer =
        new Station.Observer() {
          @Override
          public void tried(
              RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
            steps.add(
                new Step(
                    hook,
                    rule,
                    look(looks, at.packet(), here),
                    Optional.of(here),
                    result,
                    certain,
                    depth,
                    false));
          }

          @Override
          public void toldBefore() {
            steps.set(steps.size() - 1, steps.get(steps.size() - 1).toldBefore());
          }
        };
    List<HookExit> exits = new ArrayList<>();
    for (Part part : station.through(at.packets(), observer)) {
      leave(part, look(looks, at.packet(), part.packets()), hook, exits);
    }
    return new HookTraversal(station.site(), at.packet(), steps, exits);
  }

  private static Packet look(Map<PacketSet, Packet> looks, Packet packet, PacketSet here) {
    return looks.computeIfAbsent(
        here,
        h -> {
          long[] mark = h.knownMark();
          return packet.withMark(new Mark(mark[0], mark[1]));
        });
  }

  private void leave(Part part, Packet look, Hook hook, List<HookExit> exits) {
    Packet packet = look;
    PacketSet on = part.packets();
    if (part.translation().isPresent()) {
      packet = rewriting.rewritten(packet, part.translation().get(), hook);
      on = rewriting.rewritten(on, part.translation().get(), start.family(), hook);
      PacketSet told = one.addresses(packet);
      on = on.meets(told) ? on.and(told) : on;
    }
    part.packets().space().effort().spend(exits.size());
    HookExit exit = new HookExit(part.kind(), packet, Optional.of(on), part.rules(), part.open());
    for (int i = 0; i < exits.size(); i++) {
      if (exit.sameEffect(exits.get(i))) {
        HookExit first = exits.get(i);
        exits.set(
            i,
            new HookExit(
                first.kind(),
                first.packet(),
                first.packets().map(on::or),
                first.rules(),
                first.open()));
        return;
      }
    }
    exits.add(exit);
  }

  /** The packet's own way ends. */
  private void there(At at, Disposition disposition, Ending ending) {
    if (!disposition.goesOn()) {
      add(new PacketPath(at.stages(), List.of(), at.packet(), disposition, ending));
      return;
    }
    boolean here = disposition == Disposition.DELIVERED;
    Optional<Ending> known = here ? Optional.empty() : withoutWay(at);
    List<PacketPath> ways = new ArrayList<>();
    Ends back =
        (end, ignored, how) ->
            ways.add(
                new PacketPath(
                    at.stages(),
                    end.stages(),
                    at.packet(),
                    disposition,
                    ignored.goesOn() ? answered(at, end, disposition) : how.onTheWayBack()));
    At answer = answer(at);
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

  /** How a connection ends whose answer does not come to this host. */
  private Optional<Ending> withoutWay(At at) {
    if (at.away().isPresent() && isToContainer(at)) {
      return Optional.of(
          Ending.there(Ending.Kind.UNDECIDED, Ending.Why.ELSEWHERE, at.away().orElseThrow()));
    }
    Optional<IpAddress> sender = start.source().ip();
    Optional<IpAddress> end = at.packet().destination().ip();
    if (!at.redirected()
        && (sender.isEmpty() || end.isEmpty() || isBeside(sender.get(), end.get()))) {
      return Optional.of(Ending.delivered(Ending.Why.SOURCE_STAYS));
    }
    if (sender.isEmpty() || end.isEmpty()) {
      return Optional.of(
          Ending.there(Ending.Kind.UNDECIDED, Ending.Why.UNKNOWN_END, DecidedBy.Nothing.NOTHING));
    }
    IpAddress from = sender.get();
    boolean localhost = HostAddresses.isLoopback(from);
    if (localhost && from.family() == Family.IPV6) {
      return Optional.of(lost(Ending.Why.LOCALHOST_IPV6, DecidedBy.Nothing.NOTHING));
    }
    if (at.masqueraded()) {
      return Optional.empty();
    }
    if (localhost) {
      return Optional.of(lost(Ending.Why.LOCALHOST, accepted(at)));
    }
    if (from.equals(end.get())) {
      return Optional.of(lost(Ending.Why.ITSELF, accepted(at)));
    }
    return at.redirected()
            && isBeside(from, end.get())
            && ground.isBridge(from.family(), at.packet().out())
        ? straight(from.family(), at.packet().out())
        : Optional.empty();
  }

  /** Whether the rule that redirected it is one for a container of this host. */
  private boolean isToContainer(At at) {
    return at.stages().stream()
        .filter(s -> s.exit().kind() == Part.Kind.TRANSLATED)
        .filter(s -> !s.traversal().hook().rewritesSource())
        .flatMap(s -> s.exit().last().stream())
        .anyMatch(ground.toContainers());
  }

  /** Whether a sender is of the subnet of a container, whose answers go straight to it then. */
  private boolean isBeside(IpAddress from, IpAddress container) {
    return ground.host().isLocal(from) != Ternary.YES
        && ground.subnets().apply(container).map(s -> s.contains(Cidr.host(from))).orElse(false);
  }

  private static Ending lost(Ending.Why why, DecidedBy by) {
    return Ending.there(Ending.Kind.NO_ANSWER, why, by);
  }

  /** The rule that let a packet pass before one could masquerade it. */
  private static DecidedBy accepted(At at) {
    return rule(
        at,
        (stage, target) ->
            stage.traversal().site().translates()
                && stage.traversal().hook().rewritesSource()
                && target instanceof Target.Accept);
  }

  /** The rule that has connection tracking pass over a packet. */
  private static DecidedBy untracked(At at) {
    if (at.tracking() != Tracking.UNTRACKED) {
      return DecidedBy.Nothing.NOTHING;
    }
    return at.stages().stream()
        .flatMap(s -> s.traversal().steps().stream())
        .filter(s -> s.result() != Ternary.NO && isNotrack(s.site()))
        .findFirst()
        .<DecidedBy>map(s -> new DecidedBy.ByRule(s.site()))
        .orElse(DecidedBy.Nothing.NOTHING);
  }

  private static boolean isNotrack(RuleSite site) {
    return site.rule()
        .map(r -> r.target() instanceof Target.Ct ct && ct.untracked())
        .orElseGet(() -> NOTRACK.matcher(site.text().latin1()).find());
  }

  private static DecidedBy rule(At at, BiPredicate<Stage, Target> wanted) {
    for (Stage stage : at.stages()) {
      Optional<RuleSite> last = stage.exit().last();
      Optional<Target> target = last.flatMap(RuleSite::rule).map(Rule::target);
      if (target.isPresent() && wanted.test(stage, target.get())) {
        return new DecidedBy.ByRule(last.orElseThrow());
      }
    }
    return DecidedBy.Nothing.NOTHING;
  }

  /** What one container sends to another does not leave their bridge, unless it is shown. */
  private Optional<Ending> straight(Family family, PacketInterface device) {
    Ternary bridged = ground.bridged(family, device);
    String key = "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables");
    return switch (bridged) {
      case YES -> Optional.of(Ending.delivered(Ending.Why.TURNED_BACK));
      case NO ->
          Optional.of(
              Ending.there(
                  Ending.Kind.NO_ANSWER,
                  Ending.Why.STRANGER,
                  new DecidedBy.BySetting(key, Optional.of("0"))));
      case UNKNOWN ->
          Optional.of(
              Ending.there(
                  Ending.Kind.UNDECIDED,
                  Ending.Why.STRANGER,
                  new DecidedBy.BySetting(key, Optional.empty())));
    };
  }

  /** The first packet of the answer, where it comes to this host. */
  private At answer(At at) {
    Packet got = at.packet();
    boolean here = got.out().equals(PacketInterface.NONE);
    boolean followed = at.tracking() != Tracking.UNTRACKED;
    Packet packet =
        new Packet(
            got.family(),
            got.protocol(),
            /* source= */ got.destination(),
            /* destination= */ got.source(),
            here ? PacketInterface.NONE : got.out(),
            here ? PacketInterface.UNKNOWN : PacketInterface.NONE,
            Mark.of(0),
            Ternary.UNKNOWN);
    PacketSet marks = at.packets().withoutQuestions();
    for (Field field : Field.values()) {
      marks = marks.without(field);
    }
    PacketSet packets =
        one.of(packet)
            .with(Field.STATE, 0)
            .with(Field.REPLY, followed ? 1 : 0)
            .with(Field.SOURCE_TRANSLATED, at.masqueraded() ? 1 : 0)
            .with(Field.DESTINATION_TRANSLATED, at.redirected() ? 1 : 0);
    if (got.protocol().equals(IpProtocol.TCP)) {
      packets = packets.with(Field.ACK, 1).with(Field.SYN, established ? 0 : 1);
    }
    if (got.source().port().isEmpty()) {
      packets = packets.and(answeredPorts(at));
    }
    return new At(
        packet,
        packets.and(marks.markChanged(0, 0xffffffffL)),
        List.of(),
        Tracking.NOT_YET,
        at.redirected(),
        at.masqueraded(),
        List.of(false, false),
        followed ? Way.BACK : Way.BACK_UNTRACKED,
        PacketInterface.NONE,
        Optional.empty());
  }

  /** The packets to the ports that a packet may come from. */
  private PacketSet answeredPorts(At at) {
    PacketSpace space = chains.space();
    PacketSet ports = space.none();
    for (Interval some : at.packets().values(Field.SOURCE_PORT, start.family())) {
      ports = ports.or(space.of(Field.DESTINATION_PORT, some));
    }
    return ports;
  }

  /** Whether an answer that is translated by itself is between the ends that the packet had. */
  private Ternary isAsAsked(At at, At end) {
    if (end.tracking() != Tracking.OPENS) {
      return Ternary.YES;
    }
    Ternary source =
        end.masqueraded() ? isSame(end.packet().source(), at.packet().destination()) : Ternary.YES;
    Ternary destination =
        end.redirected() ? isSame(end.packet().destination(), at.packet().source()) : Ternary.YES;
    return source.and(destination);
  }

  private Ternary isSame(Endpoint one, Endpoint other) {
    Ternary mine = ground.host().isLocal(one.address());
    Ternary others = ground.host().isLocal(other.address());
    if (mine != Ternary.UNKNOWN && mine.not() == others) {
      return Ternary.NO;
    }
    boolean addresses = one.ip().isPresent() && other.ip().isPresent();
    boolean ports = one.port().isPresent() && other.port().isPresent();
    if (addresses && !one.ip().equals(other.ip()) || ports && !one.port().equals(other.port())) {
      return Ternary.NO;
    }
    return addresses && ports ? Ternary.YES : Ternary.UNKNOWN;
  }

  /** The answer has come back. */
  private Ending answered(At at, At end, Disposition disposition) {
    boolean turned = end.tracking() == Tracking.REPLIES || !at.redirected() && !at.masqueraded();
    if (!turned) {
      return lost(Ending.Why.NOT_TRANSLATED_BACK, DecidedBy.Nothing.NOTHING).onTheWayBack();
    }
    Ternary asked = isAsAsked(at, end);
    if (asked != Ternary.YES) {
      Ending.Kind kind = asked == Ternary.NO ? Ending.Kind.NO_ANSWER : Ending.Kind.UNDECIDED;
      DecidedBy by = rule(end, (stage, target) -> stage.exit().kind() == Part.Kind.TRANSLATED);
      return Ending.there(kind, Ending.Why.ANSWER_TRANSLATED, by).onTheWayBack();
    }
    if (disposition == Disposition.DELIVERED) {
      return Ending.there(Ending.Kind.DELIVERED, Ending.Why.HERE, untracked(at));
    }
    if (end.away().isPresent()
        && start.source().ip().map(Cidr::host).filter(ONE_LINK::contains).isPresent()) {
      // no router takes it further (RFC 3927)
      return Ending.there(Ending.Kind.UNDECIDED, Ending.Why.ELSEWHERE, end.away().get())
          .onTheWayBack();
    }
    if (!at.masqueraded()) {
      return Ending.delivered(Ending.Why.SOURCE_STAYS);
    }
    IpAddress from = start.source().ip().orElseThrow();
    IpAddress container = at.packet().destination().ip().orElseThrow();
    if (HostAddresses.isLoopback(from)) {
      boolean known = ground.settings().localnet().apply(container) != Localnet.UNKNOWN;
      return known
          ? Ending.delivered(Ending.Why.MASQUERADED_LOCALHOST)
          : Ending.there(
              Ending.Kind.UNDECIDED,
              Ending.Why.MASQUERADED_LOCALHOST,
              new DecidedBy.BySetting(Ground.localnet(at.packet().out()), Optional.empty()));
    }
    boolean routed =
        ground
            .subnets()
            .apply(container)
            .map(s -> s.prefix() == s.address().family().bits())
            .orElse(false);
    return Ending.delivered(
        container.equals(from) && !routed
            ? Ending.Why.MASQUERADED_HAIRPIN
            : Ending.Why.MASQUERADED);
  }
}
