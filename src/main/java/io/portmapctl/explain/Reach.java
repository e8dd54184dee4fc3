package io.portmapctl.explain;

import io.portmapctl.model.Chain;
import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.IpProtocol;
import io.portmapctl.model.Match;
import io.portmapctl.model.Row;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import io.portmapctl.model.Table;
import io.portmapctl.plan.Destination;
import io.portmapctl.plan.Translations;
import io.portmapctl.trace.Device;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Host;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.Trace;
import io.portmapctl.trace.Tracer;
import io.portmapctl.trace.Truth;
import io.portmapctl.trace.Way;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who gets connections to a port of the host, from each kind of sender. */
public final class Reach {
  private static final int CLIENT_PORT = 40000;

  /** Of a service with many, each is reached like the first. */
  private static final int MOST_CONTAINERS = 2;

  private final Table table;
  private final Family family;
  private final Host told;
  private final Whose whose;
  private final Map<IpAddress, Cidr> subnets;
  private final Settings settings;
  private final RuleIndex index;

  /** Where the host's addresses are known, the same for every port. */
  private final Optional<Tracer> shared;

  private final Optional<SenderClasses> sharedClasses;

  /** What is redirected only if it is sent to a certain address. */
  private final List<Destination> ofOneAddress = new ArrayList<>();

  /**
   * Looks at a table.
   *
   * @param host what is known of the host's addresses
   * @param whose whose chains are whose
   * @param subnets the subnets of containers that are known by other means
   * @param settings what the kernel does
   */
  public Reach(
      Table table, Host host, Whose whose, Map<IpAddress, Cidr> subnets, Settings settings) {
    this.table = table;
    this.family = table.family();
    this.told = host;
    this.whose = whose;
    this.subnets = Map.copyOf(subnets);
    this.settings = settings;
    this.index = new RuleIndex(table);
    this.shared = host.links().map(l -> new Tracer(index, host, false));
    this.sharedClasses = host.links().map(l -> new SenderClasses(index, host));
    for (Chain chain : table.chains().values()) {
      for (Row row : chain.rows()) {
        if (Translations.redirects(row.rule().target())) {
          Destination.of(row.rule())
              .filter(d -> d.address().isPresent())
              .ifPresent(ofOneAddress::add);
        }
      }
    }
  }

  /**
   * The answers, those to one address of the host after another.
   *
   * @param hostIp the one address of the host that is asked about; empty for each
   */
  public List<Answer> of(String protocol, int port, Optional<IpAddress> hostIp) {
    return new Question(protocol, port, hostIp).answers();
  }

