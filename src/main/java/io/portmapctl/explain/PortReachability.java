package io.portmapctl.explain;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.path.Ground;
import io.portmapctl.path.HookExit;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Parting;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Rules;
import io.portmapctl.path.Settings;
import io.portmapctl.path.Trace;
import io.portmapctl.path.Tracer;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who gets connections to a port of the host, from each kind of sender. */
public final class PortReachability {
  private static final int CLIENT_PORT = 40000;

  /** Of a service with many, each is reached like the first. */
  private static final int MOST_CONTAINERS = 2;

  private final Table table;
  private final Family family;
  private final HostAddresses told;
  private final ChainOwners owners;
  private final Map<IpAddress, Cidr> subnets;
  private final Settings settings;
  private final RuleIndex index;
  private final Rules rules;

  /** By what is known of the host, which most ports have in common. */
  private final Map<HostAddresses, Tracer> tracers = new HashMap<>();

  private final PortmapTable owned;
  private final Map<HostAddresses, SenderClasses> classes = new HashMap<>();

  /** What is redirected only if it is sent to a certain address. */
  private final List<RulePorts> ofOneAddress = new ArrayList<>();

  /**
   * Looks at a table.
   *
   * @param host what is known of the host's addresses
   * @param owners whose the containers' chains are
   * @param subnets the subnets of containers that are known by other means
   * @param settings what the kernel does
   * @param around the rules around the table
   */
  public PortReachability(
      Table table,
      HostAddresses host,
      ChainOwners owners,
      Map<IpAddress, Cidr> subnets,
      Settings settings,
      Around around) {
    this.table = table;
    this.family = table.family();
    this.told = host;
    this.owners = owners;
    this.subnets = Map.copyOf(subnets);
    this.settings = settings;
    this.index = new RuleIndex(table);
    this.rules = around.rules(index);
    this.owned = new PortmapTable(table);
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        if (mayNameAnAddress(row) && ForeignDnat.redirects(row.rule().target())) {
          RulePorts.of(row.rule())
              .filter(d -> d.address().isPresent())
              .ifPresent(ofOneAddress::add);
        }
      }
    }
  }

  /** Told without reading what the rule means, for nearly all of many containers' are none. */
  private static boolean mayNameAnAddress(RuleEntry row) {
    return row.targetName().equals(ForeignDnat.TARGET)
        && !(row.isPlain() && row.destination().isEmpty());
  }

  /** Who gets connections to a port: the answers to one address of the host after another. */
  public PortReach of(PublishedPort port) {
    Question question = new Question(port.protocol(), port.port(), port.hostIp());
    List<Answer> answers = question.answers();
    Set<ChainOwners.Recipient> recipients = new LinkedHashSet<>();
    answers.forEach(a -> a.arrivals().forEach(r -> recipients.add(r.recipient())));
    question.others.removeAll(recipients);
    return new PortReach(
        port,
        answers,
        List.copyOf(recipients),
        List.copyOf(question.others),
        recipients.isEmpty() ? PortReach.Stranded.of(owned, port) : List.of());
  }

  /** The host's addresses, and those that rules of this port name; one stands for the unknown. */
  private List<IpAddress> destinations(String protocol, int port, Optional<IpAddress> hostIp) {
    if (hostIp.isPresent()) {
      return List.of(hostIp.get());
    }
    Set<IpAddress> named = new LinkedHashSet<>();
    for (RulePorts translated : ofOneAddress) {
      if (translated.protocol().equals(protocol) && translated.meets(Optional.empty(), port)) {
        translated.address().ifPresent(named::add);
      }
    }
    List<IpAddress> all = new ArrayList<>(told.addresses(family));
    if (told.links().isEmpty()) {
      all.add(ExampleAddress.host(family, named));
    }
    named.stream().filter(a -> !all.contains(a)).forEach(all::add);
    return all;
  }

  /** One port's answers. */
  private final class Question {
    private final IpProtocol protocol;
    private final int port;
    private final Optional<IpAddress> hostIp;
    private final List<IpAddress> destinations;
    private final HostAddresses host;
    private final Tracer tracer;
    private final ConnectionVerdict verdicts;
    private final List<Answer> answers = new ArrayList<>();
    private final Set<ChainOwners.Recipient> others = new LinkedHashSet<>();
    private final Set<IpAddress> claimed = new HashSet<>();
    private final Set<IpAddress> containers = new LinkedHashSet<>();

    Question(String name, int port, Optional<IpAddress> hostIp) {
      this.protocol = IpProtocol.of(name).orElseThrow();
      this.port = port;
      this.hostIp = hostIp;
      this.destinations = destinations(name, port, hostIp);
      this.host = told.links().isPresent() ? told : ExampleAddress.host(destinations);
      this.tracer =
          tracers
              .compute(
                  host,
                  (h, known) ->
                      known == null || known.isWorn() ? new Tracer(rules, ground(h), false) : known)
              .on(ground(host));
      this.verdicts = new ConnectionVerdict(table, owners, true);
    }

    List<Answer> answers() {
      for (IpAddress to : destinations) {
        if (!HostAddresses.isLoopback(to)) {
          SenderClasses.Example usual = usual(to);
          networks(ask(Sender.Kind.LAN, usual.address(), to, usual.device()), usual, to);
          if (host.isLocal(to) == Ternary.YES) {
            ask(Sender.Kind.HOST, to, to);
          }
        }
      }
      for (IpAddress to : local()) {
        // all of 127.0.0.0/8 is sent to from 127.0.0.1
        ask(Sender.Kind.LOCALHOST, ExampleAddress.localhost(family), to);
      }
      for (IpAddress container : containers()) {
        for (IpAddress to : destinations) {
          if (!HostAddresses.isLoopback(to)) {
            ask(Sender.Kind.CONTAINER, container, to);
            ask(Sender.Kind.SIBLING, sibling(container), to);
          }
        }
      }
      return List.copyOf(answers);
    }

    /** What the kernel does, of a host with these addresses. */
    private Ground ground(HostAddresses known) {
      return new Ground(
          known, c -> Optional.of(subnet(c)), settings, ChainOwners::leadsToContainers);
    }

    /** Where localhost sends to: an address of its own that is asked about, else the usual one. */
    private List<IpAddress> local() {
      if (hostIp.isPresent()) {
        return hostIp.filter(HostAddresses::isLoopback).stream().toList();
      }
      List<IpAddress> local = new ArrayList<>(List.of(ExampleAddress.localhost(family)));
      destinations.stream()
          .filter(a -> HostAddresses.isLoopback(a) && !local.contains(a))
          .forEach(local::add);
      return local;
    }

    /** Adds an answer; the whole trace is for those who look at what did not match. */
    private Trace ask(Sender.Kind kind, IpAddress from, IpAddress to) {
      return ask(kind, from, to, host.deviceTowards(from));
    }

    private Trace ask(Sender.Kind kind, IpAddress from, IpAddress to, PacketInterface in) {
      boolean outside = kind == Sender.Kind.LAN || kind == Sender.Kind.NETWORK;
      Trace trace =
          tracer.follow(packet(from, to, in), outside ? index.containerSide() : List.of());
      ConnectionVerdict.Verdict verdict = verdicts.of(trace);
      Set<Answer.Arrival> arrivals = new LinkedHashSet<>();
      for (PacketPath path : trace.paths()) {
        owners
            .of(path)
            .ifPresent(r -> arrivals.add(new Answer.Arrival(path.after().destination(), r)));
      }
      // whoever sends to an address meets the same claims
      if (!arrivals.isEmpty() && claimed.add(to)) {
        others.addAll(Claimants.besides(owners, trace));
      }
      answers.add(
          new Answer(
              new Sender(kind, from, to),
              verdict.result(),
              trace.ending(),
              outside ? withHiding(verdict, trace) : verdict.reason(),
              trace.taken(),
              List.copyOf(arrivals)));
      meet(trace);
      return trace;
    }

    /** With the rule that hides senders, though answers would come back without it. */
    private static VerdictReason withHiding(ConnectionVerdict.Verdict verdict, Trace trace) {
      if (verdict.result() != Answer.Result.WORKS
          || !(verdict.reason() instanceof VerdictReason.OnEveryPath reason)) {
        return verdict.reason();
      }
      Optional<HookExit> masquerade =
          trace.paths().stream().flatMap(p -> p.masquerade().stream()).findFirst();
      if (masquerade.isEmpty()) {
        return reason;
      }
      Optional<RuleSite> last = masquerade.get().last();
      boolean marked =
          last.flatMap(RuleSite::rule).stream()
              .flatMap(r -> r.matches().stream())
              .anyMatch(Match.Mark.class::isInstance);
      return marked || last.isEmpty()
          ? reason
          : new VerdictReason.OnEveryPath(
              reason.reasons(),
              Optional.of(new VerdictReason.RuleNumber(last.get().chain(), last.get().number())));
    }

    private Packet packet(IpAddress from, IpAddress to, PacketInterface in) {
      return new Packet(
          family,
          protocol,
          Endpoint.of(from, CLIENT_PORT),
          Endpoint.of(to, port),
          in,
          PacketInterface.UNKNOWN,
          Mark.of(0),
          Ternary.NO);
    }

    /** Senders who fare otherwise than the one who stands for the LAN. */
    private void networks(Trace lan, SenderClasses.Example usual, IpAddress to) {
      if (!asksForSenders(lan) && !parted().knowsArrivals()) {
        return;
      }
      List<Cidr> inside = containers().stream().map(this::subnet).toList();
      for (SenderClasses.Example sender : parted().others(protocol, to, port, inside, usual)) {
        PacketInterface in =
            sender.device().known() ? sender.device() : host.deviceTowards(sender.address());
        ask(Sender.Kind.NETWORK, sender.address(), to, in);
      }
    }

    private SenderClasses parted() {
      return classes.computeIfAbsent(
          host, h -> new SenderClasses(index, h, new Parting(rules, ground(h))));
    }

    /** Who stands for the LAN: where routes are known somebody to whom one leads. */
    private SenderClasses.Example usual(IpAddress to) {
      IpAddress client = ExampleAddress.client(family);
      SenderClasses.Example usual = new SenderClasses.Example(client, host.deviceTowards(client));
      if (!parted().knowsArrivals()) {
        return usual;
      }
      // whose containers are behind the same interface are none of the LAN
      List<Cidr> inside =
          tracer.follow(packet(client, to, PacketInterface.UNKNOWN)).paths().stream()
              .filter(p -> p.redirection().isPresent())
              .flatMap(p -> p.after().destination().ip().stream())
              .filter(a -> host.isLocal(a) != Ternary.YES)
              .map(this::subnet)
              .distinct()
              .toList();
      return parted().usual(protocol, to, port, inside, client).orElse(usual);
    }

    /** Whether some rule on the path looks at who sends; else all fare alike. */
    private boolean asksForSenders(Trace lan) {
      return lan.paths().stream()
          .flatMap(p -> p.traversals().stream())
          .filter(t -> !t.hook().rewritesSource())
          .distinct()
          .flatMap(p -> p.steps().stream())
          .flatMap(s -> s.rule().stream())
          .filter(r -> !r.target().chain().map(index::onlyMarks).orElse(false))
          .flatMap(r -> r.matches().stream())
          .anyMatch(SenderClasses::asks);
    }

    /** The containers that some answer leads to, or the first of many. */
    private List<IpAddress> containers() {
      return containers.stream().limit(MOST_CONTAINERS).toList();
    }

    private void meet(Trace trace) {
      for (PacketPath path : trace.paths()) {
        if (path.redirection().isPresent()) {
          path.after()
              .destination()
              .ip()
              .filter(a -> !containers.contains(a) && host.isLocal(a) != Ternary.YES)
              .ifPresent(containers::add);
        }
      }
    }

    private IpAddress sibling(IpAddress container) {
      Cidr subnet = subnet(container);
      boolean alone = subnet.prefix() == family.bits();
      return ExampleAddress.sibling(alone ? wide(container) : subnet, container, host);
    }

    private Cidr wide(IpAddress container) {
      return new Cidr(container, family == Family.IPV4 ? 24 : 64).network();
    }

    /**
     * The container's subnet, as an attachment, an interface or its hairpin rule tells, or a usual
     * one; the address alone where that rule says that it is routed by itself.
     */
    private Cidr subnet(IpAddress container) {
      Optional<Cidr> known = Optional.ofNullable(subnets.get(container)).map(Cidr::network);
      return known
          .or(() -> host.subnet(container))
          .or(() -> hairpin(container))
          .orElseGet(() -> wide(container));
    }

    /** The source of the rule that marks hairpin traffic, on the paths to the container. */
    private Optional<Cidr> hairpin(IpAddress container) {
      Optional<Cidr> alone = Optional.empty();
      for (Answer answer : answers) {
        for (PacketPath path : answer.trace().paths()) {
          boolean here = path.after().destination().isAt(container);
          Optional<String> chain =
              here ? owners.of(path).map(ChainOwners.Recipient::chain) : Optional.empty();
          List<RuleEntry> rows = chain.map(table::rows).orElse(List.of());
          for (RuleEntry row : rows) {
            Optional<Cidr> from = source(row.rule()).map(Match.Address::cidr);
            if (from.isPresent() && from.get().contains(Cidr.host(container))) {
              if (from.get().prefix() < family.bits()) {
                return from;
              }
              // other programs' rules have the address alone on a bridge too
              alone = chain.filter(Layouts::isContainerChain).isPresent() ? from : alone;
            }
          }
        }
      }
      return alone;
    }
  }

  private static Optional<Match.Address> source(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Address a && a.side() == Side.SOURCE) {
        return Optional.of(a);
      }
    }
    return Optional.empty();
  }
}
