package io.portmapctl.portmap;

import io.portmapctl.ruleset.Rule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The layouts that there are, and what of a table is any layout's. */
public final class Layouts {
  /** A DNAT and an SNAT chain for each container (CNI plugins 0.6). */
  public static final Layout SNAT = new LegacyLayout();

  /** Mark, then masquerade (CNI plugins 0.7 and later). */
  public static final Layout MARK = new MarkLayout();

  /**
   * All, the oldest first: of several that fit, the last is taken, and the first where none does.
   */
  private static final List<Layout> ALL = List.of(SNAT, MARK);

  private static final String[] PREFIXES = prefixes();

  private static final Set<String> SHARED = shared();

  private static final String BRIDGE = "CNI-";

  /** The chains of the firewall plugin of CNI. */
  private static final Set<String> FIREWALL =
      Set.of("CNI-FORWARD", "CNI-ISOLATION-STAGE-1", "CNI-ISOLATION-STAGE-2");

  private Layouts() {}

  /** All layouts, the oldest first. */
  public static List<Layout> all() {
    return ALL;
  }

  /** The one that is taken of several that fit. */
  public static Layout latest() {
    return ALL.get(ALL.size() - 1);
  }

  /** The one that is asked for, or else all that may be chosen. */
  public static List<Layout> candidates(Optional<Layout> asked) {
    return asked.isPresent() ? List.of(asked.get()) : ALL;
  }

  /** The layout of that name. */
  public static Optional<Layout> of(String id) {
    for (Layout layout : ALL) {
      if (layout.id().equals(id)) {
        return Optional.of(layout);
      }
    }
    return Optional.empty();
  }

  private static String[] prefixes() {
    Set<String> prefixes = new LinkedHashSet<>();
    for (Layout layout : ALL) {
      prefixes.add(layout.translating());
      layout.masquerading().ifPresent(prefixes::add);
    }
    return prefixes.toArray(String[]::new);
  }

  private static Set<String> shared() {
    Set<String> chains = new LinkedHashSet<>();
    for (Layout layout : ALL) {
      layout.sharedChains().forEach(chains::addAll);
    }
    return chains;
  }

  /** Made when they are first asked for: most starts need none. */
  private static final class Jumps {
    static final List<DesiredRules.Placement> ALL = jumps();
  }

  private static List<DesiredRules.Placement> jumps() {
    List<DesiredRules.Placement> jumps = new ArrayList<>();
    for (Layout layout : ALL) {
      for (DesiredRules.Placement jump : layout.jumps()) {
        if (jumps.stream().noneMatch(j -> isSame(j, jump.chain(), jump.rule()))) {
          jumps.add(jump);
        }
      }
    }
    return List.copyOf(jumps);
  }

  private static boolean isSame(DesiredRules.Placement jump, String chain, Rule rule) {
    return jump.chain().equals(chain) && jump.rule().equals(rule);
  }

  /** What the names of containers' chains begin with, in the order in which chains are made. */
  static List<String> chainPrefixes() {
    return List.of(PREFIXES);
  }

  /** The beginning of a container's chain's name; empty for any other chain. */
  static String prefix(String chain) {
    for (String prefix : PREFIXES) {
      if (chain.length() == prefix.length() + ContainerChains.DIGITS
          && chain.startsWith(prefix)
          && ContainerChains.areDigits(chain, prefix.length())) {
        return prefix;
      }
    }
    return "";
  }

  /** Whether a name has the form of a container's chain, of any layout. */
  public static boolean isContainerChain(String name) {
    return !prefix(name).isEmpty();
  }

  /** Whether a name has the form of a container's chain that translates. */
  public static boolean isTranslating(String name) {
    String prefix = prefix(name);
    return !prefix.isEmpty() && ALL.stream().anyMatch(l -> l.translating().equals(prefix));
  }

  /** Whether a chain is one that containers share, or has the form of such a name. */
  public static boolean isShared(String name) {
    return name.startsWith(ChainNames.SHARED) || SHARED.contains(name);
  }

  /**
   * Whether a chain is one in which the bridge plugin of CNI masquerades what a container sends.
   */
  public static boolean isBridgePlugins(String chain) {
    return chain.length() == BRIDGE.length() + 24
        && chain.startsWith(BRIDGE)
        && ContainerChains.areDigits(chain, BRIDGE.length());
  }

  /** Whether a chain is of plugins of CNI: of portmap, of the bridge's masquerade, of firewall. */
  public static boolean isOfCni(String chain) {
    return isContainerChain(chain)
        || isShared(chain)
        || isBridgePlugins(chain)
        || FIREWALL.contains(chain);
  }

