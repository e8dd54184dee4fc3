package io.portmapctl.explain;

import io.portmapctl.net.IpAddress;
import io.portmapctl.path.RuleSite;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Reason;
import java.util.List;
import java.util.Optional;

/** Why a connection works, or does not, or why that is not known. */
public sealed interface VerdictReason {

  /**
   * Every path that its first packet may take has the same result.
   *
   * @param reasons the reasons, each once; never none
   * @param hiding the rule that hides from a container who sends, though answers would come back
   *     without it; where it was looked for
   */
  record OnEveryPath(List<OnPath> reasons, Optional<RuleNumber> hiding) implements VerdictReason {
    /** Copies the list. */
    public OnEveryPath {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * The result depends on what cannot be told.
   *
   * @param questions what it is that cannot be told, each once
   */
  record Depends(List<Question> questions) implements VerdictReason {
    /** Copies the list. */
    public Depends {
      questions = List.copyOf(questions);
    }
  }

  /**
   * A reason for the result on one path.
   *
   * @param cause the reason
   */
  record OnPath(Cause cause) {}

  /**
   * Where a rule stands.
   *
   * @param chain its chain, octets
   * @param index its place in it, from 1
   */
  record RuleNumber(String chain, int index) {}

  /** What cannot be told. */
  sealed interface Question {
    /**
     * What becomes of a packet.
     *
     * @param reason why it is not known
     */
    record Open(OpenReason reason) implements Question {}

    /**
     * Whether a rule takes a packet.
     *
     * @param reasons why it is not known
     */
    record Matches(List<Reason> reasons) implements Question {}

    /**
     * The same of a rule that nft wrote.
     *
     * @param rule the rule
     */
    record Takes(RuleSite rule) implements Question {}

    /**
     * Whether an address is one of this host's.
     *
     * @param address the address
     */
    record IsLocal(IpAddress address) implements Question {}
  }
}
