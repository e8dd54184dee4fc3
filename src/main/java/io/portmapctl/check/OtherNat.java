package io.portmapctl.check;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Rules;
import io.portmapctl.path.SurroundingChains;
import io.portmapctl.path.SurroundingChains.Crossing;
import io.portmapctl.path.SurroundingChains.Stop;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Who translates packets of published ports in the other nat tables of the same kernel: the other
 * variant's, and those that nft wrote. What the kernel asks after iptables takes none of ours.
 */
public final class OtherNat {
  /** At this priority iptables translates destinations (NF_IP_PRI_NAT_DST). */
  private static final int DSTNAT = -100;

  /** The sets of so many ports are led at once. */
  private static final int MOST_AT_ONCE = 1_000;

  private static final Set<String> BUILT_IN =
      Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  private OtherNat() {}

  /**
   * A port that is translated elsewhere.
   *
   * @param port the port
   * @param site the base chain
   * @param rule the rule that does it
   * @param program whose it is, where the chains' names tell
   * @param to where to, as far as the rule says it in one place
   * @param all whether it takes, for certain, all that other machines send there, or all that this
   *     host itself sends, if it is asked first
   * @param first whether it is known to be asked first; else it may be
   */
  public record Translation(
      PublishedPort port,
      ChainSite site,
      RuleSite rule,
      Optional<Program> program,
      Optional<String> to,
      boolean all,
      boolean first) {

    /** The rule, as what takes a mapping's packets. */
    public Mapping.Taker taker() {
      return new Mapping.Taker(
          rule.engine(),
          place(site),
          rule.chain(),
          rule.number(),
          rule.text(),
          program,
          Optional.empty());
    }
  }

  /** How the table of a base chain is named to a reader: nft's with its family. */
  private static String place(ChainSite site) {
    return site.engine() == RuleEngine.NFTABLES ? site.family() + " " + site.table() : site.table();
  }

  /**
   * Which of some ports are translated elsewhere, in the order of the tables.
   *
   * @param family the family of all of them
   * @param tables the nat tables of iptables that are not worked on
   * @param written what nft wrote itself
   * @param host what is known of this host
   */
  public static List<Translation> of(
      Family family,
      List<Table> tables,
      Rules.Written written,
      List<PublishedPort> ports,
      Supplier<HostAddresses> host) {
    if (ports.isEmpty() || tables.isEmpty() && written == Rules.Written.NOTHING) {
      return List.of(); // as most often, and then nothing is compared
    }
    List<PublishedPort> known =
        ports.stream().distinct().filter(p -> IpProtocol.of(p.protocol()).isPresent()).toList();
    Map<List<Object>, Translation> all = new LinkedHashMap<>();
    for (int at = 0; at < known.size(); at += MOST_AT_ONCE) {
      List<PublishedPort> some = known.subList(at, Math.min(at + MOST_AT_ONCE, known.size()));
      SurroundingChains chains = new SurroundingChains(tables, written, host.get());
      if (chains.isEmpty()) {
        return List.of();
      }
      Set<String> inside = Senders.inside(tables, host.get());
      Senders senders = new Senders(chains.space(), host.get(), family, inside);
      try {
        look(chains, senders, some, all);
      } catch (TooInvolvedException e) {
        // not known
      }
    }
    return List.copyOf(all.values());
  }

  private static void look(
      SurroundingChains chains,
      Senders senders,
      List<PublishedPort> ports,
      Map<List<Object>, Translation> all) {
    for (Hook hook : List.of(Hook.PREROUTING, Hook.OUTPUT)) {
      List<PacketSet> sent = new ArrayList<>();
      for (PublishedPort port : ports) {
        IpProtocol protocol = IpProtocol.of(port.protocol()).orElseThrow();
        sent.add(
            hook == Hook.OUTPUT
                ? senders.host(port, protocol, true)
                : senders.outside(port, protocol));
      }
      for (Crossing crossing : chains.translating(hook, senders.union(sent))) {
        ChainSite site = crossing.stops().get(0).site();
        if (site.priority() <= DSTNAT && !isOfIptables(site)) {
          for (int i = 0; i < ports.size(); i++) {
            translation(ports.get(i), sent.get(i), crossing).ifPresent(t -> add(t, all));
          }
        }
      }
    }
  }

