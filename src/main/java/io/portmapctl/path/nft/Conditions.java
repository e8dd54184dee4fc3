package io.portmapctl.path.nft;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.nft.Element;
import io.portmapctl.ruleset.nft.Expression;
import io.portmapctl.ruleset.nft.NftRule;
import io.portmapctl.ruleset.nft.NftSet;
import io.portmapctl.ruleset.nft.NftTable;
import io.portmapctl.ruleset.nft.Statement;
import io.portmapctl.text.Octets;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Which packets the conditions of a table's rules hold for, and what its maps have for them. */
final class Conditions {
  private final PacketSpace space;
  private final NftTable table;
  private final Quantities quantities;
  private final FibLookup routes;
  private final Family family;
  private final String place;
  private final IdentityHashMap<Statement, Held> known = new IdentityHashMap<>();
  private final IdentityHashMap<Expression, Optional<List<Entry>>> maps = new IdentityHashMap<>();

  /**
   * Of a table.
   *
   * @param place what the words of questions begin with
   */
  Conditions(
      PacketSpace space,
      NftTable table,
      Quantities quantities,
      FibLookup routes,
      Family family,
      String place) {
    this.space = space;
    this.table = table;
    this.quantities = quantities;
    this.routes = routes;
    this.family = family;
    this.place = place;
  }

  FibLookup routes() {
    return routes;
  }

  Family family() {
    return family;
  }

  /**
   * The packets of which a condition may hold.
   *
   * @param packets those of which it does, where a question of it is answered yes
   * @param chance whether the same packet has another answer the next time
   */
  record Held(PacketSet packets, boolean chance) {}

  /** Of which packets a condition holds. */
  Held held(Statement.Condition condition) {
    return known.computeIfAbsent(condition, c -> asked(condition));
  }

  private Held asked(Statement.Condition condition) {
    Expression left = condition.left();
    if (isChance(left) || isChance(condition.right())) {
      return new Held(space.all(), true);
    }
    boolean negated = condition.operator().equals("!=");
    PacketSet present = present(left);
    PacketSet packets =
        compared(condition)
            .map(p -> negated ? present.minus(p) : present.and(p))
            .orElseGet(() -> present.and(question(condition, negated)));
    return new Held(packets, false);
  }

  /** What is asked by the same words is the same question, negated or not. */
  private PacketSet question(Statement.Condition condition, boolean negated) {
    return negated ? equal(condition.left(), condition.right()).complement() : question(condition);
  }

  private PacketSet equal(Expression left, Expression right) {
    return question(new Statement.Condition("==", left, right));
  }

  private PacketSet question(Statement asked) {
    return question(words(asked));
  }

  /** The packets of which a question is answered yes. */
  PacketSet question(String words) {
    return space.ofQuestion(place + words);
  }

  /** A statement in nft's words. */
  String words(Statement statement) {
    NftRule rule = new NftRule(OptionalLong.empty(), List.of(statement), Octets.EMPTY);
    return rule.text(table.family()).latin1();
  }

  /** Whether what an expression asks may be otherwise the next time. */
  static boolean isChance(Expression expression) {
    if (expression instanceof Expression.Unknown unknown) {
      return !unknown.steady();
    }
    if (expression instanceof Expression.Concatenation all) {
      return all.parts().stream().anyMatch(Conditions::isChance);
    }
    if (expression instanceof Expression.Bitwise bitwise) {
      return isChance(bitwise.left()) || isChance(bitwise.right());
    }
    return expression instanceof Expression.Mapped mapped && isChance(mapped.key());
  }

  /** The packets that have what an expression asks; a rule stops for the others. */
  PacketSet present(Expression expression) {
    if (expression instanceof Expression.Concatenation all) {
      PacketSet set = space.all();
      for (Expression part : all.parts()) {
        set = set.and(present(part));
      }
      return set;
    }
    if (expression instanceof Expression.Bitwise bitwise) {
      return present(bitwise.left()).and(present(bitwise.right()));
    }
    return quantities.present(expression);
  }

  /** A condition without its negation; empty where it is not known. */
  private Optional<PacketSet> compared(Statement.Condition condition) {
    Expression left = condition.left();
    Expression right = condition.right();
    return switch (condition.operator()) {
      case "==", "!=" -> member(left, right);
      case "in" -> bits(left, right).map(PacketSet::complement);
      case "!" -> bits(left, right);
      default -> ordered(condition.operator(), left, right);
    };
  }

  /** The packets of which none of some bits is set. */
  private Optional<PacketSet> bits(Expression left, Expression right) {
    Optional<Masked> masked = masked(left);
    if (masked.isEmpty() || masked.get().changed()) {
      return Optional.empty();
    }
    Quantity quantity = masked.get().quantity();
    return number(right, quantity).flatMap(n -> quantity.masked(n, BigInteger.ZERO));
  }