  /** Whether plugins of CNI make a chain for the rules of administrators. */
  public static boolean isForAdministrators(String chain) {
    return chain.equals(BRIDGE + "ADMIN");
  }

  /** What a chain is for. */
  public static ChainRole role(String chain) {
    String prefix = prefix(chain);
    if (!prefix.isEmpty()) {
      return ALL.stream().anyMatch(l -> l.translating().equals(prefix))
          ? ChainRole.TRANSLATES
          : ChainRole.MASQUERADES_LOCALHOST;
    }
    if (isShared(chain)) {
      for (Layout layout : ALL) {
        if (layout.marks().filter(chain::equals).isPresent()) {
          return ChainRole.MARKS;
        }
        if (layout.masqueradesMarked().filter(chain::equals).isPresent()) {
          return ChainRole.MASQUERADES;
        }
        if (layout.sources().filter(chain::equals).isPresent()) {
          return ChainRole.SOURCES;
        }
        if (layout.entryChains().contains(chain)) {
          return ChainRole.ENTRIES;
        }
      }
    }
    return ChainRole.OTHER;
  }

  /** The chains in which entries lead to this container's chain; none for any other chain. */
  public static List<String> entryChains(String containerChain) {
    String prefix = prefix(containerChain);
    if (!prefix.isEmpty()) {
      for (Layout layout : ALL) {
        if (layout.translating().equals(prefix)
            || layout.masquerading().filter(prefix::equals).isPresent()) {
          return layout.entryChains();
        }
      }
    }
    return List.of();
  }

  /** Whether entries stand in a chain, of any layout. */
  static boolean holdsEntries(String chain) {
    return ALL.stream().anyMatch(l -> l.entryChains().contains(chain));
  }

  /** Whether a rule that leads from one chain to another is a container's entry. */
  public static boolean isEntry(String chain, String containerChain) {
    return entryChains(containerChain).contains(chain);
  }

  /** Whether packets from outside meet there the entries that lead to a container's chain. */
  public static boolean isFirstEntry(String chain, String containerChain) {
    List<String> chains = entryChains(containerChain);
    return !chains.isEmpty() && chains.get(0).equals(chain);
  }

  /** The chains in which packets from outside meet entries. */
  static Set<String> firstEntryChains() {
    Set<String> chains = new LinkedHashSet<>();
    ALL.forEach(l -> chains.add(l.entryChains().get(0)));
    return chains;
  }

  /** The jumps of built-in chains that layouts make, each of which stands once. */
  public static List<DesiredRules.Placement> sharedJumps() {
    return Jumps.ALL;
  }

  /** Whether a rule of a chain is one of these jumps. */
  public static boolean isSharedJump(String chain, Rule rule) {
    return Jumps.ALL.stream().anyMatch(j -> isSame(j, chain, rule));
  }

  /** The jump that layouts make from a built-in chain to a chain, where there is one. */
  public static Optional<Rule> sharedJump(String builtIn, String chain) {
    for (DesiredRules.Placement jump : Jumps.ALL) {
      if (jump.chain().equals(builtIn) && jump.rule().target().leadsTo(chain)) {
        return Optional.of(jump.rule());
      }
    }
    return Optional.empty();
  }

  /** Whether a rule leads to a shared chain of entries that packets from outside meet. */
  public static boolean isToEntries(Rule rule) {
    return rule.target()
        .chain()
        .map(c -> isShared(c) && firstEntryChains().contains(c))
        .orElse(false);
  }

  /** The shared chains in groups of which prune removes all or none. */
  public static List<List<String>> sharedChains() {
    Set<List<String>> groups = new LinkedHashSet<>();
    ALL.forEach(l -> groups.addAll(l.sharedChains()));
    return List.copyOf(groups);
  }

  /** Whether prune may remove a rule together with the shared chain that holds it. */
  public static boolean isDisposable(String chain, Rule rule) {
    return ALL.stream().anyMatch(l -> l.isDisposable(chain, rule));
  }

  /** Whether packets are marked for masquerade in a chain, by a layout's own rule. */
  public static boolean isMarking(String chain) {
    return ALL.stream().anyMatch(l -> l.marks().filter(chain::equals).isPresent());
  }

  /** Whether a rule of a chain that marks may be what asks for masquerade. */
  public static boolean asksForMasquerade(String chain, Rule rule) {
    return !isMarking(chain) || ALL.stream().anyMatch(l -> l.isMark(rule));
  }

  /** Whether a rule of a shared chain that masquerades has the form that a layout gives it. */
  public static boolean isMasquerade(String chain, Rule rule) {
    return ALL.stream().anyMatch(l -> l.isMasquerade(chain, rule));
  }
}
