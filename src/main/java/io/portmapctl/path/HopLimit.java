package io.portmapctl.path;

import io.portmapctl.path.PacketPath.Stage;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The hops that rules leave a packet before it is forwarded. */
final class HopLimit {
  /** The words of iptables, behind TTL or HL, and those of nft. */
  private static final Pattern SET = Pattern.compile("--(?:ttl|hl)-set ([0-9]{1,3})");

  private static final Pattern NFT_SET =
      Pattern.compile("(?:^| )(?:ip ttl|ip6 hoplimit) set ([0-9]{1,3})(?: |$)");

  private HopLimit() {}

  /** The rule that leaves it none, where one certainly does. */
  static Optional<DecidedBy> spent(List<Stage> stages) {
    Optional<DecidedBy> spent = Optional.empty();
    for (Stage stage : stages) {
      for (Step step : stage.traversal().steps()) {
        OptionalInt hops = step.result() == Ternary.NO ? OptionalInt.empty() : set(step.site());
        if (hops.isPresent()) {
          boolean last = hops.getAsInt() <= 1;
          boolean certain = step.result() == Ternary.YES && step.certain();
          spent =
              last && certain ? Optional.of(new DecidedBy.ByRule(step.site())) : Optional.empty();
        }
      }
    }
    return spent;
  }

  private static OptionalInt set(RuleSite site) {
    Optional<Target> target = site.rule().map(Rule::target);
    boolean sets =
        target.isEmpty()
            || target.get() instanceof Target.GoesOn other
                && (other.name().equals("TTL") || other.name().equals("HL"));
    Matcher words = (target.isPresent() ? SET : NFT_SET).matcher(site.text().latin1());
    return sets && words.find()
        ? OptionalInt.of(Integer.parseInt(words.group(1)))
        : OptionalInt.empty();
  }
}
