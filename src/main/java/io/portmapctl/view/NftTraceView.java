package io.portmapctl.view;

import io.portmapctl.explain.PacketReport;
import io.portmapctl.net.Family;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.HookExit;
import io.portmapctl.path.HookTraversal;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Step;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Ternary;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A packet's way in the words of {@code nft monitor trace}, so that the two can be compared line by
 * line: a packet for each base chain, each rule that takes it, its end there. What nft does not
 * trace stands behind a {@code #}: chains of iptables-legacy, and how it ends. The packet has the
 * number 1, its answer the number 2. The text is octets.
 */
public final class NftTraceView {
  private final StringBuilder out = new StringBuilder();

  private NftTraceView() {}

  /** The text. */
  public static String render(PacketReport report) {
    NftTraceView view = new NftTraceView();
    List<PacketPath> paths = report.trace().paths();
    for (int i = 0; i < paths.size(); i++) {
      if (paths.size() > 1) {
        view.line("# way " + (i + 1) + " of " + paths.size());
      }
      PacketPath path = paths.get(i);
      path.stages().forEach(s -> view.chain(1, s));
      path.back().forEach(s -> view.chain(2, s));
      view.line(
          "# " + path.ending().kind().id() + ": " + VerdictText.of(report.ends().get(i).reason()));
    }
    return Terminal.octets(view.out.toString());
  }

  private void chain(int id, PacketPath.Stage stage) {
    HookTraversal traversal = stage.traversal();
    ChainSite site = traversal.site();
    String legacy = site.engine() == RuleEngine.LEGACY ? "# " : "";
    String start = legacy + "trace id " + String.format(Locale.ROOT, "%08x", id) + " ";
    String table = site.family() + " " + Terminal.decoded(site.table()) + " ";
    line(start + table + Terminal.decoded(site.chain()) + " packet: " + packet(traversal.packet()));
    Deque<String> entered = new ArrayDeque<>();
    for (Step step : traversal.steps()) {
      left(start + table, entered, step.depth());
      if (step.result() == Ternary.NO) {
        continue;
      }
      String perhaps = step.result() == Ternary.UNKNOWN || !step.certain() ? "# perhaps: " : "";
      String verdict = verdict(step);
      line(
          perhaps
              + start
              + table
              + Terminal.decoded(step.chain())
              + " rule "
              + TraceJson.text(step.site())
              + " (verdict "
              + verdict
              + ")");
      if (verdict.startsWith("jump ") || verdict.startsWith("goto ")) {
        entered.push(verdict.substring(5));
      } else if (verdict.equals("return") && !entered.isEmpty()) {
        entered.pop();
        entered.push(""); // it has said that it comes back
      }
    }
    if (stage.exit().rules().isEmpty()) {
      left(start + table, entered, 0);
    }
    end(start + table + Terminal.decoded(site.chain()), stage.exit());
  }

  /** The chains from whose end the packet comes back. */
  private void left(String start, Deque<String> entered, int depth) {
    while (entered.size() > depth) {
      String chain = entered.pop();
      if (!chain.isEmpty()) {
        line(start + chain + " verdict continue");
      }
    }
  }

  /** The policy, where no rule decides. */
  private void end(String start, HookExit exit) {
    if (exit.rules().isEmpty()) {
      line(start + " policy " + (exit.kind() == Part.Kind.DROPPED ? "drop" : "accept"));
    }
  }

  private static String packet(Packet packet) {
    StringBuilder text = new StringBuilder();
    packet.in().name().ifPresent(n -> text.append("iif ").append(quoted(n)).append(' '));
    packet.out().name().ifPresent(n -> text.append("oif ").append(quoted(n)).append(' '));
    String ip = packet.family() == Family.IPV4 ? "ip" : "ip6";
    text.append(ip).append(" saddr ").append(PacketWords.of(packet.source().address()));
    text.append(' ')
        .append(ip)
        .append(" daddr ")
        .append(PacketWords.of(packet.destination().address()));
    String protocol = packet.protocol().toString();
    packet
        .source()
        .port()
        .ifPresent(p -> text.append(' ').append(protocol).append(" sport ").append(p));
    packet
        .destination()
        .port()
        .ifPresent(p -> text.append(' ').append(protocol).append(" dport ").append(p));
    return text.toString();
  }

  private static String quoted(String name) {
    return '"' + Terminal.decoded(name) + '"';
  }

  /** What a rule does, as nft says it. */
  private static String verdict(Step step) {
    Optional<Rule> rule = step.rule();
    return rule.isPresent() ? verdict(rule.get().target()) : verdict(step.site());
  }

  private static String verdict(Target target) {
    if (target instanceof Target.Jump jump) {
      return (jump.goTo() ? "goto " : "jump ") + Terminal.decoded(jump.name());
    }
    if (target instanceof Target.Return) {
      return "return";
    }
    if (target instanceof Target.Drop || target instanceof Target.Reject) {
      return "drop";
    }
    boolean ends =
        target instanceof Target.Accept
            || target instanceof Target.Dnat
            || target instanceof Target.Snat
            || target instanceof Target.Redirect
            || target instanceof Target.Masquerade
            || target instanceof Target.Netmap;
    return ends ? "accept" : "continue";
  }

  /** A rule of nft's ends with its verdict, where it has one. */
  private static String verdict(RuleSite site) {
    String text = Terminal.decoded(site.text().latin1());
    for (String word : List.of("accept", "drop", "return", "continue")) {
      if (text.equals(word) || text.endsWith(" " + word)) {
        return word;
      }
    }
    for (String word : List.of("jump ", "goto ")) {
      int at = text.lastIndexOf(word);
      if (at >= 0 && text.indexOf(' ', at + word.length()) < 0) {
        return text.substring(at);
      }
    }
    if (text.contains("reject")) {
      return "drop";
    }
    boolean translates =
        text.contains("dnat ")
            || text.contains("snat ")
            || text.contains("masquerade")
            || text.contains("redirect");
    return translates ? "accept" : "continue";
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
