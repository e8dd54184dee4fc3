package io.portmapctl.ruleset.nft;

import java.util.Set;

/**
 * What iptables-nft makes of its rules in nf_tables, and reads back. Of a rule that holds something
 * else iptables-nft-save says nothing, or what is not so: {@code tcp dport { 80, 81 } accept} it
 * prints as {@code -p tcp -j ACCEPT}.
 */
final class IptablesForm {
  private static final Set<String> METAS =
      Set.of("iif", "oif", "iifname", "oifname", "l4proto", "mark", "pkttype");

  private IptablesForm() {}

  /** Whether a statement is one of these. */
  static boolean has(Statement statement) {
    if (statement instanceof Statement.Condition condition) {
      return isAsked(condition.left()) && isValue(condition.right());
    }
    if (statement instanceof Statement.Decide decide) {
      return decide.verdict().kind() != Verdict.Kind.CONTINUE;
    }
    if (statement instanceof Statement.Chance chance) {
      return chance.words().startsWith("limit rate ");
    }
    if (statement instanceof Statement.GoesOn goesOn) {
      return goesOn.words().equals("counter");
    }
    return statement instanceof Statement.Unknown unknown && unknown.kind().equals("xt");
  }

  private static boolean isAsked(Expression left) {
    if (left instanceof Expression.Bitwise bitwise) {
      return isAsked(bitwise.left());
    }
    return left instanceof Expression.Payload
        || left instanceof Expression.Meta meta && METAS.contains(meta.key())
        || left instanceof Expression.Unknown unknown && unknown.kind().equals("payload");
  }

  private static boolean isValue(Expression right) {
    return right instanceof Expression.Constant
        || right instanceof Expression.Range
        || right instanceof Expression.Prefix
        || right instanceof Expression.Flags
        || right instanceof Expression.Bitwise;
  }
}
