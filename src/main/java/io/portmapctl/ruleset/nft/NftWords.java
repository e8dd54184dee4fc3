package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules in nft's own words. */
final class NftWords {
  private static final Set<String> UNQUALIFIED =
      Set.of("iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup");

  private static final Set<String> NAMES =
      Set.of(
          "iif", "oif", "iifname", "oifname", "ibrname", "obrname", "iifkind", "oifkind", "day",
          "hour", "time");

  /** How a constant is written beside an expression. */
  private enum Form {
    PLAIN,
    MARK,
    QUOTED,
    SECONDS,
    PRESENCE
  }

  private final String family;

  NftWords(String family) {
    this.family = family;
  }

  Octets rule(NftRule rule) {
    String all = rule.statements().stream().map(this::statement).collect(Collectors.joining(" "));
    return new Octets(
        rule.comment().isEmpty() ? all : all + " comment " + quoted(rule.comment().latin1()));
  }

  String quoted(String text) {
    return "\"" + text + "\"";
  }

  /** {@code 1h}, {@code 1m30s}. */
  static String duration(long seconds) {
    StringBuilder out = new StringBuilder();
    long[] units = {86400, 3600, 60, 1};
    long rest = seconds;
    for (int i = 0; i < units.length; i++) {
      if (rest >= units[i]) {
        out.append(rest / units[i]).append("dhms".charAt(i));
        rest %= units[i];
      }
    }
    return out.isEmpty() ? "0s" : out.toString();
  }

  String statement(Statement statement) {
    return statement.accept(new StatementWords());
  }

  String expression(Expression expression) {
    return expression.accept(new ExpressionWords(Form.PLAIN));
  }

  private String value(Expression value, Form form) {
    return value.accept(new ExpressionWords(form));
  }

  private static Form form(Expression expression) {
    if (expression instanceof Expression.Bitwise bitwise) {
      return form(bitwise.left());
    }
    if (expression instanceof Expression.Meta meta) {
      return meta.key().equals("mark")
          ? Form.MARK
          : NAMES.contains(meta.key()) ? Form.QUOTED : Form.PLAIN;
    }
    if (expression instanceof Expression.Unknown unknown) {
      boolean quoted = NAMES.contains(unknown.words().replace("meta ", ""));
      return unknown.kind().equals("exthdr") || unknown.kind().equals("tcp option")
          ? Form.PRESENCE
          : quoted ? Form.QUOTED : Form.PLAIN;
    }
    if (expression instanceof Expression.Connection connection) {
      return switch (connection.key()) {
        case "mark" -> Form.MARK;
        case "helper" -> Form.QUOTED;
        case "expiration" -> Form.SECONDS;
        default -> Form.PLAIN;
      };
    }
    if (expression instanceof Expression.Fib fib) {
      return fib.result().equals("type") ? Form.PLAIN : Form.PRESENCE;
    }
    return Form.PLAIN;
  }

  /** Expressions in words. */
  private final class ExpressionWords implements Expression.Visitor<String> {
    private final Form form;

    ExpressionWords(Form form) {
      this.form = form;
    }

    private String all(List<? extends Expression> parts, String between) {
      return parts.stream().map(p -> p.accept(this)).collect(Collectors.joining(between));
    }

    private boolean isNumber(String text) {
      return !text.isEmpty()
          && text.length() < 18
          && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String constant(Expression.Constant constant) {
      String value = constant.value();
      return switch (form) {
        case PLAIN -> value;
        case MARK -> isNumber(value) ? String.format("0x%08x", Long.parseLong(value)) : value;
        case SECONDS -> isNumber(value) ? duration(Long.parseLong(value)) : value;
        case QUOTED -> isNumber(value) || value.equals("*") ? value : quoted(value);
        case PRESENCE ->
            value.equals("true")
                ? "exists"
                : value.equals("false") ? "missing" : isNumber(value) ? value : quoted(value);
      };
    }

    @Override
    public String range(Expression.Range range) {
      return range.first().accept(this) + "-" + range.last().accept(this);
    }

    @Override
    public String prefix(Expression.Prefix prefix) {
      return prefix.address().value() + "/" + prefix.length();
    }

    @Override
    public String concatenation(Expression.Concatenation concatenation) {
      return all(concatenation.parts(), " . ");
    }

    @Override
    public String flags(Expression.Flags flags) {
      return all(flags.names(), ",");
    }

    @Override
    public String elements(Expression.Elements elements) {
      return elements(elements, List.of(form), Form.PLAIN);
    }

    String elements(Expression.Elements elements, List<Form> keys, Form data) {
      return elements.elements().stream()
          .map(
              e ->
                  key(e.key(), keys)
                      + (e.comment().isEmpty() ? "" : " comment " + quoted(e.comment()))
                      + e.data().map(d -> " : " + value(d, data)).orElse(""))
          .collect(Collectors.joining(", ", "{ ", " }"));
    }

    private String key(Expression key, List<Form> forms) {
      if (key instanceof Expression.Concatenation parts && parts.parts().size() == forms.size()) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < forms.size(); i++) {
          out.append(i == 0 ? "" : " . ").append(value(parts.parts().get(i), forms.get(i)));
        }
        return out.toString();
      }
      return value(key, forms.get(0));
    }

    @Override
    public String setName(Expression.SetName name) {
      return "@" + name.name();
    }

    @Override
    public String decision(Expression.Decision decision) {
      return decision.verdict().text();
    }

    @Override
    public String payload(Expression.Payload payload) {
      return payload.protocol() + " " + payload.field();
    }

    @Override
    public String meta(Expression.Meta meta) {
      return UNQUALIFIED.contains(meta.key()) ? meta.key() : "meta " + meta.key();
    }

