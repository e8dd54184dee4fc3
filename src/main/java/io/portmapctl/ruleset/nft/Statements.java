package io.portmapctl.ruleset.nft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads statements. */
final class Statements {
  private final Expressions expressions = new Expressions();
  private final NftWords words;

  Statements(String family) {
    this.words = new NftWords(family);
  }

  Statement statement(NftJson json) {
    if (json.isScalar()) { // what has no more to say, in some versions
      return bare(json.text(), json);
    }
    String kind = json.kind();
    NftJson body = json.get(kind);
    Optional<Verdict> verdict = Expressions.verdict(json);
    if (verdict.isPresent()) {
      return new Statement.Decide(verdict.get());
    }
    return switch (kind) {
      case "match" -> match(body);
      case "vmap" ->
          new Statement.Dispatch(
              expressions.expression(body.get("key")), expressions.expression(body.get("data")));
      case "mangle" ->
          new Statement.Assign(
              expressions.expression(body.get("key")), expressions.expression(body.get("value")));
      case "snat" -> translate(Statement.Translate.Kind.SNAT, body);
      case "dnat" -> translate(Statement.Translate.Kind.DNAT, body);
      case "masquerade" -> translate(Statement.Translate.Kind.MASQUERADE, body);
      case "redirect" -> translate(Statement.Translate.Kind.REDIRECT, body);
      case "reject" -> new Statement.Reject(body.get("type").text(), body.get("expr").text());
      case "queue" -> new Statement.Enqueue(queue(body));
      case "notrack" -> new Statement.Untrack();
      case "set" -> addToSet(body);
      case "counter" -> new Statement.GoesOn("counter" + named(body));
      case "log" -> new Statement.GoesOn(log(body));
      case "ct helper", "ct timeout", "ct expectation", "secmark" ->
          new Statement.GoesOn(kind + " set " + words.quoted(body.text()));
      case "limit" -> new Statement.Chance(limit(body));
      case "quota" -> new Statement.Chance(quota(body));
      case "ct count" ->
          new Statement.Chance(
              "ct count " + (isTrue(body.get("inv")) ? "over " : "") + body.get("val").text());
      case "last" -> new Statement.GoesOn("last");
      case "dup" -> new Statement.GoesOn(dup(body));
      // it may stop the rule, never end the packet's way
      case "flow" ->
          new Statement.Chance(
              "flow " + body.get("op").text() + " " + body.get("flowtable").text());
      case "tproxy" -> new Statement.Unknown(kind, tproxy(body));
      case "synproxy" -> new Statement.Unknown(kind, synproxy(body));
      default -> new Statement.Unknown(kind, json.compact());
    };
  }

  private static Statement bare(String word, NftJson json) {
    return switch (word) {
      case "notrack" -> new Statement.Untrack();
      case "log", "counter" -> new Statement.GoesOn(word);
      default -> new Statement.Unknown(word, json.compact());
    };
  }

  private Statement match(NftJson body) {
    String operator = body.get("op").text();
    Expression left = expressions.expression(body.get("left"));
    Expression right = expressions.expression(body.get("right"));
    return switch (operator) {
      case "==", "!=", "<", ">", "<=", ">=", "in", "!" ->
          new Statement.Condition(operator, left, right);
      default -> new Statement.Unknown("match", new NftJson(body.value()).compact());
    };
  }

  private Statement translate(Statement.Translate.Kind kind, NftJson body) {
    List<String> flags = new ArrayList<>();
    boolean netmap = false;
    for (NftJson flag : body.field("flags").map(NftJson::items).orElse(List.of())) {
      if (flag.text().equals("netmap")) {
        netmap = true;
      } else {
        flags.add(flag.text());
      }
    }
    netmap |= body.get("type_flags").items().stream().anyMatch(f -> f.text().equals("prefix"));
    return new Statement.Translate(
        kind,
        body.field("family").map(NftJson::text),
        body.field("addr").map(expressions::expression),
        body.field("port").map(expressions::expression),
        flags,
        netmap);
  }

  private static boolean isTrue(NftJson json) {
    return json.text().equals("true");
  }

  /** The name of an object. */
  private String named(NftJson body) {
    return body.text().isEmpty() ? "" : " name " + words.quoted(body.text());
  }