  /** The host's addresses, and those that rules of this port name; one stands for the unknown. */
  private List<IpAddress> destinations(String protocol, int port, Optional<IpAddress> hostIp) {
    if (hostIp.isPresent()) {
      return List.of(hostIp.get());
    }
    Set<IpAddress> named = new LinkedHashSet<>();
    for (Destination translated : ofOneAddress) {
      if (translated.protocol().equals(protocol) && translated.meets(Optional.empty(), port)) {
        translated.address().ifPresent(named::add);
      }
    }
    List<IpAddress> all = new ArrayList<>(told.addresses(family));
    if (told.links().isEmpty()) {
      all.add(Standin.host(family, named));
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
    private final Host host;
    private final Tracer tracer;
    private final SenderClasses classes;
    private final Judgement judgement;
    private final List<Answer> answers = new ArrayList<>();

    Question(String name, int port, Optional<IpAddress> hostIp) {
      this.protocol = IpProtocol.of(name).orElseThrow();
      this.port = port;
      this.hostIp = hostIp;
      this.destinations = destinations(name, port, hostIp);
      this.host = told.links().isPresent() ? told : Standin.host(destinations);
      this.tracer = shared.orElseGet(() -> new Tracer(index, host, false));
      this.classes = sharedClasses.orElseGet(() -> new SenderClasses(index, host));
      this.judgement = new Judgement(table, whose, c -> Optional.of(subnet(c)), settings);
    }

    List<Answer> answers() {
      for (IpAddress to : destinations) {
        if (!Host.isLoopback(to)) {
          ask(Viewpoint.Kind.LAN, Standin.client(family), to);
          networks(to);
          if (host.isLocal(to) == Truth.YES) {
            ask(Viewpoint.Kind.HOST, to, to);
          }
        }
      }
      for (IpAddress to : local()) {
        // all of 127.0.0.0/8 is sent to from 127.0.0.1
        ask(Viewpoint.Kind.LOCALHOST, Standin.localhost(family), to);
      }
      for (IpAddress container : containers()) {
        for (IpAddress to : destinations) {
          if (!Host.isLoopback(to)) {
            ask(Viewpoint.Kind.CONTAINER, container, to);
            ask(Viewpoint.Kind.SIBLING, sibling(container), to);
          }
        }
      }
      return List.copyOf(answers);
    }

    /** Where localhost sends to: an address of its own that is asked about, else the usual one. */
    private List<IpAddress> local() {
      if (hostIp.isPresent()) {
        return hostIp.filter(Host::isLoopback).stream().toList();
      }
      List<IpAddress> local = new ArrayList<>(List.of(Standin.localhost(family)));
      destinations.stream()
          .filter(a -> Host.isLoopback(a) && !local.contains(a))
          .forEach(local::add);
      return local;
    }

    /** Adds an answer. */
    private void ask(Viewpoint.Kind kind, IpAddress from, IpAddress to) {
      boolean outside = kind == Viewpoint.Kind.LAN || kind == Viewpoint.Kind.NETWORK;
      Trace trace = tracer.follow(packet(from, to), outside ? index.containerSide() : List.of());
      Judgement.Verdict verdict = judgement.of(trace);
      Set<Answer.Arrival> arrivals = new LinkedHashSet<>();
      for (Way way : trace.ways()) {
        whose
            .of(way)
            .ifPresent(r -> arrivals.add(new Answer.Arrival(way.after().destination(), r)));
      }
      answers.add(
          new Answer(
              new Viewpoint(kind, from, to),
              verdict.result(),
              verdict.reason(),
              trace.taken(),
              List.copyOf(arrivals)));
    }

    private Packet packet(IpAddress from, IpAddress to) {
      return new Packet(
          family,
          protocol,
          Endpoint.of(from, CLIENT_PORT),
          Endpoint.of(to, port),
          host.deviceTowards(from),
          Device.UNKNOWN,
          Mark.of(0),
          Truth.NO);
    }

    /** Senders who fare otherwise than the one who stands for the LAN. */
    private void networks(IpAddress to) {
      List<Cidr> inside = containers().stream().map(this::subnet).toList();
      for (IpAddress sender : classes.others(protocol, to, port, inside, Standin.client(family))) {
        ask(Viewpoint.Kind.NETWORK, sender, to);
      }
    }

    /** The containers that some answer leads to, or the first of many. */
    private List<IpAddress> containers() {
      Set<IpAddress> containers = new LinkedHashSet<>();
      for (Answer answer : answers) {
        for (Way way : answer.trace().ways()) {
          if (way.redirection().isPresent()) {
            way.after()
                .destination()
                .ip()
                .filter(a -> host.isLocal(a) != Truth.YES)
                .ifPresent(containers::add);
          }
        }
      }
      return containers.stream().limit(MOST_CONTAINERS).toList();
    }

    private IpAddress sibling(IpAddress container) {
      return Standin.sibling(subnet(container), container, host);
    }

    private Cidr wide(IpAddress container) {
      return new Cidr(container, family == Family.IPV4 ? 24 : 64).network();
    }

    /**
     * The container's subnet, as an attachment, an interface or its hairpin rule tells, or a usual
     * one.
     */
    private Cidr subnet(IpAddress container) {
      Optional<Cidr> known = Optional.ofNullable(subnets.get(container)).map(Cidr::network);
      return known
          .or(() -> host.subnet(container))
          .or(() -> hairpin(container))
          .orElseGet(() -> wide(container));
    }

    /** The source of the rule that marks hairpin traffic, on the ways to the container. */
    private Optional<Cidr> hairpin(IpAddress container) {
      for (Answer answer : answers) {
        for (Way way : answer.trace().ways()) {
          boolean here = way.after().destination().isAt(container);
          Optional<String> chain =
              here ? whose.of(way).map(Whose.Recipient::chain) : Optional.empty();
          List<Row> rows = chain.flatMap(table::chain).map(Chain::rows).orElse(List.of());
          for (Row row : rows) {
            Optional<Cidr> from = source(row.rule()).map(Match.Address::cidr);
            boolean network = from.isPresent() && from.get().prefix() < family.bits();
            if (network && from.get().contains(Cidr.host(container))) {
              return from;
            }
          }
        }
      }
      return Optional.empty();
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
