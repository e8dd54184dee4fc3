package io.portmapctl.path.nft;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.nft.Expression;
import io.portmapctl.ruleset.nft.NftRule;
import io.portmapctl.ruleset.nft.NftSet;
import io.portmapctl.ruleset.nft.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Takes packets through the statements of one rule, in order, as the kernel does: what a statement
 * before has changed stays changed for packets that stop at one behind it.
 */
final class RuleRun implements Statement.Visitor<Boolean> {
  private static final long ALL = 0xffffffffL;

  /** What nft calls the flags of a translation, and iptables. */
  private static final List<List<String>> FLAGS =
      List.of(
          List.of("random", "--random"),
          List.of("fully-random", "--random-fully"),
          List.of("persistent", "--persistent"));

  private final PacketSpace space;
  private final Family family;
  private final Conditions meanings;
  private final List<Effect> effects = new ArrayList<>();
  private PacketSet going;
  private PacketSet stopped;

  private RuleRun(Conditions meanings, PacketSet packets) {
    this.meanings = meanings;
    this.space = packets.space();
    this.family = meanings.family();
    this.going = packets;
    this.stopped = space.none();
  }

  /**
   * What became of packets at a rule.
   *
   * @param effects what those come to that the rule takes
   * @param stopped those that it does not take to its end, as they go on to the next
   */
  record Result(List<Effect> effects, PacketSet stopped) {}

  /** Runs a rule. */
  static Result of(NftRule rule, Conditions meanings, PacketSet packets) {
    RuleRun run = new RuleRun(meanings, packets);
    for (Statement statement : rule.statements()) {
      if (run.going.isEmpty()) {
        break;
      }
      statement.accept(run);
    }
    if (!run.going.isEmpty()) {
      run.effects.add(Effect.goesOn(run.going));
    }
    return new Result(run.effects, run.stopped);
  }

  private void stop(PacketSet packets) {
    stopped = stopped.or(packets);
  }

  /** Those stop that have not what an expression asks. */
  private void need(Expression key) {
    PacketSet present = meanings.present(key);
    stop(going.minus(present));
    going = going.and(present);
  }

  /** All end here. */
  private Boolean end(Effect effect) {
    effects.add(effect);
    going = space.none();
    return true;
  }

  /** What becomes of them is not known; they may go on to the next rule, too. */
  private Boolean open(PacketSet packets, String words) {
    if (packets.isEmpty()) {
      return true;
    }
    effects.add(Effect.unknown(packets, words));
    stop(packets);
    going = going.minus(packets);
    return true;
  }

  private String words(Statement statement) {
    return meanings.words(statement);
  }

  @Override
  public Boolean condition(Statement.Condition condition) {
    if (condition.left() instanceof Expression.Fib fib && !fib.result().equals("type")) {
      return routed(condition, fib);
    }
    Conditions.Held held = meanings.held(condition);
    if (held.chance()) {
      stop(going);
    } else {
      stop(going.minus(held.packets()));
      going = going.and(held.packets());
    }
    return true;
  }

  /** Whether there is a route is asked of who knows them. */
  private Boolean routed(Statement.Condition condition, Expression.Fib fib) {
    String value =
        condition.right() instanceof Expression.Constant constant ? constant.value() : "";
    boolean presence = value.equals("true") || value.equals("false") || value.equals("0");
    Optional<FibLookup.Answer> answer =
        presence ? meanings.routes().ask(going, fib) : Optional.empty();
    PacketSet found =
        answer
            .map(
                a ->
                    a.found()
                        .or(
                            meanings
                                .question("fib " + String.join(" . ", fib.flags()) + " oif")
                                .minus(a.missing())))
            .orElseGet(
                () ->
                    presence
                        ? meanings.question("fib " + String.join(" . ", fib.flags()) + " oif")
                        : meanings.question(words(condition)));
    boolean negated = presence && !value.equals("true") ^ condition.operator().equals("!=");
    PacketSet taken = negated ? going.minus(found) : going.and(found);
    stop(going.minus(taken));
    going = taken;
    return true;
  }

  @Override
  public Boolean decide(Statement.Decide decide) {
    return end(Effect.of(going, decide.verdict()));
  }

