package io.portmapctl.check;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.Masquerade;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.SetTracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who takes the packets of mappings before they come to where they should: the exact set of packets
 * that a mapping is for is led through the table, and what does not arrive names the rules that
 * took it.
 */
final class Interceptors {
  private static final IpAddress LOCALHOST = new IpAddress(Family.IPV4, 0, 0x7f000001L);

  /**
   * A port of a container.
   *
   * @param port the port, as it is published
   * @param chain the container's chain of translations
   * @param containerId the container, where it is known
   * @param container its address with its prefix
   * @param masquerade which of its connections must be masqueraded, and where
   */
  record Subject(
      PublishedPort port,
      String chain,
      Optional<String> containerId,
      Cidr container,
      Masquerade masquerade) {

    private boolean onLoopback() {
      return port.hostIp().map(HostAddresses::isLoopback).orElse(false);
    }
  }

  /** What is made when a set is first looked at. */
  private final class Sets {
    private final PacketSpace space = new PacketSpace(index.effort());
    private final HostAddresses host = known.get();
    private final SetTracer tracer = new SetTracer(index, host, space);
    private final PortPackets ports = new PortPackets(space, host, table.family());
  }

  private final Table table;
  private final RuleIndex index;
  private final PortmapTable owned;
  private final Supplier<HostAddresses> known;
  private final Map<String, Boolean> disturbed = new HashMap<>();

  /** For a hook and a chain of entries, where the jump stands that leads there. */
  private final Map<String, Integer> jumps = new HashMap<>();

  private @Nullable Sets sets;

  /**
   * Of one table.
   *
   * @param host what is known of this host, asked for where a rule makes it count
   */
  Interceptors(PortmapTable owned, Supplier<HostAddresses> host) {
    this.table = owned.table();
    this.index = new RuleIndex(table);
    this.owned = owned;
    this.known = host;
  }

  private Sets sets() {
    if (sets == null) {
      sets = new Sets();
    }
    return sets;
  }

  /** Forgets the sets that were made: of very many ports they would be too many. */
  void forget() {
    sets = null;
  }

  /** What becomes of a port's packets where something is lost, or may be. */
  List<Interception> of(Subject subject) {
    Optional<IpProtocol> protocol = IpProtocol.of(subject.port().protocol());
    if (protocol.isEmpty() || owned.entries(subject.chain()).isEmpty()) {
      return List.of();
    }
    Asking asking = new Asking(subject, protocol.get());
    List<Interception> found = new ArrayList<>(arriving(subject, asking));
    if (isMasqueradeDisturbed(subject)) {
      asking.look(Passage.Kind.HAIRPIN).ifPresent(found::add);
      asking.look(Passage.Kind.LOCALHOST).ifPresent(found::add);
    }
    if (hasStrangers(subject.masquerade().chain())) {
      asking.look(Passage.Kind.HIDDEN).ifPresent(found::add);
    }
    return found;
  }

  /** What becomes of a port's packets on their way to the container's chain. */
  List<Interception> arriving(Subject subject) {
    Optional<IpProtocol> protocol = IpProtocol.of(subject.port().protocol());
    return protocol.isEmpty() || owned.entries(subject.chain()).isEmpty()
        ? List.of()
        : arriving(subject, new Asking(subject, protocol.get()));
  }

  private List<Interception> arriving(Subject subject, Asking asking) {
    List<Interception> found = new ArrayList<>();
    if (!isUndisturbed(Hook.PREROUTING, subject)) {
      asking.look(Passage.Kind.LAN).ifPresent(found::add);
      asking.look(Passage.Kind.CONTAINERS).ifPresent(found::add);
    }
    if (!isUndisturbed(Hook.OUTPUT, subject)) {
      asking.look(Passage.Kind.HOST).ifPresent(found::add);
    }
    return found;
  }