  private Statement addToSet(NftJson body) {
    StringBuilder out = new StringBuilder(body.get("op").text());
    out.append(' ').append(body.get("set").text()).append(" { ");
    Expression key = expressions.expression(body.get("elem"));
    out.append(words.expression(key));
    body.get("elem")
        .get("elem")
        .field("timeout")
        .ifPresent(t -> out.append(" timeout ").append(NftWords.duration(t.number().orElse(0L))));
    boolean steady = !body.get("op").text().equals("delete");
    for (NftJson each : body.field("stmt").map(NftJson::items).orElse(List.of())) {
      Statement statement = statement(each);
      steady &= statement instanceof Statement.GoesOn;
      out.append(' ').append(words.statement(statement));
    }
    String set = body.get("set").text();
    return new Statement.AddToSet(
        set.startsWith("@") ? set.substring(1) : set, key, steady, out.append(" }").toString());
  }

  private String log(NftJson body) {
    StringBuilder out = new StringBuilder("log");
    body.field("prefix").ifPresent(p -> out.append(" prefix ").append(words.quoted(p.text())));
    for (String field : List.of("group", "snaplen")) {
      body.field(field).ifPresent(v -> out.append(' ').append(field).append(' ').append(v.text()));
    }
    body.field("queue-threshold").ifPresent(v -> out.append(" queue-threshold ").append(v.text()));
    body.field("level").ifPresent(l -> out.append(" level ").append(l.text()));
    body.field("flags")
        .ifPresent(
            f ->
                out.append(" flags ")
                    .append(String.join(",", f.items().stream().map(NftJson::text).toList())));
    return out.toString();
  }

  private String limit(NftJson body) {
    if (!body.text().isEmpty()) {
      return "limit" + named(body);
    }
    StringBuilder out = new StringBuilder("limit rate ");
    out.append(isTrue(body.get("inv")) ? "over " : "").append(body.get("rate").text());
    body.field("rate_unit").ifPresent(u -> out.append(' ').append(u.text()));
    out.append('/').append(body.get("per").text());
    String burst = body.get("burst").text();
    Optional<NftJson> unit = body.field("burst_unit");
    boolean told = unit.isPresent() ? !burst.equals("0") : !burst.equals("5");
    if (told && !burst.isEmpty()) {
      out.append(" burst ").append(burst).append(' ');
      out.append(unit.map(NftJson::text).orElse("packets"));
    }
    return out.toString();
  }

  private String quota(NftJson body) {
    if (!body.text().isEmpty()) {
      return "quota" + named(body);
    }
    return "quota "
        + (isTrue(body.get("inv")) ? "over " : "")
        + body.get("val").text()
        + " "
        + body.get("val_unit").text();
  }

  private String queue(NftJson body) {
    StringBuilder out = new StringBuilder("queue");
    List<NftJson> flags = body.field("flags").map(NftJson::items).orElse(List.of());
    if (!flags.isEmpty()) {
      out.append(" flags ");
      out.append(String.join(",", flags.stream().map(NftJson::text).toList()));
    }
    body.field("num")
        .ifPresent(n -> out.append(" to ").append(words.expression(expressions.expression(n))));
    return out.toString();
  }

  private String dup(NftJson body) {
    return "dup to "
        + words.expression(expressions.expression(body.get("addr")))
        + body.field("dev")
            .map(d -> " device " + words.expression(expressions.expression(d)))
            .orElse("");
  }

  private static String tproxy(NftJson body) {
    String address = body.get("addr").text();
    return "tproxy"
        + body.field("family").map(f -> " " + f.text()).orElse("")
        + " to "
        + (address.indexOf(':') >= 0 ? "[" + address + "]" : address)
        + body.field("port").map(p -> ":" + p.text()).orElse("");
  }

  private static String synproxy(NftJson body) {
    StringBuilder out = new StringBuilder("synproxy");
    body.field("mss").ifPresent(m -> out.append(" mss ").append(m.text()));
    body.field("wscale").ifPresent(w -> out.append(" wscale ").append(w.text()));
    for (NftJson flag : body.field("flags").map(NftJson::items).orElse(List.of())) {
      out.append(' ').append(flag.text());
    }
    return out.toString();
  }
}
