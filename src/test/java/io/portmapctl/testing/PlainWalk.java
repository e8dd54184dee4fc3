package io.portmapctl.testing;

import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One concrete packet through the chains of one hook, rule by rule, as iptables(8) tells it: the
 * tests' own reading. A match that is not modelled is answered by whoever asks.
 */
public final class PlainWalk {

  /**
   * How it ends.
   *
   * @param kind how
   * @param way the rules that took it, the jumps first; none where the chain's policy did
   * @param packet the packet as it comes to its end
   * @param target what rewrites it, where something does
   */
  public record End(
      Leaving.Kind kind, List<String> way, PlainPacket packet, Optional<Target> target) {

    /** The chain of the rule that ends it; empty for the policy. */
    public String chain() {
      return way.isEmpty() ? "" : way.get(way.size() - 1).split(" ", -1)[0];
    }
  }

  private final Table table;
  private final HostAddresses host;
  private final boolean late;
  private final Predicate<String> answers;
  private final List<String> jumps = new ArrayList<>();
  private PlainPacket packet;

  private PlainWalk(
      Table table,
      HostAddresses host,
      boolean late,
      Predicate<String> answers,
      PlainPacket packet) {
    this.table = table;
    this.host = host;
    this.late = late;
    this.answers = answers;
    this.packet = packet;
  }

  /**
   * Through a hook.
   *
   * @param answers what a match says that is not modelled, asked by its words, or where it stands
   *     if it answers now so, now otherwise
   */
  public static End through(
      Table table, Hook hook, PlainPacket packet, HostAddresses host, Predicate<String> answers) {
    PlainWalk walk = new PlainWalk(table, host, hook.rewritesSource(), answers, packet);
    Optional<End> end = walk.chain(hook.name());
    if (end.isPresent()) {
      return end.get();
    }
    boolean drops = table.chain(hook.name()).map(Chain::policy).orElse("").equals("DROP");
    return new End(
        drops ? Leaving.Kind.DROPPED : Leaving.Kind.ACCEPTED,
        List.of(),
        walk.packet,
        Optional.empty());
  }

  /** How a rule is called in a way. */
  public static String place(String chain, int index) {
    return chain + " " + index;
  }

  private boolean takes(Rule rule, String place) {
    for (Match match : rule.matches()) {
      Ternary truth = match.accept(new PlainMatch(packet, host));
      if (truth == Ternary.UNKNOWN) {
        truth = Ternary.of(asked(match, place));
      }
      if (truth == Ternary.NO) {
        return false;
      }
    }
    return true;
  }

  private boolean asked(Match match, String place) {
    boolean steady =
        !(match instanceof Match.Limit)
            && !(match instanceof Match.Recent)
            && !(match instanceof Match.Unknown unknown && !unknown.steady());
    if (!steady) {
      return answers.test(place + " " + match.text().latin1());
    }
    String where = late ? "late " : "";
    if (match instanceof Match.IpSet set) {
      Match.IpSet plain = new Match.IpSet(false, set.set(), set.sides(), set.options());
      return answers.test(where + plain.text().latin1()) != set.negated();
    }
    return answers.test(where + match.text().latin1());
  }

  /** The packet's end in a chain; empty where it comes back from it. */
  private Optional<End> chain(String name) {
    int index = 0;
    for (RuleEntry row : table.chain(name).orElseThrow().rows()) {
      index++;
      Rule rule = row.rule();
      String place = place(name, index);
      if (!takes(rule, place)) {
        continue;
      }
      Target target = rule.target();
      if (target instanceof Target.Return) {
        return Optional.empty();
      }
      if (target instanceof Target.Jump jump) {
        jumps.add(place);
        Optional<End> end = chain(jump.name());
        jumps.remove(jumps.size() - 1);
        if (end.isPresent() || jump.goTo()) {
          return end;
        }
        continue;
      }
      Optional<Leaving.Kind> ends = ends(target);
      if (ends.isPresent()) {
        List<String> way = new ArrayList<>(jumps);
        way.add(place);
        boolean rewrites = ends.get() == Leaving.Kind.REWRITTEN;
        return Optional.of(
            new End(ends.get(), way, packet, rewrites ? Optional.of(target) : Optional.empty()));
      }
      mark(target);
    }
    return Optional.empty();
  }

  private static Optional<Leaving.Kind> ends(Target target) {
    if (target instanceof Target.Accept) {
      return Optional.of(Leaving.Kind.ACCEPTED);
    }
    if (target instanceof Target.Drop) {
      return Optional.of(Leaving.Kind.DROPPED);
    }
    if (target instanceof Target.Reject) {
      return Optional.of(Leaving.Kind.REJECTED);
    }
    boolean rewrites =
        target instanceof Target.Dnat
            || target instanceof Target.Snat
            || target instanceof Target.Redirect
            || target instanceof Target.Masquerade
            || target instanceof Target.Netmap;
    if (rewrites) {
      return Optional.of(Leaving.Kind.REWRITTEN);
    }
    boolean open =
        target instanceof Target.Unknown
            || target instanceof Target.Queue
            || target instanceof Target.Tproxy;
    return open ? Optional.of(Leaving.Kind.OPEN) : Optional.empty();
  }

  /** As linux/net/netfilter/xt_mark.c and xt_connmark.c do it. */
  private void mark(Target target) {
    long mark = packet.mark();
    long connmark = packet.connmark();
    if (target instanceof Target.SetMark set) {
      mark = mark & ~set.mask() ^ set.value();
    } else if (target instanceof Target.SetConnmark set) {
      connmark = connmark & ~set.mask() ^ set.value();
    } else if (target instanceof Target.SaveMark save) {
      connmark = connmark & ~save.ctMask() ^ mark & save.nfMask();
    } else if (target instanceof Target.RestoreMark restore) {
      mark = mark & ~restore.nfMask() ^ connmark & restore.ctMask();
    }
    packet = packet.marked(mark, connmark);
  }
}