  /** How packets of another machine to a port leave, where a rule redirects them. */
  List<Leaving> translating(PublishedPort port) {
    Optional<IpProtocol> protocol = IpProtocol.of(port.protocol());
    if (protocol.isEmpty()) {
      return List.of();
    }
    PortPackets ports = sets().ports;
    boolean loopback = port.hostIp().map(HostAddresses::isLoopback).orElse(false);
    PacketSet all =
        ports.fromOutside(
            ports.local(ports.to(protocol.get(), port.hostIp(), port.port())), loopback);
    return sets()
        .tracer
        .through(Hook.PREROUTING, all.minus(ports.through(all, index.containerSide())))
        .leaving()
        .stream()
        .filter(l -> l.kind() == Leaving.Kind.REWRITTEN)
        .toList();
  }

  /**
   * Whether no rule but the container's own can do anything with packets to the port on their way
   * from a hook: then all arrive, and no set needs to be made.
   */
  private boolean isUndisturbed(Hook hook, Subject subject) {
    int port = subject.port().port();
    Optional<IpAddress> address = subject.port().hostIp().filter(ip -> !ip.isUnspecified());
    String entries = Layouts.entryChains(subject.chain()).get(0);
    int jump = jumps.computeIfAbsent(hook.name() + " " + entries, k -> jump(hook, entries));
    List<RuleEntry> base = index.rows(hook.name());
    boolean found = false;
    for (int at : index.candidates(hook.name(), port, address)) {
      if (at == jump) {
        found = true;
        break;
      }
      if (canTake(base.get(at).rule(), subject.port())) {
        return false;
      }
    }
    if (!found || !index.onlyMarks(subject.masquerade().marks())) {
      return false;
    }
    List<PortmapTable.Entry> own = owned.entries(subject.chain());
    int last = own.get(own.size() - 1).index();
    List<RuleEntry> shared = index.rows(entries);
    for (int at : index.candidates(entries, port, address)) {
      if (at < last
          && !shared.get(at).targetChain().equals(subject.chain())
          && canTake(shared.get(at).rule(), subject.port())) {
        return false;
      }
    }
    return true;
  }

  /** The place of the first jump of the layouts from a hook to their entries; -1 for none. */
  private int jump(Hook hook, String entries) {
    Optional<Rule> jump = Layouts.sharedJump(hook.name(), entries);
    List<RuleEntry> base = index.rows(hook.name());
    for (int at = 0; jump.isPresent() && at < base.size(); at++) {
      if (base.get(at).rule().equals(jump.get())) {
        return at;
      }
    }
    return -1;
  }

  /** A host's port is published by TCP and by UDP often enough, each to its own container. */
  private static boolean canTake(Rule rule, PublishedPort port) {
    String protocol = RulePorts.protocol(rule);
    return !isInert(rule) && (protocol.isEmpty() || protocol.equals(port.protocol()));
  }

  private static boolean isInert(Rule rule) {
    return RuleIndex.isInert(rule.target());
  }

  /** Whether anything but the plugin's own rules stands where its packets are masqueraded. */
  private boolean isMasqueradeDisturbed(Subject subject) {
    if (subject.masquerade().hairpin().isEmpty() && !subject.masquerade().localhost()) {
      return false;
    }
    if (subject.masquerade().chain().isEmpty()) {
      return true;
    }
    return disturbed.computeIfAbsent(
        subject.masquerade().chain() + " " + subject.masquerade().marks(),
        k -> isDisturbed(subject.masquerade().chain(), subject.masquerade().marks()));
  }

  private boolean isDisturbed(String masquerades, String marks) {
    for (RuleEntry row : index.rows(Hook.POSTROUTING.name())) {
      boolean ours = Layouts.isSharedJump(Hook.POSTROUTING.name(), row.rule());
      if (ours && row.rule().target().leadsTo(masquerades)) {
        break;
      }
      if (!ours && !isInert(row.rule())) {
        return true;
      }
    }
    return !index.onlyMarks(marks) || hasStrangers(masquerades);
  }

  /** Whether a shared chain that masquerades holds a rule of another form than the plugin's. */
  private boolean hasStrangers(String masquerades) {
    for (RuleEntry row : index.rows(masquerades)) {
      Rule rule = row.rule();
      boolean ours = Layouts.isMasquerade(masquerades, rule);
      if (!ours && !isInert(rule)) {
        return true;
      }
    }
    return false;
  }

