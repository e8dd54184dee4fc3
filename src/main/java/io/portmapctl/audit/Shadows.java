package io.portmapctl.audit;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.layout.Wanted;
import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Octets;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Table;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.PortMapping;
import io.portmapctl.plan.Claims;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Entries;
import io.portmapctl.plan.Published;
import io.portmapctl.trace.Flow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What stands in one table before the rules of mappings and takes their packets. */
final class Shadows {
  private static final Cidr LOCALHOST = Cidr.host(new IpAddress(Family.IPV4, 0, 0x7f000001L));

  /** Not a chain to which a jump could come too late. */
  private static final String MARKING = "";

  private final Table table;
  private final Supplier<List<IpAddress>> locals;
  private final Claims claims;
  private final Map<String, Takers> onTheWay = new HashMap<>();
  private final Map<String, Takers> masquerade = new HashMap<>();
  private final Entries entries;

  /**
   * Of one table.
   *
   * @param locals this host's addresses, asked for where a rule makes them count; none where they
   *     are not known
   */
  Shadows(Table table, Supplier<List<IpAddress>> locals) {
    this.table = table;
    this.locals = locals;
    this.claims = new Claims(table);
    onTheWay.put(Flow.ANY, Takers.ofMappings(table, "PREROUTING"));
    onTheWay.put(Flow.NONE, Takers.ofMappings(table, "OUTPUT"));
    this.entries = claims.entries();
  }

  /**
   * Who takes the packets of an attachment.
   *
   * @param wanted what it wants in this table
   * @param warnings where is added what may take them and cannot be told
   */
  List<Finding.Shadow> of(Attachment attachment, Wanted wanted, Set<String> warnings) {
    String chain = ChainNames.dnat(attachment.identity());
    List<Entries.Entry> own = entries.of(chain);
    List<Finding.Shadow> found = new ArrayList<>();
    if (own.isEmpty() || wanted.containerChains().isEmpty()) {
      return found;
    }
    for (Conflict.Port conflict : claims.of(attachment)) {
      rival(attachment, conflict).ifPresent(found::add);
    }
    for (PortMapping mapping : attachment.mappings()) {
      if (mapping.appliesTo(table.family())) {
        port(mapping, chain, own, found, warnings);
        masquerade(attachment, mapping, wanted, found, warnings);
      }
    }
    return found.stream().distinct().toList();
  }

  /** Another container's entry that stands before one of ours and takes the same packets. */
  private Optional<Finding.Shadow> rival(Attachment attachment, Conflict.Port conflict) {
    for (PortMapping mapping : attachment.mappings()) {
      Published port = Published.of(table.family(), mapping);
      boolean meets =
          port.hostIp().isEmpty()
              || conflict.hostIp().isEmpty()
              || port.hostIp().equals(conflict.hostIp());
      boolean asked =
          meets
              && mapping.appliesTo(table.family())
              && mapping.hostPort() == conflict.hostPort()
              && port.protocol().equals(conflict.protocol());
      if (!asked) {
        continue;
      }
      Optional<Entries.Entry> first =
          entries.before(
              ChainNames.dnat(attachment.identity()), conflict.otherChain(), port.flow());
      if (first.isPresent()) {
        return Optional.of(
            new Finding.Shadow(
                port,
                Finding.Effect.PORT,
                Optional.empty(),
                ChainNames.DNAT,
                first.get().row().text(),
                conflict.other(),
                Optional.of(conflict.otherChain())));
      }
    }
    return Optional.empty();
  }

  private Flow flow(Published port, String in, List<IpAddress> known) {
    return Flow.toHost(table.family(), port.hostIp(), port.protocol(), port.port(), in, known);
  }

