package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A way to publish ports: which chains and rules do it, how they are known again in a ruleset, and
 * when it is the way to take. An implementation is named in {@link Layouts} and nowhere else.
 *
 * <p>Every layout gives a container chains of its own, whose names end in the digits that {@link
 * ContainerChains} tells; entries, which are rules of other chains, lead packets to them.
 */
public interface Layout {

  /** The name in options, lists and JSON. */
  String id();

  /** What the attachment wants in that family; nothing where it makes no rule. */
  DesiredRules wanted(Attachment attachment, Family family);

  /** What of the packets to the attachment's ports is masqueraded in that family. */
  default Masquerade masquerade(Attachment attachment, Family family) {
    return Masquerade.NOTHING;
  }

  /**
   * The container whose interface needs {@code route_localnet}, so that localhost's connections
   * reach it; empty where the attachment needs none.
   */
  default Optional<IpAddress> localnet(Attachment attachment) {
    return Optional.empty();
  }

  /** Whether the attachment's rules need the prefix of its addresses. */
  default boolean needsPrefix(Attachment attachment) {
    return false;
  }

  /** Whether there are attachments whose rules need the prefix of their addresses. */
  default boolean hasHairpin() {
    return false;
  }

  /** Whether {@code masqAll}, {@code markMasqBit} and {@code externalSetMarkChain} count in it. */
  default boolean hasMarks() {
    return false;
  }

  /**
   * The version that a document must have, so that this layout is chosen for it where nothing else
   * decides.
   *
   * @param own the version that it would have; empty for none
   */
  String cniVersion(String own);

  /** What is wrong with an attachment in this layout on these tables, by its JSON path. */
  default Map<String, DocumentFault> errors(Attachment attachment, List<Table> tables) {
    return Map.of();
  }

  /** What a reader should know who uses this layout on that ruleset. */
  default Optional<LayoutNotice> notice(PortmapState state) {
    return Optional.empty();
  }

  /**
   * What the name of the container's chain begins with that translates: at most 7 characters. Two
   * layouts may share it; then {@link #evidence} must tell them apart.
   */
  String translating();

  /** The same of the container's chain that masquerades, where there is one. */
  default Optional<String> masquerading() {
    return Optional.empty();
  }

  /**
   * Every chain that holds entries, built-in or shared: rules elsewhere that lead to a container's
   * chain are nobody's entries. Packets from outside meet those of the first one; whose a container
   * is, and which of two comes first, is read there.
   */
  List<String> entryChains();

  /**
   * The rules of built-in chains that all its containers share, in the order of the hooks: the same
   * as {@link DesiredRules#jumps} of any attachment that makes all of them.
   */
  default List<DesiredRules.Placement> jumps() {
    return List.of();
  }

  /** The chains that all its containers share, in groups of which prune removes all or none. */
  default List<List<String>> sharedChains() {
    return List.of();
  }

  /** Whether prune may remove a rule together with the shared chain that holds it. */
  default boolean isDisposable(String chain, Rule rule) {
    return false;
  }

  /** The shared chain in which packets are marked for masquerade, where there is one. */
  default Optional<String> marks() {
    return Optional.empty();
  }

  /** The shared chain that masquerades what is marked, where there is one. */
  default Optional<String> masqueradesMarked() {
    return Optional.empty();
  }

  /** The shared chain of the entries that lead to {@link #masquerading}, where there is one. */
  default Optional<String> sources() {
    return Optional.empty();
  }

  /** Whether a rule of the chain that marks is the one that asks for masquerade. */
  default boolean isMark(Rule rule) {
    return false;
  }

  /** Whether a rule of a shared chain that masquerades has the form of this layout's. */
  default boolean isMasquerade(String chain, Rule rule) {
    return false;
  }

  /** Whether an attachment's configuration uses a field that no other layout has. */
  default boolean isNeededBy(Attachment attachment) {
    return false;
  }

  /** How much speaks for it that chains in the ruleset are of this layout. */
  default Evidence evidence(ContainerChains chains, PortmapState state) {
    return state.has(chains.named(translating())) ? Evidence.CHAIN : Evidence.NONE;
  }

  /**
   * Whether the ruleset has chains of this layout, whosever they are; where it never has, the
   * layout is not chosen by itself for a container beside them.
   */
  default boolean isIn(PortmapState state) {
    return false;
  }

  /**
   * Why a new attachment should have it; empty where nothing says so, and then it is only taken
   * where it is asked for or there already.
   */
  default Optional<LayoutReason> suits(Attachment attachment, PortmapState state) {
    return Optional.empty();
  }

  /** How much speaks for a layout, the least first. */
  enum Evidence {
    /** Nothing. */
    NONE,
    /** An entry, as other layouts may have it too. */
    ENTRY,
    /** A rule of the container's chain. */
    RULE,
    /** A chain that no other layout has. */
    CHAIN,
    /** An entry as no other layout has it. */
    OWN_ENTRY
  }
}