  /** One subject's questions. */
  private final class Asking {
    private final Subject subject;
    private final IpProtocol protocol;
    private final Map<Hook, PacketSet> entering = new HashMap<>();

    Asking(Subject subject, IpProtocol protocol) {
      this.subject = subject;
      this.protocol = protocol;
    }

    Optional<Interception> look(Passage.Kind kind) {
      PacketSet meant = kind.isAboutSources() ? unmarked(meant(kind)) : meant(kind);
      Passage passage = passage(kind, meant, ExcludedRules.NOTHING);
      if (passage.extent() == Passage.Extent.NONE) {
        return Optional.empty();
      }
      Interception interception =
          new Interception(
              passage,
              new Culprits(
                      passage, without -> passage(kind, meant, without), this::asksForMasquerade)
                  .all());
      // what the mapping's own condition leaves open is no doubt about others
      boolean own =
          passage.extent() == Passage.Extent.OPEN
              && !kind.isAboutSources()
              && interception.culprits().isEmpty();
      return own ? Optional.empty() : Optional.of(interception);
    }

    /** The packets that the entries are for, at a hook. */
    private PacketSet entering(Hook hook) {
      return entering.computeIfAbsent(
          hook,
          h -> {
            PortPackets ports = sets().ports;
            PacketSet all =
                ports.local(ports.to(protocol, subject.port().hostIp(), subject.port().port()));
            all =
                h == Hook.OUTPUT
                    ? ports.fromHost(all, localhost())
                    : ports.fromOutside(all, subject.onLoopback());
            PacketSet own = sets().space.none();
            for (PortmapTable.Entry entry : owned.entries(subject.chain())) {
              own = own.or(sets().tracer.packets(h, entry.row().rule()));
            }
            return all.and(own);
          });
    }

    /** Localhost's packets come to nothing where nobody masquerades them. */
    private boolean localhost() {
      return subject.onLoopback() || subject.masquerade().localhost();
    }

    private PacketSet ofContainers(PacketSet outside) {
      Sets all = sets();
      List<String> interfaces = new ArrayList<>(index.containerSide());
      all.host.towards(subject.container().address()).ifPresent(l -> interfaces.add(l.name()));
      PacketSet through = all.ports.through(outside, interfaces);
      boolean subnet = subject.container().prefix() < table.family().bits();
      return subnet
          ? through.or(all.ports.from(outside, List.of(subject.container().network())))
          : through;
    }

    private PacketSet meant(Passage.Kind kind) {
      PacketSet outside = entering(Hook.PREROUTING);
      return switch (kind) {
        // a mapping on loopback alone is for this host
        case LAN ->
            subject.onLoopback() ? sets().space.none() : outside.minus(ofContainers(outside));
        case HIDDEN ->
            outside
                .minus(ofContainers(outside))
                .minus(
                    sets().ports.from(outside, subject.masquerade().hairpin().stream().toList()));
        case CONTAINERS -> ofContainers(outside);
        case HOST -> entering(Hook.OUTPUT);
        case HAIRPIN ->
            sets().ports.from(outside, subject.masquerade().hairpin().stream().toList());
        case LOCALHOST ->
            subject.masquerade().localhost()
                ? sets().ports.from(entering(Hook.OUTPUT), List.of(Cidr.host(LOCALHOST)))
                : sets().space.none();
      };
    }

    private boolean asksForMasquerade(RulePlace place) {
      return place.chain().equals(subject.masquerade().marks()) && marks(place.rule()) != 0;
    }

    /** The bits by which a rule of the chain that marks asks for masquerade. */
    private long marks(Rule rule) {
      boolean own = Layouts.asksForMasquerade(subject.masquerade().marks(), rule);
      return own && rule.target() instanceof Target.SetMark mark && mark.onlySets()
          ? mark.value()
          : 0;
    }

