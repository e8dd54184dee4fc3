package io.portmapctl.explain;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.Disposition;
import io.portmapctl.trace.HookExit;
import io.portmapctl.trace.HookTraversal;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketPath;
import io.portmapctl.trace.Step;
import io.portmapctl.trace.Ternary;
import io.portmapctl.trace.Trace;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether a connection works, judged by the path of its first packet and by the way that its answer
 * must take.
 *
 * @param table the table that it goes through
 * @param owners whose the containers' chains are
 * @param subnets the subnet of a container, where it is known; the address alone where it is routed
 *     by itself
 * @param settings what the kernel does
 */
record ConnectionVerdict(
    Table table,
    ChainOwners owners,
    Function<IpAddress, Optional<Cidr>> subnets,
    Settings settings) {

  /** A result and its reason. */
  record Verdict(Answer.Result result, VerdictReason reason) {}

  /** The same of one path. */
  private record PathVerdict(Answer.Result result, VerdictReason.OnPath reason) {}

  /** The verdict, by each path that the packet may take. */
  Verdict of(Trace trace) {
    Set<PathVerdict> verdicts = new LinkedHashSet<>();
    for (PacketPath path : trace.paths()) {
      verdicts.add(of(trace, path));
    }
    Answer.Result result = verdicts.iterator().next().result();
    return verdicts.stream().allMatch(v -> v.result() == result)
        ? new Verdict(
            result,
            new VerdictReason.OnEveryPath(
                verdicts.stream().map(PathVerdict::reason).toList(), Optional.empty()))
        : new Verdict(Answer.Result.UNKNOWN, new VerdictReason.Depends(questions(trace)));
  }

  /** What was not known on the paths. */
  private static List<VerdictReason.Question> questions(Trace trace) {
    Set<VerdictReason.Question> questions = new LinkedHashSet<>();
    for (PacketPath path : trace.paths()) {
      for (HookExit exit : path.exits()) {
        exit.open().map(VerdictReason.Question.Open::new).ifPresent(questions::add);
      }
      for (HookTraversal traversal : path.traversals()) {
        for (Step step : traversal.steps()) {
          if (step.result() == Ternary.UNKNOWN) {
            questions.add(new VerdictReason.Question.Matches(trace.why(step)));
          }
        }
      }
      Optional<IpAddress> to = path.exits().get(0).packet().destination().ip();
      to.filter(a -> trace.host().isLocal(a) == Ternary.UNKNOWN)
          .ifPresent(a -> questions.add(new VerdictReason.Question.IsLocal(a)));
    }
    return List.copyOf(questions);
  }

  private PathVerdict of(Trace trace, PacketPath path) {
    if (path.disposition() == Disposition.OPEN) {
      HookExit last = path.exits().get(path.exits().size() - 1);
      return verdict(Answer.Result.UNKNOWN, new Cause.Open(last.open().orElseThrow()));
    }
    if (path.disposition() == Disposition.DROPPED) {
      return fails(Cause.Plain.DROPPED);
    }
    if (path.redirection().isEmpty()) {
      return nobody(trace, path);
    }
    if (path.disposition() == Disposition.DELIVERED) {
      return works(new Cause.Delivered(path.after().destination()));
    }
    return forwarded(path, redirected(trace, path));
  }

  /** What the host's forwarding does to it; what the host itself sends it does not forward. */
  private PathVerdict forwarded(PacketPath path, PathVerdict verdict) {
    Optional<IpAddress> to = path.after().destination().ip();
    if (to.filter(settings.unroutable()).isPresent()) {
      return fails(new Cause.NoRoute(to.get()));
    }
    List<ForwardingObstacle> obstacles =
        path.disposition() == Disposition.FORWARDED && verdict.result() != Answer.Result.FAILS
            ? settings.obstacles().apply(path.after().family())
            : List.of();
    Optional<ForwardingObstacle> total =
        obstacles.stream().filter(ForwardingObstacle::total).findFirst();
    if (total.isPresent()) {
      return fails(new Cause.Barred(total.get()));
    }
    return obstacles.isEmpty()
        ? verdict
        : new PathVerdict(
            verdict.result(), new VerdictReason.OnPath(verdict.reason().cause(), true));
  }

  private static PathVerdict verdict(Answer.Result result, Cause cause) {
    return new PathVerdict(result, new VerdictReason.OnPath(cause, false));
  }

  private static PathVerdict fails(Cause cause) {
    return verdict(Answer.Result.FAILS, cause);
  }

  private static PathVerdict works(Cause cause) {
    return verdict(Answer.Result.WORKS, cause);
  }

  private PathVerdict nobody(Trace trace, PacketPath path) {
    boolean stays = path.disposition() == Disposition.DELIVERED;
    return verdict(
        Answer.Result.NOBODY,
        new Cause.NoRule(
            stays ? Optional.empty() : Optional.of(path.after().destination().address()),
            stays ? nearMiss(trace, path) : elsewhere(trace.packet())));
  }

  /** The rule for this port that would take it, but for something else. */
  private Optional<Cause.NearestRule> nearMiss(Trace trace, PacketPath path) {
    Packet packet = trace.packet();
    for (Step step : path.traversals().get(0).steps()) {
      if (step.result() == Ternary.NO && isAbout(step.rule(), packet)) {
        String target = step.rule().target().chain().orElse("");
        String chain = Layouts.isContainerChain(target) ? target : step.chain();
        Optional<Cidr> network =
            RulePorts.of(step.rule())
                .flatMap(RulePorts::network)
                .filter(
                    n -> !packet.destination().ip().map(Cidr::host).map(n::contains).orElse(true));
        return Optional.of(
            new Cause.NearestRule(
                owners.owner(table, chain),
                new VerdictReason.RuleNumber(step.chain(), step.index()),
                network,
                network.isPresent() ? List.of() : trace.why(step)));
      }
    }
    return Optional.empty();
  }

  /** The rule of a container for this address and port, which is none of this host's. */
  private Optional<Cause.NearestRule> elsewhere(Packet packet) {
    Optional<IpAddress> to = packet.destination().ip();
    for (Chain chain : table.chains().values()) {
      if (!Layouts.isContainerChain(chain.name())) {
        continue;
      }
      for (int i = 0; i < chain.rows().size(); i++) {
        Rule rule = chain.rows().get(i).rule();
        boolean meant =
            ForeignDnat.redirects(rule.target())
                && isAbout(rule, packet)
                && RulePorts.of(rule).flatMap(RulePorts::address).equals(to);
        if (meant) {
          return Optional.of(
              new Cause.NearestRule(
                  owners.owner(table, chain.name()),
                  new VerdictReason.RuleNumber(chain.name(), i + 1),
                  Optional.empty(),
                  List.of()));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether a rule, or a container's chain that it leads to, redirects the packet's port. */
  private boolean isAbout(Rule rule, Packet packet) {
    String target = rule.target().chain().orElse("");
    if (Layouts.isContainerChain(target) && RulePorts.of(rule).isEmpty()) {
      return table.rows(target).stream()
          .anyMatch(r -> ForeignDnat.redirects(r.rule().target()) && isAbout(r.rule(), packet));
    }
    int port = packet.destination().port().orElse(0);
    boolean takes = ForeignDnat.redirects(rule.target()) || Layouts.isContainerChain(target);
    return takes
        && RulePorts.of(rule)
            .filter(d -> d.protocol().equals(packet.protocol().toString()))
            .filter(d -> d.meets(Optional.empty(), port))
            .isPresent();
  }

  /** The first packet comes to a container; the answer must come back through this host. */
  private PathVerdict redirected(Trace trace, PacketPath path) {
    Optional<IpAddress> sender = trace.packet().source().ip();
    Optional<IpAddress> container = path.after().destination().ip();
    if (sender.isEmpty() || container.isEmpty()) {
      return verdict(Answer.Result.UNKNOWN, Cause.Plain.UNKNOWN_END);
    }
    IpAddress from = sender.get();
    boolean masqueraded = path.masquerade().isPresent();
    boolean localhost = HostAddresses.isLoopback(from);
    if (localhost && from.family() == Family.IPV6) {
      return fails(Cause.Plain.LOCALHOST_IPV6);
    }
    if (localhost) {
      return masqueraded
          ? localhost(container.get())
          : fails(new Cause.LocalhostUnmasqueraded(from));
    }
    boolean here = trace.host().isLocal(from) == Ternary.YES;
    boolean itself = container.equals(sender);
    Optional<Cidr> subnet = subnets.apply(container.get());
    boolean routed = subnet.map(s -> s.prefix() == s.address().family().bits()).orElse(false);
    if (masqueraded) {
      return works(itself && !routed ? Cause.Plain.MASQUERADED_HAIRPIN : Cause.Plain.MASQUERADED);
    }
    if (itself) {
      return fails(Cause.Plain.UNMASQUERADED_HAIRPIN);
    }
    boolean beside = !here && subnet.map(s -> s.contains(Cidr.host(from))).orElse(false);
    return beside ? straight(from.family()) : works(Cause.Plain.SOURCE_STAYS);
  }

  /** What one container sends to another does not leave their bridge. */
  private PathVerdict straight(Family family) {
    Ternary bridged = settings.bridged().apply(family);
    Answer.Result result =
        switch (bridged) {
          case YES -> Answer.Result.WORKS;
          case NO -> Answer.Result.FAILS;
          case UNKNOWN -> Answer.Result.UNKNOWN;
        };
    return verdict(result, new Cause.StraightAnswer(family, bridged));
  }

  private PathVerdict localhost(IpAddress container) {
    Localnet setting = settings.localnet().apply(container);
    Answer.Result result =
        switch (setting) {
          case SET, PLANNED -> Answer.Result.WORKS;
          case UNKNOWN -> Answer.Result.UNKNOWN;
          case NOT_SET -> Answer.Result.FAILS;
        };
    return verdict(result, new Cause.LocalhostMasqueraded(container, setting));
  }
}