  @Override
  public Boolean dispatch(Statement.Dispatch dispatch) {
    need(dispatch.key());
    Optional<List<Conditions.Entry>> entries = meanings.entries(dispatch.key(), dispatch.data());
    if (entries.isEmpty()) {
      return open(going, words(dispatch));
    }
    PacketSet left = going;
    for (Conditions.Entry entry : entries.get()) {
      PacketSet some = going.and(entry.packets());
      if (some.isEmpty()) {
        continue;
      }
      if (entry.data() instanceof Expression.Decision decision) {
        effects.add(Effect.of(some, decision.verdict()));
      } else {
        open(some, words(dispatch));
      }
      left = entry.certain() ? left.minus(some) : left;
    }
    stop(left);
    going = space.none();
    return true;
  }

  // ---- changes

  @Override
  public Boolean assign(Statement.Assign assign) {
    Expression key = assign.key();
    if (key instanceof Expression.Meta meta && meta.key().equals("mark")) {
      return mark(assign.value(), false);
    }
    if (key instanceof Expression.Connection connection && connection.key().equals("mark")) {
      return mark(assign.value(), true);
    }
    boolean header =
        key instanceof Expression.Payload payload
            && !List.of("ttl", "hoplimit", "dscp", "ecn", "flowlabel").contains(payload.field());
    if (header || key instanceof Expression.Unknown unknown && unknown.kind().equals("payload")) {
      return open(going, words(assign));
    }
    // it changes nothing that is followed, but perhaps the answer to a question
    boolean asked =
        key instanceof Expression.Payload
            || key instanceof Expression.Meta meta && !meta.key().equals("nftrace");
    going = asked ? going.withoutQuestions() : going;
    return true;
  }

  private Boolean mark(Expression value, boolean connection) {
    if (value instanceof Expression.Mapped mapped) {
      need(mapped.key());
      Optional<List<Conditions.Entry>> entries = meanings.entries(mapped.key(), mapped.data());
      if (entries.isEmpty()) {
        // it may have nothing for them
        stop(going);
        going = anyMark(going, connection);
        return true;
      }
      PacketSet marked = space.none();
      PacketSet left = going;
      for (Conditions.Entry entry : entries.get()) {
        PacketSet some = going.and(entry.packets());
        marked = marked.or(marked(some, entry.data(), connection));
        left = entry.certain() ? left.minus(some) : left;
      }
      stop(left);
      going = marked;
      return true;
    }
    need(value);
    going = marked(going, value, connection);
    return true;
  }

  /** Packets with a mark; what is not tracked has no mark of a connection, and none is set. */
  private PacketSet marked(PacketSet packets, Expression value, boolean connection) {
    if (!connection) {
      return changed(packets, value, false);
    }
    PacketSet tracked = space.of(Field.STATE, Interval.of(1, 3));
    return changed(packets.and(tracked), value, true).or(packets.minus(tracked));
  }

  private PacketSet changed(PacketSet packets, Expression value, boolean connection) {
    Optional<MarkValue> known = MarkValue.of(value);
    if (known.isEmpty()) {
      return anyMark(packets, connection);
    }
    MarkValue to = known.get();
    if (to.base().isEmpty()) {
      return connection
          ? packets.connmarkChanged(to.flip(), ALL)
          : packets.markChanged(to.flip(), ALL);
    }
    boolean fromConnection = to.base().get();
    long cleared = ALL & ~to.mask();
    if (fromConnection == connection) {
      return connection
          ? packets.connmarkChanged(to.flip(), cleared)
          : packets.markChanged(to.flip(), cleared);
    }
    return connection
        ? packets.markSaved(to.mask(), ALL).connmarkChanged(to.flip(), 0)
        : packets.markRestored(ALL, to.mask()).markChanged(to.flip(), 0);
  }