  /** A chain of iptables-nft in whose table nft has written too: iptables prints it. */
  private static boolean isOfIptables(ChainSite site) {
    return site.engine() == RuleEngine.NFTABLES
        && !site.family().equals("inet")
        && site.table().equals("nat")
        && BUILT_IN.contains(site.chain());
  }

  /** One rule is told of once, though both what comes in and what the host sends meet it. */
  private static void add(Translation found, Map<List<Object>, Translation> all) {
    RuleSite rule = found.rule();
    List<Object> key = List.of(found.port(), place(found.site()), rule.engine(), rule.chain());
    all.merge(key, found, (one, other) -> other.all() && !one.all() ? other : one);
  }

  private static Optional<Translation> translation(
      PublishedPort port, PacketSet sent, Crossing crossing) {
    PacketSpace space = sent.space();
    PacketSet region = sent.and(space.of(Field.DESTINATION_PORT, Interval.of(port.port())));
    for (Stop stop : crossing.stops()) {
      boolean taken =
          stop.kind() == Stop.Kind.TRANSLATED
              && !stop.rules().isEmpty()
              && stop.packets().meets(region);
      if (taken) {
        RuleSite rule = stop.rules().get(stop.rules().size() - 1);
        return Optional.of(
            new Translation(
                port,
                stop.site(),
                rule,
                program(stop),
                to(stop),
                !crossing.passed().meets(region) && stop.translation().isPresent(),
                stop.site().priority() < DSTNAT));
      }
    }
    return Optional.empty();
  }

  private static Optional<Program> program(Stop stop) {
    List<RulePlace> places = new ArrayList<>();
    for (RuleSite site : stop.rules()) {
      site.rule().ifPresent(r -> places.add(new RulePlace(site.chain(), site.number(), r)));
    }
    RuleSite last = stop.rules().get(stop.rules().size() - 1);
    return Program.of(places).or(() -> Program.of(last.chain()));
  }

  private static Optional<String> to(Stop stop) {
    Optional<Target> target = stop.translation();
    if (target.isPresent() && target.get() instanceof Target.Dnat dnat) {
      return Optional.of(dnat.to().place()).filter(p -> !p.isEmpty());
    }
    return target.isPresent() && target.get() instanceof Target.Redirect redirect
        ? redirect.ports().map(p -> "port " + p)
        : Optional.empty();
  }

  /** Whether a rule of a table gives packets another destination. */
  public static boolean translates(Table table) {
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        Target target = row.rule().target();
        if (ForeignDnat.redirects(target) || target instanceof Target.Redirect) {
          return true;
        }
      }
    }
    return false;
  }

  /** What a reader should know of them: ports that one rule takes to one place, together. */
  public static List<CheckNotice> notices(List<Translation> translations) {
    Map<List<Object>, List<Translation>> byPlace = new LinkedHashMap<>();
    for (Translation each : translations) {
      List<Object> place =
          List.of(
              each.port().family(),
              each.site().engine(),
              place(each.site()),
              each.rule().chain(),
              each.to(),
              each.first());
      byPlace.computeIfAbsent(place, p -> new ArrayList<>()).add(each);
    }
    List<CheckNotice> notices = new ArrayList<>();
    for (List<Translation> same : byPlace.values()) {
      Translation first = same.get(0);
      notices.add(
          new CheckNotice.TranslatedElsewhere(
              same.stream().map(Translation::port).toList(),
              variant(first.site().engine()),
              place(first.site()),
              first.rule().chain(),
              first.to(),
              first.first()));
    }
    return List.copyOf(notices);
  }

  private static Optional<Variant> variant(RuleEngine engine) {
    return switch (engine) {
      case LEGACY -> Optional.of(Variant.LEGACY);
      case IPTABLES_NFT -> Optional.of(Variant.NFT);
      case IPTABLES -> Optional.of(Variant.UNKNOWN);
      case NFTABLES -> Optional.empty();
    };
  }
}
