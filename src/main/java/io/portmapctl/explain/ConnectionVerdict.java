package io.portmapctl.explain;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.ChainNames;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether a connection works, judged by the way of its first packet and by the way that its answer
 * must take.
 *
 * @param table the table that it goes through
 * @param whose whose the containers' chains are
 * @param subnet the subnet of a container, where it is known
 * @param settings what the kernel does
 */
record ConnectionVerdict(
    Table table, ChainOwners whose, Function<IpAddress, Optional<Cidr>> subnet, Settings settings) {
  private static final int MOST_REASONS = 3;

  /** A result and its reason. */
  record Verdict(Answer.Result result, String reason) {}

  Verdict of(Trace trace) {
    Set<Verdict> verdicts = new LinkedHashSet<>();
    for (PacketPath way : trace.ways()) {
      verdicts.add(of(trace, way));
    }
    Set<Answer.Result> results = new LinkedHashSet<>();
    verdicts.forEach(v -> results.add(v.result()));
    if (results.size() == 1) {
      List<String> all =
          verdicts.stream()
              .map(v -> v.reason().isEmpty() ? "its source stays as it is" : v.reason())
              .toList();
      String reasons =
          all.size() > MOST_REASONS
              ? all.get(0) + "; or likewise in one of " + (all.size() - 1) + " other ways"
              : String.join("; or ", all);
      return new Verdict(results.iterator().next(), reasons);
    }
    return new Verdict(
        Answer.Result.UNKNOWN,
        "it depends on what cannot be told here: " + String.join("; ", unknowns(trace)));
  }

  /** What was not known on the ways. */
  static List<String> unknowns(Trace trace) {
    Set<String> reasons = new LinkedHashSet<>();
    for (PacketPath way : trace.ways()) {
      way.exits().stream().map(HookExit::note).filter(n -> !n.isEmpty()).forEach(reasons::add);
      for (HookTraversal pass : way.passes()) {
        pass.steps().stream()
            .filter(s -> s.result() == Ternary.UNKNOWN)
            .map(trace::why)
            .forEach(reasons::add);
      }
      Optional<IpAddress> to = way.exits().get(0).packet().destination().ip();
      to.filter(a -> trace.host().isLocal(a) == Ternary.UNKNOWN)
          .ifPresent(a -> reasons.add("whether " + a + " is an address of this host"));
    }
    List<String> all = new ArrayList<>(reasons);
    return all.size() > MOST_REASONS
        ? List.of(all.get(0), all.get(1), (all.size() - 2) + " more questions")
        : all;
  }

  private Verdict of(Trace trace, PacketPath way) {
    if (way.fate() == Disposition.OPEN) {
      return new Verdict(Answer.Result.UNKNOWN, way.exits().get(way.exits().size() - 1).note());
    }
    if (way.fate() == Disposition.DROPPED) {
      return fails("a rule, or the policy of a chain, of table nat drops it");
    }
    if (way.redirection().isEmpty()) {
      return nobody(trace, way);
    }
    if (way.fate() == Disposition.DELIVERED) {
      return new Verdict(
          Answer.Result.WORKS,
          "this host itself gets it, at "
              + way.after().destination()
              + ", if a program listens there");
    }
    return forwarded(way, redirected(trace, way));
  }

  /** What the host's forwarding does to it; what the host itself sends it does not forward. */
  private Verdict forwarded(PacketPath way, Verdict verdict) {
    Optional<IpAddress> to = way.after().destination().ip();
    if (to.filter(settings.unroutable()).isPresent()) {
      return fails("this host has no route to " + to.get());
    }
    List<Barrier> barriers =
        way.fate() == Disposition.FORWARDED && verdict.result() != Answer.Result.FAILS
            ? settings.barriers().apply(way.after().family())
            : List.of();
    Optional<Barrier> total = barriers.stream().filter(Barrier::total).findFirst();
    if (total.isPresent()) {
      return fails(total.get().reason());
    }
    if (barriers.isEmpty()) {
      return verdict;
    }
    String reason = verdict.reason().isEmpty() ? "" : verdict.reason() + "; ";
    return new Verdict(
        verdict.result(), reason + "only if chain FORWARD of table filter lets it pass");
  }

  private static Verdict fails(String reason) {
    return new Verdict(Answer.Result.FAILS, reason);
  }

  private static Verdict works(String reason) {
    return new Verdict(Answer.Result.WORKS, reason);
  }

  private Verdict nobody(Trace trace, PacketPath way) {
    boolean stays = way.fate() == Disposition.DELIVERED;
    String to = way.after().destination().address().toString();
    String what =
        stays
            ? "it stays on this host, for a program that listens there"
            : to + " is no address of this host, so it is passed on there";
    Optional<String> rule = stays ? nearMiss(trace, way) : elsewhere(trace.packet());
    return new Verdict(Answer.Result.NOBODY, rule.map(m -> m + "; ").orElse("") + what);
  }

  /** The rule for this port that would take it, but for something else. */
  private Optional<String> nearMiss(Trace trace, PacketPath way) {
    Packet packet = trace.packet();
    for (Step step : way.passes().get(0).steps()) {
      if (step.result() == Ternary.NO && isAbout(step.rule(), packet)) {
        String target = step.rule().target().chain().orElse("");
        String chain = ChainNames.isContainerChain(target) ? target : step.chain();
        String rule = there(step.chain(), step.index(), chain);
        Optional<Cidr> other =
            RulePorts.of(step.rule())
                .flatMap(RulePorts::network)
                .filter(
                    n -> !packet.destination().ip().map(Cidr::host).map(n::contains).orElse(true));
        return Optional.of(
            other
                .map(n -> rule + ", which is for " + Purpose.shown(n) + " alone")
                .orElseGet(() -> rule + ", but " + trace.why(step)));
      }
    }
    return Optional.empty();
  }

  /** The rule of a container for this address and port, which is none of this host's. */
  private Optional<String> elsewhere(Packet packet) {
    Optional<IpAddress> to = packet.destination().ip();
    for (Chain chain : table.chains().values()) {
      if (!ChainNames.isContainerChain(chain.name())) {
        continue;
      }
      for (int i = 0; i < chain.rows().size(); i++) {
        Rule rule = chain.rows().get(i).rule();
        boolean meant =
            ForeignDnat.redirects(rule.target())
                && isAbout(rule, packet)
                && RulePorts.of(rule).flatMap(RulePorts::address).equals(to);
        if (meant) {
          return Optional.of(there(chain.name(), i + 1, chain.name()));
        }
      }
    }
    return Optional.empty();
  }

  /** That there is a rule, and whose it is. */
  private String there(String chain, int index, String container) {
    return whose.owner(table, container).map(o -> Purpose.who(o) + " has").orElse("there is")
        + " a rule for it (rule "
        + index
        + " of "
        + chain
        + ")";
  }

  /** Whether a rule, or a container's chain that it leads to, redirects the packet's port. */
  private boolean isAbout(Rule rule, Packet packet) {
    String target = rule.target().chain().orElse("");
    if (ChainNames.isContainerChain(target) && RulePorts.of(rule).isEmpty()) {
      return table.chain(target).map(Chain::rows).orElse(List.of()).stream()
          .anyMatch(r -> ForeignDnat.redirects(r.rule().target()) && isAbout(r.rule(), packet));
    }
    int port = packet.destination().port().orElse(0);
    boolean takes = ForeignDnat.redirects(rule.target()) || ChainNames.isContainerChain(target);
    return takes
        && RulePorts.of(rule)
            .filter(d -> d.protocol().equals(packet.protocol().toString()))
            .filter(d -> d.meets(Optional.empty(), port))
            .isPresent();
  }

  /** The first packet comes to a container; the answer must come back through this host. */
  private Verdict redirected(Trace trace, PacketPath way) {
    Optional<IpAddress> sender = trace.packet().source().ip();
    Optional<IpAddress> container = way.after().destination().ip();
    if (sender.isEmpty() || container.isEmpty()) {
      return new Verdict(Answer.Result.UNKNOWN, "where it goes is not known");
    }
    IpAddress from = sender.get();
    boolean masqueraded = way.masquerade().isPresent();
    boolean localhost = HostAddresses.isLoopback(from);
    if (localhost && from.family() == Family.IPV6) {
      return fails("IPv6 has no route_localnet: nothing of ::1 gets to a container and back");
    }
    if (localhost) {
      return masqueraded
          ? localhost(container.get())
          : fails("no rule masquerades it: the container would answer its own " + from);
    }
    boolean here = trace.host().isLocal(from) == Ternary.YES;
    if (masqueraded) {
      String itself = ", if its port of the bridge lets packets turn back (hairpin)";
      return works(
          "its source becomes this host's, so the answer comes back"
              + (container.equals(sender) ? itself : ""));
    }
    if (container.equals(sender)) {
      return fails("no rule masquerades it: the container would get a packet from itself");
    }
    boolean beside =
        !here && subnet.apply(container.get()).map(s -> s.contains(Cidr.host(from))).orElse(false);
    if (beside) {
      return straight(from.family());
    }
    return works("");
  }

  /** What one container sends to another does not leave their bridge. */
  private Verdict straight(Family family) {
    String setting = family == Family.IPV4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
    String straight = "no rule masquerades it, and the answer goes straight to the other container";
    return switch (settings.bridged().apply(family)) {
      case YES -> works(straight + ", on whose way " + setting + " turns it back");
      case NO -> fails(straight + ", which waits for this host's");
      case UNKNOWN ->
          new Verdict(
              Answer.Result.UNKNOWN, straight + ": it works only where " + setting + " is 1");
    };
  }

  private Verdict localhost(IpAddress container) {
    String setting = "route_localnet of the interface towards " + container;
    return switch (settings.localnet().apply(container)) {
      case SET -> works("its source becomes this host's, and " + setting + " is 1");
      case PLANNED -> works("its source becomes this host's, and the plan sets " + setting);
      case UNKNOWN ->
          new Verdict(
              Answer.Result.UNKNOWN,
              "its source becomes this host's; it works if " + setting + " is 1");
      case NOT_SET -> fails(setting + " is 0: the kernel drops it on its way out");
    };
  }
}