    @Override
    public String connection(Expression.Connection connection) {
      return "ct " + connection.direction().map(d -> d + " ").orElse("") + connection.key();
    }

    @Override
    public String fib(Expression.Fib fib) {
      return "fib " + String.join(" . ", fib.flags()) + " " + fib.result();
    }

    @Override
    public String mapped(Expression.Mapped mapped) {
      return expression(mapped.key()) + " map " + data(mapped.key(), mapped.data(), form);
    }

    @Override
    public String bitwise(Expression.Bitwise bitwise) {
      return operand(bitwise.left(), bitwise.operator(), false)
          + " "
          + bitwise.operator()
          + " "
          + operand(bitwise.right(), bitwise.operator(), true);
    }

    private String operand(Expression operand, String operator, boolean right) {
      if (operand instanceof Expression.Flags flags) {
        String all = all(flags.names(), " | ");
        return flags.names().size() == 1 ? all : "(" + all + ")";
      }
      String text = operand.accept(this);
      boolean looser =
          operand instanceof Expression.Bitwise inner
              && (right || strength(inner.operator()) < strength(operator));
      return looser ? "(" + text + ")" : text;
    }

    private int strength(String operator) {
      return switch (operator) {
        case "|" -> 0;
        case "^" -> 1;
        case "&" -> 2;
        default -> 3;
      };
    }

    @Override
    public String unknown(Expression.Unknown unknown) {
      return unknown.words();
    }
  }

  private static List<Form> forms(Expression key) {
    return key instanceof Expression.Concatenation all
        ? all.parts().stream().map(NftWords::form).toList()
        : List.of(form(key));
  }

  /** A set, a map or its name, beside its key. */
  private String data(Expression key, Expression data, Form values) {
    return data instanceof Expression.Elements elements
        ? new ExpressionWords(Form.PLAIN).elements(elements, forms(key), values)
        : expression(data);
  }

  /** Statements in words. */
  private final class StatementWords implements Statement.Visitor<String> {

    @Override
    public String condition(Statement.Condition condition) {
      Expression left = condition.left();
      Expression right = condition.right();
      String operator = condition.operator();
      boolean equal = operator.equals("==") || operator.equals("!=");
      if (equal
          && left instanceof Expression.Bitwise mask
          && mask.operator().equals("&")
          && mask.right() instanceof Expression.Flags flags) {
        return expression(mask.left())
            + (operator.equals("==") ? " " : " != ")
            + expression(right)
            + " / "
            + expression(flags);
      }
      boolean implied =
          operator.equals("in") || operator.equals("==") && !(left instanceof Expression.Bitwise);
      String value =
          right instanceof Expression.Elements
              ? data(left, right, Form.PLAIN)
              : value(right, form(left));
      return expression(left, form(left)) + (implied ? " " : " " + operator + " ") + value;
    }

    /** An expression whose own constants are written as its values. */
    private String expression(Expression expression, Form form) {
      return value(expression, form);
    }

    private String expression(Expression expression) {
      return value(expression, Form.PLAIN);
    }

    @Override
    public String decide(Statement.Decide decide) {
      return decide.verdict().text();
    }

    @Override
    public String dispatch(Statement.Dispatch dispatch) {
      return expression(dispatch.key())
          + " vmap "
          + data(dispatch.key(), dispatch.data(), Form.PLAIN);
    }

    @Override
    public String assign(Statement.Assign assign) {
      return expression(assign.key()) + " set " + value(assign.value(), form(assign.key()));
    }

    @Override
    public String translate(Statement.Translate translate) {
      StringBuilder out = new StringBuilder(translate.kind().word());
      translate.family().ifPresent(f -> out.append(' ').append(f));
      if (translate.netmap()) {
        out.append(" prefix");
      }
      Optional<Expression> port = translate.port();
      if (translate.address().isPresent() || port.isPresent()) {
        out.append(" to ");
      }
      translate.address().ifPresent(a -> out.append(address(a, port.isPresent())));
      port.ifPresent(p -> out.append(':').append(expression(p)));
      if (!translate.flags().isEmpty()) {
        out.append(' ').append(String.join(",", translate.flags()));
      }
      return out.toString();
    }

    private String address(Expression address, boolean beforePort) {
      if (beforePort && address instanceof Expression.Range range) {
        return bracketed(range.first()) + "-" + bracketed(range.last());
      }
      return beforePort && address instanceof Expression.Constant one
          ? bracketed(one)
          : expression(address);
    }

    private String bracketed(Expression.Constant address) {
      return address.value().indexOf(':') >= 0 ? "[" + address.value() + "]" : address.value();
    }

    @Override
    public String reject(Statement.Reject reject) {
      String type = reject.type();
      String usual =
          switch (family) {
            case "ip" -> "icmp";
            case "ip6" -> "icmpv6";
            default -> "icmpx";
          };
      if (type.isEmpty() || type.equals(usual) && reject.reason().equals("port-unreachable")) {
        return "reject";
      }
      return "reject with " + type + (reject.reason().isEmpty() ? "" : " " + reject.reason());
    }

    @Override
    public String enqueue(Statement.Enqueue enqueue) {
      return enqueue.words();
    }

    @Override
    public String untrack(Statement.Untrack untrack) {
      return "notrack";
    }

    @Override
    public String addToSet(Statement.AddToSet add) {
      return add.words();
    }

    @Override
    public String goesOn(Statement.GoesOn goesOn) {
      return goesOn.words();
    }

    @Override
    public String chance(Statement.Chance chance) {
      return chance.words();
    }

    @Override
    public String unknown(Statement.Unknown unknown) {
      return unknown.words();
    }
  }
}