  /** Rules of nobody's mapping on the way to an entry. */
  private void port(
      PortMapping mapping,
      String chain,
      List<Entries.Entry> own,
      List<Finding.Shadow> found,
      Set<String> warnings) {
    Published port = Published.of(table.family(), mapping);
    onTheWay.forEach(
        (in, takers) -> {
          if (takers.isEmpty()) {
            return;
          }
          for (Entries.Entry entry : own) {
            flow(port, in, locals.get())
                .narrowed(entry.row().rule())
                .flatMap(f -> takers.first(f, port.port(), entry.place(), chain))
                .ifPresent(
                    t -> add(port, Finding.Effect.PORT, t, ChainNames.DNAT, found, warnings));
          }
        });
  }

  /** Rules that let localhost's and hairpin traffic go before it is masqueraded. */
  private void masquerade(
      Attachment attachment,
      PortMapping mapping,
      Wanted wanted,
      List<Finding.Shadow> found,
      Set<String> warnings) {
    Published port = Published.of(table.family(), mapping);
    Cidr container = attachment.address(table.family()).orElseThrow();
    for (Wanted.Placement jump : wanted.jumps()) {
      String shared = jump.rule().target().chain().orElse("");
      if (!jump.chain().equals("POSTROUTING") || takers(shared, wanted).isEmpty()) {
        continue;
      }
      boolean marks = shared.equals(ChainNames.MASQ);
      for (Cidr source : masqueraded(attachment, container, marks)) {
        Flow flow =
            Flow.toContainer(
                source,
                container.address(),
                port.protocol(),
                mapping.containerPort(),
                marks ? attachment.mark() : 0);
        takers(shared, wanted)
            .first(flow, mapping.containerPort(), Integer.MAX_VALUE, "")
            .ifPresent(t -> add(port, Finding.Effect.MASQUERADE, t, shared, found, warnings));
      }
    }
    if (wanted.shared().containsKey(ChainNames.SETMARK) && !takers(MARKING, wanted).isEmpty()) {
      for (Cidr source : masqueraded(attachment, container, true)) {
        takers(MARKING, wanted)
            .first(
                flow(port, Flow.ANY, locals.get()).from(source), port.port(), Integer.MAX_VALUE, "")
            .ifPresent(t -> add(port, Finding.Effect.MASQUERADE, t, MARKING, found, warnings));
      }
    }
  }

  /** Whose packets are masqueraded. */
  private List<Cidr> masqueraded(Attachment attachment, Cidr container, boolean hairpin) {
    List<Cidr> sources = new ArrayList<>();
    if (hairpin) {
      sources.add(attachment.masqAll() ? Cidr.any(table.family()) : container.network());
    }
    if (table.family() == Family.IPV4) {
      sources.add(LOCALHOST);
    }
    return sources;
  }

  private Takers takers(String what, Wanted wanted) {
    Optional<Rule> mark =
        wanted.shared().getOrDefault(ChainNames.SETMARK, List.of()).stream().findFirst();
    Optional<Rule> masq =
        wanted.shared().getOrDefault(ChainNames.MASQ, List.of()).stream().findFirst();
    String key = what + masq.map(r -> r.text().latin1()).orElse("");
    return masquerade.computeIfAbsent(
        key,
        k ->
            what.equals(MARKING)
                ? Takers.ofMark(table, mark.orElseThrow())
                : Takers.ofMasquerade(table, what, masq));
  }

  /**
   * Adds what takes packets.
   *
   * @param shared the chain that they should have come to
   */
  private static void add(
      Published port,
      Finding.Effect effect,
      Takers.Taken taken,
      String shared,
      List<Finding.Shadow> found,
      Set<String> warnings) {
    String chain = taken.taker().chain();
    Octets rule = taken.taker().row().text();
    if (taken.sure()) {
      boolean late = taken.taker().start().equals("POSTROUTING");
      // a rule that leads straight to another container's chain
      Optional<String> container = Optional.of(chain).filter(ChainNames::isContainerChain);
      found.add(
          new Finding.Shadow(
              port,
              effect,
              late ? Optional.of(shared) : Optional.empty(),
              chain,
              rule,
              Optional.empty(),
              container));
    } else {
      warnings.add(
          port.family().title()
              + ": "
              + port
              + " may be taken before its rules are reached, by a rule of chain "
              + chain
              + " of which that cannot be told: "
              + rule);
    }
  }
}
