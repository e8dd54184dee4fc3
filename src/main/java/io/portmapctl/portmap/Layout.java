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

  /** What is wrong with an attachment in this layout on these tables, by its JSON path. */
  default Map<String, DocumentFault> errors(Attachment attachment, List<Table> tables) {
    return Map.of();
  }

  /** What a reader should know who uses this layout on that ruleset. */
  default Optional<String> warning(PortmapState state) {
    return Optional.empty();
  }

  /** What the name of the container's chain begins with that translates: at most 7 characters. */
  String translating();

  /** The same of the container's chain that masquerades, where there is one. */
  default Optional<String> masquerading() {
    return Optional.empty();
  }

  /**
   * The chains that hold entries, built-in or shared; packets from outside meet the first one's.
   */
  List<String> entryChains();

  /** The rules of built-in chains that all its containers share, in the order of the hooks. */
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

  /** Whether a rule of the chain that marks is the one that asks for masquerade. */
  default boolean isMark(Rule rule) {
    return false;
  }

  /** Whether a rule of a shared chain that masquerades has the form of this layout's. */
  default boolean isMasquerade(String chain, Rule rule) {
    return false;
  }

  /** Why an attachment can have no other layout, as the end of a sentence; empty where it can. */
  default Optional<String> neededBy(Attachment attachment) {
    return Optional.empty();
  }

  /** How much speaks for it that chains in the ruleset are of this layout. */
  default Evidence evidence(ContainerChains chains, PortmapState state) {
    return state.has(chains.named(translating())) ? Evidence.CHAIN : Evidence.NONE;
  }

  /** Whether the ruleset has chains of this layout, whosever they are. */
  default boolean isIn(PortmapState state) {
    return false;
  }

  /** Why a new attachment should have it, as the end of a sentence; empty where nothing says so. */
  default Optional<String> suits(Attachment attachment, PortmapState state) {
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