  /** Packets with any mark. */
  private static PacketSet anyMark(PacketSet packets, boolean connection) {
    PacketSet any = packets;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      any = any.or(connection ? any.connmarkChanged(1L << bit, 0) : any.markChanged(1L << bit, 0));
    }
    return any;
  }

  /**
   * A mark as a function of another.
   *
   * @param base whether it is made of the connection's mark, and not the packet's; empty where of
   *     none
   * @param mask the bits that are kept of that
   * @param flip the bits that are turned over then
   */
  private record MarkValue(Optional<Boolean> base, long mask, long flip) {

    static Optional<MarkValue> of(Expression value) {
      if (value instanceof Expression.Constant constant) {
        return Symbols.number(constant.value()).map(n -> new MarkValue(Optional.empty(), 0, n));
      }
      if (value instanceof Expression.Meta meta && meta.key().equals("mark")) {
        return Optional.of(new MarkValue(Optional.of(false), ALL, 0));
      }
      if (value instanceof Expression.Connection connection && connection.key().equals("mark")) {
        return Optional.of(new MarkValue(Optional.of(true), ALL, 0));
      }
      if (value instanceof Expression.Bitwise bitwise
          && bitwise.right() instanceof Expression.Constant constant) {
        Optional<MarkValue> left = of(bitwise.left());
        Optional<Long> by = Symbols.number(constant.value());
        return left.isPresent() && by.isPresent()
            ? left.get().then(bitwise.operator(), by.get())
            : Optional.empty();
      }
      return Optional.empty();
    }

    private Optional<MarkValue> then(String operator, long by) {
      return switch (operator) {
        case "&" -> Optional.of(new MarkValue(base, mask & by, flip & by));
        case "|" -> Optional.of(new MarkValue(base, mask & ~by, flip & ~by | by));
        case "^" -> Optional.of(new MarkValue(base, mask, flip ^ by));
        default -> Optional.empty();
      };
    }
  }

  @Override
  public Boolean untrack(Statement.Untrack untrack) {
    PacketSet none = space.of(Field.STATE, Interval.of(0));
    going = going.minus(none).or(going.and(none).with(Field.STATE, 4));
    return true;
  }

  @Override
  public Boolean addToSet(Statement.AddToSet add) {
    need(add.key());
    Optional<NftSet> set = meanings.set(add.set());
    boolean room =
        set.isPresent()
            && (set.get().size().isEmpty()
                || set.get().elements().size() < set.get().size().getAsLong());
    if (!room || !add.steady()) {
      stop(going);
    }
    return true;
  }

  @Override
  public Boolean goesOn(Statement.GoesOn goesOn) {
    return true;
  }

  @Override
  public Boolean chance(Statement.Chance chance) {
    stop(going);
    return true;
  }

  @Override
  public Boolean unknown(Statement.Unknown unknown) {
    return open(going, unknown.words());
  }

  // ---- ends

  /** What it answers with is a condition, too, which nft does not print. */
  @Override
  public Boolean reject(Statement.Reject reject) {
    PacketSet able =
        switch (reject.type()) {
          case "icmp" -> space.of(Family.IPV4);
          case "icmpv6" -> space.of(Family.IPV6);
          case "tcp reset" -> space.of(Field.PROTOCOL, Interval.of(IpProtocol.TCP.number()));
          default -> space.all();
        };
    stop(going.minus(able));
    going = going.and(able);
    return going.isEmpty() || end(Effect.rejected(going));
  }

  @Override
  public Boolean enqueue(Statement.Enqueue enqueue) {
    return end(Effect.unknown(going, enqueue.words()));
  }

  /** A translation of one family lets packets of the other go on, where its maps have them. */
  @Override
  public Boolean translate(Statement.Translate translate) {
    for (Optional<Expression> each : List.of(translate.address(), translate.port())) {
      if (each.isPresent() && each.get() instanceof Expression.Mapped mapped) {
        need(mapped.key());
      }
    }
    boolean other =
        translate.family().map(f -> f.equals("ip6") ? Family.IPV6 : Family.IPV4).orElse(family)
            != family;
    PacketSet on = space.none();
    for (Choice address : choices(translate.address(), going)) {
      PacketSet some = going.and(address.packets());
      // a map may have both
      Optional<Expression.Concatenation> both =
          address
              .value()
              .filter(Expression.Concatenation.class::isInstance)
              .map(Expression.Concatenation.class::cast)
              .filter(pair -> pair.parts().size() == 2);
      Optional<Expression> port = both.map(p -> p.parts().get(1)).or(translate::port);
      Optional<Expression> place = both.map(p -> p.parts().get(0)).or(address::value);
      for (Choice choice : choices(port, some)) {
        PacketSet here = some.and(choice.packets());
        boolean certain = address.certain() && choice.certain();
        if (here.isEmpty()) {
          continue;
        }
        if (!other) {
          translated(translate, here, place, choice.value(), certain);
          continue;
        }
        on = on.or(here);
        going = certain ? going.minus(here) : going;
      }
    }
    stop(going);
    going = on;
    return true;
  }

  private void translated(
      Statement.Translate translate,
      PacketSet packets,
      Optional<Expression> address,
      Optional<Expression> port,
      boolean certain) {
    Optional<Target> target = target(translate, address, port);
    effects.add(
        target.isPresent()
            ? Effect.translated(packets, target.get())
            : Effect.unknown(packets, words(translate)));
    if (certain && target.isPresent()) {
      going = going.minus(packets);
    }
  }

  /**
   * A value for packets.
   *
   * @param value the value; empty where there is none
   * @param packets for which
   * @param certain whether for certain
   */
  private record Choice(Optional<Expression> value, PacketSet packets, boolean certain) {}

  /** What a value comes to. */
  private List<Choice> choices(Optional<Expression> value, PacketSet packets) {
    if (value.isEmpty() || !(value.get() instanceof Expression.Mapped mapped)) {
      return List.of(new Choice(value, packets, true));
    }
    Optional<List<Conditions.Entry>> entries = meanings.entries(mapped.key(), mapped.data());
    return entries
        .map(
            list ->
                list.stream()
                    .map(e -> new Choice(Optional.of(e.data()), e.packets(), e.certain()))
                    .toList())
        // any of its values, or none
        .orElseGet(() -> List.of(new Choice(value, packets, false)));
  }

  /** The translation as one of iptables, which the kernel does the same way. */
  private Optional<Target> target(
      Statement.Translate translate, Optional<Expression> address, Optional<Expression> port) {
    if (translate.netmap()) {
      return address
          .filter(Expression.Prefix.class::isInstance)
          .map(Expression.Prefix.class::cast)
          .flatMap(p -> Cidr.parse(p.address().value() + "/" + p.length()))
          .map(Target.Netmap::new);
    }
    Optional<AddressRange> addresses = address.flatMap(RuleRun::addresses);
    Optional<PortRange> ports = port.flatMap(RuleRun::ports);
    List<String> flags = new ArrayList<>();
    for (List<String> flag : FLAGS) {
      if (translate.flags().contains(flag.get(0))) {
        flags.add(flag.get(1));
      }
    }
    if (addresses.isPresent() != address.isPresent()
        || ports.isPresent() != port.isPresent()
        || flags.size() != translate.flags().size()) {
      return Optional.empty();
    }
    Target.Translation to = new Target.Translation(addresses, ports, OptionalInt.empty(), flags);
    return Optional.of(
        switch (translate.kind()) {
          case SNAT -> new Target.Snat(to);
          case DNAT -> new Target.Dnat(to);
          case MASQUERADE -> new Target.Masquerade(ports, flags);
          case REDIRECT -> new Target.Redirect(ports, flags);
        });
  }

  private static Optional<AddressRange> addresses(Expression address) {
    if (address instanceof Expression.Constant constant) {
      return IpAddress.parse(constant.value()).map(AddressRange::of);
    }
    if (address instanceof Expression.Range range) {
      Optional<IpAddress> first = IpAddress.parse(range.first().value());
      Optional<IpAddress> last = IpAddress.parse(range.last().value());
      return first.isPresent() && last.isPresent()
          ? Optional.of(new AddressRange(first.get(), last.get()))
          : Optional.empty();
    }
    return address instanceof Expression.Prefix prefix
        ? Cidr.parse(prefix.address().value() + "/" + prefix.length())
            .map(c -> Interval.of(c).addresses(c.address().family()))
        : Optional.empty();
  }

  private static Optional<PortRange> ports(Expression port) {
    if (port instanceof Expression.Constant constant) {
      return port(constant).map(PortRange::of);
    }
    if (port instanceof Expression.Range range) {
      Optional<Integer> first = port(range.first());
      Optional<Integer> last = port(range.last());
      return first.isPresent() && last.isPresent() && first.get() <= last.get()
          ? Optional.of(new PortRange(first.get(), last.get()))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static Optional<Integer> port(Expression.Constant port) {
    return Symbols.number(port.value()).filter(n -> n <= 65535).map(Long::intValue);
  }
}
