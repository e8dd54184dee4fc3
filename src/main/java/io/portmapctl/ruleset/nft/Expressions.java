package io.portmapctl.ruleset.nft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads expressions. */
final class Expressions {
  /** What may be another the next time. */
  private static final Set<String> UNSTEADY =
      Set.of("numgen", "socket", "cpu", "time", "hour", "day", "random");

  Expression expression(NftJson json) {
    if (json.isScalar()) {
      String text = json.text();
      return text.startsWith("@")
          ? new Expression.SetName(text.substring(1))
          : new Expression.Constant(text);
    }
    if (json.isList()) {
      List<Expression.Constant> names = new ArrayList<>();
      for (NftJson item : json.items()) {
        if (!item.isScalar()) {
          return unknown("list", json);
        }
        names.add(new Expression.Constant(item.text()));
      }
      return new Expression.Flags(names);
    }
    String kind = json.kind();
    return known(kind, json.get(kind), json).orElseGet(() -> unknown(kind, json));
  }

  private Optional<Expression> known(String kind, NftJson body, NftJson whole) {
    return switch (kind) {
      case "range" -> range(body);
      case "prefix" -> prefix(body);
      case "concat" -> Optional.of(new Expression.Concatenation(all(body)));
      case "set" ->
          Optional.of(new Expression.Elements(body.items().stream().map(this::element).toList()));
      case "elem" -> Optional.of(expression(body.get("val")));
      case "payload" -> payload(body);
      case "meta" ->
          Optional.of(body.get("key").text())
              .filter(k -> !k.isEmpty())
              .map(
                  k ->
                      UNSTEADY.contains(k)
                          ? new Expression.Unknown("meta", "meta " + k, false)
                          : new Expression.Meta(k));
      case "ct" ->
          Optional.of(
              new Expression.Connection(
                  body.field("family").map(f -> f.text() + " ").orElse("") + body.get("key").text(),
                  body.field("dir").map(NftJson::text)));
      case "fib" ->
          Optional.of(
              new Expression.Fib(
                  body.get("result").text(),
                  body.get("flags").items().stream().map(NftJson::text).toList()));
      case "map" ->
          Optional.of(
              new Expression.Mapped(expression(body.get("key")), expression(body.get("data"))));
      case "&", "|", "^", "<<", ">>" -> bitwise(kind, body);
      case "accept", "drop", "continue", "return", "jump", "goto" ->
          verdict(whole).map(Expression.Decision::new);
      case "socket" -> Optional.of(other(kind, "socket " + body.get("key").text()));
      case "rt" ->
          Optional.of(
              other(
                  kind,
                  "rt "
                      + body.field("family").map(f -> f.text() + " ").orElse("")
                      + body.get("key").text()));
      case "numgen" ->
          Optional.of(
              other(
                  kind,
                  "numgen "
                      + body.get("mode").text()
                      + " mod "
                      + body.get("mod").text()
                      + offset(body)));
      case "exthdr" ->
          Optional.of(
              other(
                  kind,
                  "exthdr "
                      + body.get("name").text()
                      + body.field("field").map(f -> " " + f.text()).orElse("")));
      case "tcp option" ->
          Optional.of(
              other(
                  kind,
                  "tcp option "
                      + body.get("name").text()
                      + body.field("field").map(f -> " " + f.text()).orElse("")));
      case "jhash" ->
          Optional.of(
              other(
                  kind,
                  "jhash "
                      + new NftWords("").expression(expression(body.get("expr")))
                      + " mod "
                      + body.get("mod").text()
                      + body.field("seed").map(s -> " seed 0x" + hex(s)).orElse("")
                      + offset(body)));
      default -> Optional.empty();
    };
  }

  private static String hex(NftJson number) {
    return number.number().map(Long::toHexString).orElse("");
  }

  private static String offset(NftJson body) {
    String offset = body.get("offset").text();
    return offset.isEmpty() || offset.equals("0") ? "" : " offset " + offset;
  }

  /** A verdict. */
  static Optional<Verdict> verdict(NftJson json) {
    String kind = json.kind();
    for (Verdict.Kind each : Verdict.Kind.values()) {
      if (each.word().equals(kind)) {
        boolean leads = each == Verdict.Kind.JUMP || each == Verdict.Kind.GOTO;
        String chain = leads ? json.get(kind).get("target").text() : "";
        return leads && chain.isEmpty() ? Optional.empty() : Optional.of(new Verdict(each, chain));
      }
    }
    return Optional.empty();
  }

  private static Optional<Expression> range(NftJson body) {
    List<NftJson> ends = body.items();
    return ends.size() == 2 && ends.get(0).isScalar() && ends.get(1).isScalar()
        ? Optional.of(
            new Expression.Range(
                new Expression.Constant(ends.get(0).text()),
                new Expression.Constant(ends.get(1).text())))
        : Optional.empty();
  }

  private static Optional<Expression> prefix(NftJson body) {
    Optional<Long> length = body.get("len").number();
    return body.get("addr").isScalar() && length.isPresent()
        ? Optional.of(
            new Expression.Prefix(
                new Expression.Constant(body.get("addr").text()), length.get().intValue()))
        : Optional.empty();
  }

  private static Optional<Expression> payload(NftJson body) {
    String protocol = body.get("protocol").text();
    String field = body.get("field").text();
    if (!protocol.isEmpty() && !field.isEmpty()) {
      return Optional.of(new Expression.Payload(protocol, field));
    }
    String raw =
        "@"
            + body.get("base").text()
            + ","
            + body.get("offset").text()
            + ","
            + body.get("len").text();
    return Optional.of(other("payload", raw));
  }

  private Optional<Expression> bitwise(String operator, NftJson body) {
    List<NftJson> operands = body.items();
    if (operands.size() < 2) {
      return Optional.empty();
    }
    Expression left = expression(operands.get(0));
    for (NftJson operand : operands.subList(1, operands.size())) {
      left = new Expression.Bitwise(operator, left, expression(operand));
    }
    return Optional.of(left);
  }

  private static Expression other(String kind, String words) {
    return new Expression.Unknown(kind, words, !UNSTEADY.contains(kind));
  }

  private static Expression unknown(String kind, NftJson json) {
    return new Expression.Unknown(kind, json.compact(), false);
  }

  private List<Expression> all(NftJson list) {
    return list.items().stream().map(this::expression).toList();
  }

  /** An element of a set, or of a map: there a pair. */
  Element element(NftJson json) {
    if (json.isList() && json.items().size() == 2) {
      List<NftJson> pair = json.items();
      return element(pair.get(0), Optional.of(expression(pair.get(1))));
    }
    return element(json, Optional.empty());
  }

  private Element element(NftJson key, Optional<Expression> data) {
    Optional<NftJson> wrapped = key.field("elem");
    if (wrapped.isEmpty()) {
      return new Element(expression(key), data, false, "");
    }
    NftJson body = wrapped.get();
    return new Element(
        expression(body.get("val")),
        data,
        body.field("timeout").isPresent() || body.field("expires").isPresent(),
        body.get("comment").text());
  }
}
