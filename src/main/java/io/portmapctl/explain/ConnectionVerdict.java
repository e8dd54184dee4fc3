package io.portmapctl.explain;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Disposition;
import io.portmapctl.path.Ending;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Step;
import io.portmapctl.path.Trace;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Reason;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a connection works, and why: the path tells how it ends, and who is known to the plugin
 * tells the rest.
 *
 * @param table the nat table that is worked on
 * @param owners whose the containers' chains are
 * @param ofPort whether it is asked who gets a port of this host, and not where a packet goes
 */
record ConnectionVerdict(Table table, ChainOwners owners, boolean ofPort) {

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
    Set<Reason> asked = new HashSet<>();
    for (PacketPath path : trace.paths()) {
      path.ending().open().map(VerdictReason.Question.Open::new).ifPresent(questions::add);
      for (Step step : path.steps()) {
        if (step.result() == Ternary.UNKNOWN) {
          List<Reason> why = new ArrayList<>(trace.why(step));
          if (!why.isEmpty() && !asked.addAll(why)) {
            continue; // all of them are asked already
          }
          questions.add(
              why.isEmpty()
                  ? new VerdictReason.Question.Takes(step.site())
                  : new VerdictReason.Question.Matches(why));
        }
      }
      Optional<IpAddress> to = path.after().destination().ip();
      to.filter(a -> trace.host().isLocal(a) == Ternary.UNKNOWN)
          .ifPresent(a -> questions.add(new VerdictReason.Question.IsLocal(a)));
    }
    return List.copyOf(questions);
  }

  private PathVerdict of(Trace trace, PacketPath path) {
    Ending ending = path.ending();
    boolean untouched = path.redirection().isEmpty() && path.disposition().goesOn();
    if (untouched && ending.kind() == Ending.Kind.DELIVERED || isElsewhere(trace, path)) {
      return nobody(trace, path);
    }
    Answer.Result result =
        ending
            .works()
            .map(w -> w ? Answer.Result.WORKS : Answer.Result.FAILS)
            .orElse(Answer.Result.UNKNOWN);
    return new PathVerdict(result, new VerdictReason.OnPath(cause(trace, path)));
  }

  /** Whether the port is asked for at an address that this host does not have. */
  private boolean isElsewhere(Trace trace, PacketPath path) {
    boolean nowhere =
        path.disposition() == Disposition.NOT_ROUTED
            || path.disposition() == Disposition.OPEN && path.ending().why() == Ending.Why.LINK;
    return ofPort
        && nowhere
        && path.redirection().isEmpty()
        && path.after()
            .destination()
            .ip()
            .filter(a -> trace.host().isLocal(a) == Ternary.NO)
            .isPresent();
  }

  private static Cause cause(Trace trace, PacketPath path) {
    Ending ending = path.ending();
    if (ending.open().isPresent()) {
      return new Cause.Open(ending.open().get());
    }
    Optional<IpAddress> to = path.after().destination().ip();
    Optional<IpAddress> from = trace.packet().source().ip();
    return switch (ending.why()) {
      case HERE ->
          ending.back() && ending.kind() != Ending.Kind.DELIVERED
              ? Cause.Ended.of(trace, path, ending)
              : new Cause.Delivered(path.after().destination());
      case SOURCE_STAYS -> Cause.Plain.SOURCE_STAYS;
      case MASQUERADED -> Cause.Plain.MASQUERADED;
      case MASQUERADED_HAIRPIN -> Cause.Plain.MASQUERADED_HAIRPIN;
      case MASQUERADED_LOCALHOST ->
          new Cause.LocalhostMasqueraded(
              to.orElseThrow(), trace.ground().settings().localnet().apply(to.orElseThrow()));
      case TURNED_BACK -> new Cause.StraightAnswer(path.after().family(), Ternary.YES);
      case STRANGER ->
          new Cause.StraightAnswer(
              path.after().family(), ending.works().isPresent() ? Ternary.NO : Ternary.UNKNOWN);
      case ITSELF -> Cause.Plain.UNMASQUERADED_HAIRPIN;
      case LOCALHOST -> new Cause.LocalhostUnmasqueraded(from.orElseThrow());
      case LOCALHOST_IPV6 -> Cause.Plain.LOCALHOST_IPV6;
      case UNKNOWN_END -> Cause.Plain.UNKNOWN_END;
      default -> Cause.Ended.of(trace, path, ending);
    };
  }

  private static PathVerdict verdict(Answer.Result result, Cause cause) {
    return new PathVerdict(result, new VerdictReason.OnPath(cause));
  }

  private PathVerdict nobody(Trace trace, PacketPath path) {
    boolean stays = path.disposition() == Disposition.DELIVERED;
    return verdict(
        Answer.Result.NOBODY,
        new Cause.NoRule(
            stays ? Optional.empty() : Optional.of(path.after().destination().address()),
            stays ? nearMiss(trace, path) : elsewhere(trace.packet()),
            Optional.of(path.ending().by()).filter(by -> stays && by instanceof DecidedBy.ByRule)));
  }

  /** The rule for this port that would take it, but for something else. */
  private Optional<Cause.NearestRule> nearMiss(Trace trace, PacketPath path) {
    Packet packet = trace.packet();
    for (Step step : path.traversals().stream().flatMap(t -> t.steps().stream()).toList()) {
      boolean ours =
          step.result() == Ternary.NO
              && !step.hook().rewritesSource()
              && step.rule().filter(r -> isAbout(r, packet)).isPresent();
      if (ours) {
        Rule rule = step.rule().orElseThrow();
        String target = rule.target().chain().orElse("");
        String chain = Layouts.isContainerChain(target) ? target : step.chain();
        Optional<Cidr> network =
            RulePorts.of(rule)
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
}