  private Optional<PacketSet> ordered(String operator, Expression left, Expression right) {
    Optional<Masked> masked = masked(left);
    if (masked.isEmpty() || masked.get().changed()) {
      return Optional.empty();
    }
    Quantity quantity = masked.get().quantity();
    return number(right, quantity)
        .map(
            n ->
                switch (operator) {
                  case "<" -> run(quantity, BigInteger.ZERO, n.subtract(BigInteger.ONE));
                  case "<=" -> run(quantity, BigInteger.ZERO, n);
                  case ">" -> run(quantity, n.add(BigInteger.ONE), quantity.all());
                  default -> run(quantity, n, quantity.all());
                });
  }

  private PacketSet run(Quantity quantity, BigInteger first, BigInteger last) {
    return first.compareTo(last) > 0
        ? space.none()
        : quantity.among(Quantity.interval(first, last));
  }

  /**
   * A quantity behind bitwise operations.
   *
   * @param mask the bits that are kept
   * @param flip the bits that are turned over then
   */
  record Masked(Quantity quantity, BigInteger mask, BigInteger flip) {
    boolean changed() {
      return !mask.equals(quantity.all()) || flip.signum() != 0;
    }
  }

  /** What an expression asks, where that is known. */
  private Optional<Masked> masked(Expression expression) {
    if (!(expression instanceof Expression.Bitwise bitwise)) {
      return quantities.of(expression).map(q -> new Masked(q, q.all(), BigInteger.ZERO));
    }
    Optional<Masked> inner = masked(bitwise.left());
    Optional<BigInteger> by = inner.flatMap(m -> number(bitwise.right(), m.quantity()));
    if (by.isEmpty()) {
      return Optional.empty();
    }
    Masked before = inner.get();
    BigInteger number = by.get();
    BigInteger all = before.quantity().all();
    return switch (bitwise.operator()) {
      case "&" ->
          Optional.of(
              new Masked(before.quantity(), before.mask().and(number), before.flip().and(number)));
      case "|" ->
          Optional.of(
              new Masked(
                  before.quantity(),
                  before.mask().and(all.andNot(number)),
                  before.flip().andNot(number).or(number)));
      case "^" ->
          Optional.of(new Masked(before.quantity(), before.mask(), before.flip().xor(number)));
      default -> Optional.empty();
    };
  }

  /** A value as one number. */
  private static Optional<BigInteger> number(Expression value, Quantity quantity) {
    if (value instanceof Expression.Constant constant) {
      return quantity.values(constant.value()).filter(Interval::isOne).map(Quantity::first);
    }
    if (value instanceof Expression.Flags flags) {
      BigInteger sum = BigInteger.ZERO;
      for (Expression.Constant name : flags.names()) {
        Optional<BigInteger> bit = number(name, quantity);
        if (bit.isEmpty()) {
          return Optional.empty();
        }
        sum = sum.or(bit.get());
      }
      return Optional.of(sum);
    }
    if (value instanceof Expression.Bitwise bitwise) {
      Optional<BigInteger> left = number(bitwise.left(), quantity);
      Optional<BigInteger> right = number(bitwise.right(), quantity);
      if (left.isEmpty() || right.isEmpty()) {
        return Optional.empty();
      }
      return switch (bitwise.operator()) {
        case "&" -> Optional.of(left.get().and(right.get()));
        case "|" -> Optional.of(left.get().or(right.get()));
        case "^" -> Optional.of(left.get().xor(right.get()));
        default -> Optional.empty();
      };
    }
    return Optional.empty();
  }

  /** The packets that have a value, or one of a set. */
  private Optional<PacketSet> member(Expression left, Expression right) {
    Optional<List<Element>> elements = elements(right);
    if (elements.isEmpty()) {
      Keys keys = new Keys(left);
      return right instanceof Expression.SetName
          ? Optional.empty()
          : keys.at(right).map(p -> keys.isPartly() ? p.and(equal(left, right)) : p);
    }
    List<PacketSet> certain = new ArrayList<>();
    List<PacketSet> perhaps = new ArrayList<>();
    Keys keys = new Keys(left);
    for (Element element : elements.get()) {
      Optional<PacketSet> one =
          element.isCatchAll() ? Optional.of(space.all()) : keys.at(element.key());
      if (one.isEmpty()) {
        return Optional.empty();
      }
      boolean open = element.expires() || keys.isPartly() && !element.isCatchAll();
      (open ? perhaps : certain).add(one.get());
    }
    PacketSet set = Quantity.united(space, certain);
    return Optional.of(
        perhaps.isEmpty() ? set : set.or(Quantity.united(space, perhaps).and(equal(left, right))));
  }

  /** What a key has that values are compared with, asked once for many. */
  private final class Keys {
    private final List<Optional<Masked>> parts;

    Keys(Expression key) {
      List<Expression> all = key instanceof Expression.Concatenation c ? c.parts() : List.of(key);
      this.parts = all.stream().map(Conditions.this::masked).toList();
    }

    /** Whether of some parts it is not known what they are. */
    boolean isPartly() {
      long known = parts.stream().filter(Optional::isPresent).count();
      return known > 0 && known < parts.size();
    }