    /** Nothing asks for masquerade before the chain that marks has. */
    private PacketSet unmarked(PacketSet packets) {
      long bits = 0;
      for (RuleEntry row : index.rows(subject.masquerade().marks())) {
        bits |= marks(row.rule());
      }
      return packets.and(sets().space.ofMark(0, bits));
    }

    private Passage passage(Passage.Kind kind, PacketSet meant, ExcludedRules without) {
      boolean host = kind == Passage.Kind.HOST || kind == Passage.Kind.LOCALHOST;
      Hook hook = host ? Hook.OUTPUT : Hook.PREROUTING;
      SetTracer.Result first = sets().tracer.through(hook, meant, without);
      List<RulePlace> diverting = new ArrayList<>(first.diverting());
      List<Leaving> arrived = new ArrayList<>();
      List<Leaving> lost = new ArrayList<>();
      List<Leaving> givenUp = new ArrayList<>();
      for (Leaving leaving : first.leaving()) {
        boolean arrives = arrives(leaving);
        if (leaving.givenUp()) {
          givenUp.add(leaving); // it may arrive, and may not
        }
        if (arrives || leaving.givenUp()) {
          arrived.add(leaving);
        }
        if (!arrives) {
          lost.add(leaving);
        }
      }
      if (!kind.isAboutSources()) {
        return new Passage(kind, meant, arrived, lost, diverting);
      }
      // what does not arrive is lost before: here it counts what becomes of the rest
      List<Leaving> masqueraded = new ArrayList<>();
      List<Leaving> others = new ArrayList<>();
      PacketSet leaving = sets().space.none();
      for (Leaving one : arrived) {
        if (one.last().map(p -> p.chain().equals(subject.chain())).orElse(false)) {
          leaving = leaving.or(sets().tracer.rewritten(one, hook));
        }
      }
      for (Leaving one : givenUp) {
        leaving = leaving.or(one.packets());
      }
      PacketInterface out = sets().host.deviceTowards(subject.container().address());
      leaving = sets().tracer.leavingThrough(leaving, out);
      SetTracer.Result last = sets().tracer.through(Hook.POSTROUTING, leaving, without);
      diverting.addAll(last.diverting());
      for (Leaving one : last.leaving()) {
        if (one.givenUp()) {
          givenUp.add(one);
        } else {
          (one.kind() == Leaving.Kind.REWRITTEN ? masqueraded : others).add(one);
        }
      }
      if (kind == Passage.Kind.HIDDEN) {
        List<Leaving> hidden =
            new ArrayList<>(masqueraded.stream().filter(this::byStranger).toList());
        others.addAll(masqueraded);
        others.removeAll(hidden);
        others.addAll(givenUp);
        hidden.addAll(givenUp);
        return new Passage(kind, leaving, others, hidden, diverting);
      }
      masqueraded.addAll(givenUp);
      others.addAll(givenUp);
      return new Passage(kind, leaving, masqueraded, others, diverting);
    }

    /** Masqueraded by a rule of the shared chain that is none of the plugin's. */
    private boolean byStranger(Leaving leaving) {
      return leaving
          .last()
          .map(
              p ->
                  p.chain().equals(subject.masquerade().chain())
                      && p.rule().matches().stream().noneMatch(Match.Mark.class::isInstance))
          .orElse(false);
    }

    /** Whether packets come to the container, or to the same on another network. */
    private boolean arrives(Leaving leaving) {
      if (leaving.kind() != Leaving.Kind.REWRITTEN) {
        return false;
      }
      String chain = leaving.last().map(RulePlace::chain).orElse("");
      return chain.equals(subject.chain()) || isOfSameContainer(leaving, chain);
    }

    private boolean isOfSameContainer(Leaving leaving, String chain) {
      return subject.containerId().isPresent()
          && leaving.rules().stream()
              .filter(p -> p.rule().target().leadsTo(chain))
              .flatMap(p -> PortmapTable.owner(p.rule(), chain).stream())
              .anyMatch(o -> o.containerId().equals(subject.containerId().get()));
    }
  }

  /** The rule as it is spelled where it stands. */
  RuleEntry row(RulePlace place) {
    return index.rows(place.chain()).get(place.index() - 1);
  }
}
