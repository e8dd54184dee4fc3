package io.portmapctl.host;

import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.text.Octets;
import java.nio.file.Path;
import java.util.List;

/** What a reader should know who reads or changes a host. */
public sealed interface HostNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R otherVariantUnknown(OtherVariantUnknown notice);

    /** For this kind. */
    R bothVariants(BothVariants notice);

    /** For this kind. */
    R onlyOtherVariant(OnlyOtherVariant notice);

    /** For this kind. */
    R nftBaseChains(NftBaseChains notice);

    /** For this kind. */
    R saidByProgram(SaidByProgram notice);

    /** For this kind. */
    R legacyTablesUnread(LegacyTablesUnread notice);

    /** For this kind. */
    R nftUnread(NftUnread notice);

    /** For this kind. */
    R flowsKept(FlowsKept notice);

    /** For this kind. */
    R stays(Stays notice);

    /** For this kind. */
    R severalTransactions(SeveralTransactions notice);

    /** For this kind. */
    R goneMeanwhile(GoneMeanwhile notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /**
   * Whether the other variant of iptables holds CNI chains is not known.
   *
   * @param program its program, which could not be asked
   */
  record OtherVariantUnknown(Family family, Path program) implements HostNotice {
    @Override
    public String code() {
      return "other-variant-unknown";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.otherVariantUnknown(this);
    }
  }

  /**
   * Both variants hold CNI chains; the system's was read.
   *
   * @param other the one that was not
   */
  record BothVariants(Family family, Variant other) implements HostNotice {
    @Override
    public String code() {
      return "both-variants";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.bothVariants(this);
    }
  }

  /**
   * Not the system's variant holds CNI chains, but the other, which was read.
   *
   * @param read that one
   */
  record OnlyOtherVariant(Family family, Variant read) implements HostNotice {
    @Override
    public String code() {
      return "only-other-variant";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.onlyOtherVariant(this);
    }
  }

  /** The nat table holds base chains that iptables does not show. */
  record NftBaseChains(Family family) implements HostNotice {
    @Override
    public String code() {
      return "nft-base-chains";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nftBaseChains(this);
    }
  }

  /**
   * What a program said on standard error that read rules all the same.
   *
   * @param program its name
   * @param words what it said, octets of one or more lines
   */
  record SaidByProgram(String program, Octets words) implements HostNotice {
    @Override
    public String code() {
      return "said-by-program";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.saidByProgram(this);
    }
  }

  /**
   * The nft variant says that there are tables of the legacy variant, which no program here reads.
   */
  record LegacyTablesUnread(Family family) implements HostNotice {
    @Override
    public String code() {
      return "legacy-tables-not-read";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.legacyTablesUnread(this);
    }
  }

  /**
   * Whether nft itself translates ports beside iptables is not known.
   *
   * @param why what it said, or what is wrong with its answer
   */
  record NftUnread(String why) implements HostNotice {
    @Override
    public String code() {
      return "nft-not-read";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nftUnread(this);
    }
  }

  /** Connection-tracking entries that a change made stale could not be deleted. */
  record FlowsKept(HostException why) implements HostNotice {
    @Override
    public String code() {
      return "stale-flows-kept";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.flowsKept(this);
    }
  }

  /** Something stays of a change that was taken back, since others use it by now. */
  record Stays(HostFault what) implements HostNotice {
    @Override
    public String code() {
      return "still-used";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.stays(this);
    }
  }

  /**
   * A change of one family took more than one transaction: a rule that no text names goes by its
   * handle, which iptables-restore does not know.
   *
   * @param count how many there were
   */
  record SeveralTransactions(Family family, int count) implements HostNotice {
    @Override
    public String code() {
      return "several-transactions";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.severalTransactions(this);
    }
  }

  /**
   * Rules that were there before a change, and that it leaves alone, are not there after it.
   *
   * @param rules as they were printed, each with {@code -A CHAIN}
   */
  record GoneMeanwhile(Family family, List<Octets> rules) implements HostNotice {
    @Override
    public String code() {
      return "gone-meanwhile";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.goneMeanwhile(this);
    }
  }
}