    /** The packets that have a value, as far as its parts are known. */
    Optional<PacketSet> at(Expression value) {
      List<Expression> values =
          value instanceof Expression.Concatenation c ? c.parts() : List.of(value);
      if (values.size() != parts.size()) {
        return Optional.empty();
      }
      PacketSet set = space.all();
      for (int i = 0; i < values.size(); i++) {
        Expression each = values.get(i);
        if (isPartly() && parts.get(i).isEmpty()) {
          continue;
        }
        Optional<PacketSet> one = parts.get(i).flatMap(m -> single(m, each));
        if (one.isEmpty()) {
          return Optional.empty();
        }
        set = set.and(one.get());
      }
      return Optional.of(set);
    }
  }

  private static Optional<PacketSet> single(Masked left, Expression value) {
    Quantity quantity = left.quantity();
    if (!left.changed()) {
      Optional<Interval> run = run(value, quantity);
      if (run.isPresent()) {
        return run.map(quantity::among);
      }
      return number(value, quantity).flatMap(n -> quantity.masked(quantity.all(), n));
    }
    return number(value, quantity)
        .flatMap(
            n -> {
              BigInteger bare = n.xor(left.flip());
              return bare.andNot(left.mask()).signum() != 0
                  ? Optional.of(quantity.space().none())
                  : quantity.masked(left.mask(), bare);
            });
  }

  /** The values that a constant, a range or a prefix stands for. */
  private static Optional<Interval> run(Expression value, Quantity quantity) {
    if (value instanceof Expression.Constant constant) {
      return quantity.values(constant.value());
    }
    if (value instanceof Expression.Range range) {
      Optional<Interval> first = quantity.values(range.first().value());
      Optional<Interval> last = quantity.values(range.last().value());
      return first.isPresent() && last.isPresent()
          ? Optional.of(Quantity.interval(Quantity.first(first.get()), Quantity.last(last.get())))
          : Optional.empty();
    }
    if (value instanceof Expression.Prefix prefix
        && prefix.length() >= 0
        && prefix.length() <= quantity.bits()) {
      BigInteger host =
          BigInteger.ONE.shiftLeft(quantity.bits() - prefix.length()).subtract(BigInteger.ONE);
      return quantity
          .values(prefix.address().value())
          .map(Quantity::first)
          .map(a -> Quantity.interval(a.andNot(host), a.or(host)));
    }
    return Optional.empty();
  }

  /** The named set; empty where there is none, or packets change it. */
  Optional<NftSet> set(String name) {
    return Optional.ofNullable(table.sets().get(new Octets(name)));
  }

  /** The elements of a set or map; empty where they are not known. */
  private Optional<List<Element>> elements(Expression set) {
    if (set instanceof Expression.Elements elements) {
      return Optional.of(elements.elements());
    }
    return set instanceof Expression.SetName name
        ? set(name.name()).filter(s -> !s.dynamic()).map(NftSet::elements)
        : Optional.empty();
  }

  /**
   * What a map has for packets.
   *
   * @param data what it has
   * @param packets for which packets
   * @param certain whether it has it for certain, and not perhaps
   */
  record Entry(Expression data, PacketSet packets, boolean certain) {}

  /**
   * What a map has, for packets that have its key; those in no entry have nothing there.
   *
   * @return empty where that is not known
   */
  Optional<List<Entry>> entries(Expression key, Expression map) {
    return maps.computeIfAbsent(map, m -> asked(key, map));
  }

  private Optional<List<Entry>> asked(Expression key, Expression map) {
    Optional<List<Element>> elements = elements(map);
    if (elements.isEmpty() || isChance(key)) {
      return Optional.empty();
    }
    PacketSet present = present(key);
    Keys keys = new Keys(key);
    Map<Expression, List<PacketSet>> certain = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    Optional<Element> rest = Optional.empty();
    for (Element element : elements.get()) {
      if (element.data().isEmpty()) {
        return Optional.empty();
      }
      if (element.isCatchAll()) {
        rest = Optional.of(element);
        continue;
      }
      Optional<PacketSet> one = keys.at(element.key());
      if (one.isEmpty()) {
        return Optional.empty();
      }
      if (element.expires() || keys.isPartly()) {
        entries.add(new Entry(element.data().get(), one.get().and(present), false));
      } else {
        certain.computeIfAbsent(element.data().get(), d -> new ArrayList<>()).add(one.get());
      }
    }
    PacketSet others = present;
    for (Map.Entry<Expression, List<PacketSet>> each : certain.entrySet()) {
      PacketSet packets = Quantity.united(space, each.getValue()).and(present);
      entries.add(new Entry(each.getKey(), packets, true));
    }
    if (rest.isPresent()) {
      for (Entry entry : entries) {
        others = entry.certain() ? others.minus(entry.packets()) : others;
      }
      entries.add(new Entry(rest.get().data().orElseThrow(), others, !rest.get().expires()));
    }
    return Optional.of(entries);
  }
}
