package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.Sender;
import io.portmapctl.explain.VerdictReason;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Disposition;
import io.portmapctl.path.Ending;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Step;
import io.portmapctl.path.Trace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.text.Printable;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The way of packets as a graph in the language of Graphviz: who sends, the stations of the kernel
 * with the rules that take them, where they come to, the answer's way back, and what decides; the
 * text is octets.
 */
public final class WayView {
  /** Of more classes those that work are counted. */
  private static final int MOST_CLASSES = 16;

  /** Characters of a line in a sender's box. */
  private static final int WIDTH = 44;

  /** The same in a station, where it is no rule. */
  private static final int LINE = 80;

  private final StringBuilder out = new StringBuilder();

  /** Where the last graph ends. */
  private List<String> last = List.of();

  private WayView() {}

  /** The ways to a port, of each class of senders. */
  public static String render(List<PortReach> ports, List<Assumption> assumptions) {
    WayView view = new WayView();
    view.open();
    for (int i = 0; i < ports.size(); i++) {
      view.port("p" + i, ports.get(i));
    }
    return view.close(AssumptionText.of(assumptions));
  }

  /** The way of one packet. */
  public static String render(PacketReport report) {
    WayView view = new WayView();
    view.open();
    Trace trace = report.trace();
    WayGraph graph = new WayGraph("p0");
    List<String> told = new ArrayList<>();
    report.ends().forEach(e -> told.addAll(verdict(e.result(), e.reason())));
    List<ChainOwners.Recipient> recipients = new ArrayList<>();
    Set<Answer.Result> results = new LinkedHashSet<>();
    for (PacketReport.End end : report.ends()) {
      results.add(end.result());
    }
    WayGraph.Tone tone =
        results.size() == 1 ? tone(results.iterator().next()) : WayGraph.Tone.UNKNOWN;
    Map<PacketPath, ChainOwners.Recipient> owners = new LinkedHashMap<>();
    for (int i = 0; i < trace.paths().size(); i++) {
      PacketPath path = trace.paths().get(i);
      report.ends().get(i).recipient().ifPresent(r -> owners.put(path, r));
    }
    recipients.addAll(owners.values());
    paths(graph.new Way(1, tone, PacketWords.of(trace.packet()), told), trace, owners);
    boolean open = results.contains(Answer.Result.UNKNOWN);
    view.graph(
        graph,
        graph.text(
            wrapped(
                trace.packet().family().title() + ": " + ReachView.who(recipients, open), LINE)));
    return view.close(AssumptionText.of(report.assumptions()));
  }

  private void open() {
    out.append("digraph way {\n");
    out.append("  rankdir=TB; newrank=true; ranksep=0.35; nodesep=0.3; bgcolor=\"#ffffff\";\n");
    out.append("  fontname=\"sans-serif\"; fontsize=12; labelloc=t;\n");
    out.append("  node [shape=plain, fontname=\"monospace\", fontsize=10];\n");
    out.append("  edge [fontname=\"sans-serif\", fontsize=10];\n");
  }

  /** A family's graph stands below the other's. */
  private void graph(WayGraph graph, String text) {
    out.append(text);
    below(graph.first());
    last = graph.last();
  }

  private void below(String first) {
    if (!last.isEmpty() && !first.isEmpty()) {
      out.append("  { ").append(String.join("; ", last)).append(" } -> ").append(first);
      out.append(" [style=invis, weight=0];\n");
    }
  }

  private String close(List<String> assumptions) {
    if (!assumptions.isEmpty()) {
      StringBuilder label = new StringBuilder();
      for (String assumption : assumptions) {
        for (String line : wrapped(assumption, LINE)) {
          label.append(WayGraph.html(line)).append("<br align=\"left\"/>");
        }
      }
      out.append("  notes [label=<").append(label).append(">, fontname=\"sans-serif\"];\n");
      below("notes");
    }
    out.append("}\n");
    return Terminal.octets(out.toString());
  }

  /**
   * Senders who fare alike.
   *
   * @param kind who sends
   * @param source the address; empty where it sends to its own
   * @param result whether it works
   * @param reason how, or why not
   * @param ending how it ends
   */
  private record Case(
      Sender.Kind kind,
      Optional<IpAddress> source,
      Answer.Result result,
      VerdictReason reason,
      Ending ending) {}

  private void port(String prefix, PortReach reach) {
    Map<Case, List<Answer>> cases = new LinkedHashMap<>();
    // what comes in stands beside each other, and what this host sends
    List<Answer> answers = new ArrayList<>(reach.answers());
    answers.sort(Comparator.comparing(a -> a.trace().isSent()));
    for (Answer answer : answers) {
      Sender from = answer.sender();
      boolean itself = from.source().equals(from.destination());
      Optional<IpAddress> source = itself ? Optional.empty() : Optional.of(from.source());
      cases
          .computeIfAbsent(
              new Case(from.kind(), source, answer.result(), answer.reason(), answer.ending()),
              c -> new ArrayList<>())
          .add(answer);
    }
    WayGraph graph = new WayGraph(prefix);
    int number = 0;
    int left = 0;
    for (Map.Entry<Case, List<Answer>> each : cases.entrySet()) {
      if (number >= MOST_CLASSES && each.getKey().result == Answer.Result.WORKS) {
        left++;
        continue;
      }
      number++;
      way(graph, number, each.getKey(), each.getValue());
    }
    String more = left == 0 ? "" : "; " + left + " more classes of senders work";
    graph(
        graph,
        graph.text(
            wrapped(
                reach.family().title()
                    + ", "
                    + reach.port()
                    + ": "
                    + ReachView.who(reach.recipients(), ReachView.isOpen(reach))
                    + more,
                LINE)));
  }

  private static void way(WayGraph graph, int number, Case one, List<Answer> answers) {
    List<String> told = new ArrayList<>();
    List<IpAddress> to = answers.stream().map(a -> a.sender().destination()).toList();
    told.addAll(wrapped("to " + ReachView.several(to), WIDTH));
    told.addAll(verdict(one.result, one.reason));
    String source = one.source.map(s -> " (" + s + ")").orElse("");
    WayGraph.Way way =
        graph
        .new Way(
            number,
            tone(one.result),
            number + "\u00a0 " + ReachView.sender(one.kind) + source,
            told);
    Answer first = answers.get(0);
    Map<PacketPath, ChainOwners.Recipient> owners = new LinkedHashMap<>();
    for (PacketPath path : first.trace().paths()) {
      first.arrivals().stream()
          .filter(a -> a.destination().equals(path.after().destination()))
          .findFirst()
          .ifPresent(a -> owners.put(path, a.recipient()));
    }
    paths(way, first.trace(), owners);
  }

  private static WayGraph.Tone tone(Answer.Result result) {
    return switch (result) {
      case WORKS -> WayGraph.Tone.WORKS;
      case FAILS -> WayGraph.Tone.FAILS;
      case NOBODY, UNKNOWN -> WayGraph.Tone.UNKNOWN;
    };
  }

  private static List<String> verdict(Answer.Result result, VerdictReason reason) {
    return wrapped(ReachView.result(result) + ": " + VerdictText.of(reason), WIDTH);
  }

  /** Lines of so many characters, broken between words where that can be. */
  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Printable.escaped(text).split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static void paths(
      WayGraph.Way way, Trace trace, Map<PacketPath, ChainOwners.Recipient> owners) {
    for (PacketPath path : trace.paths()) {
      new Walk(way, path, trace.isSent()).walk(Optional.ofNullable(owners.get(path)));
      way.again();
    }
  }

  /** One path of a class. */
  private record Walk(WayGraph.Way way, PacketPath path, boolean sent) {

    void walk(Optional<ChainOwners.Recipient> owner) {
      Optional<Hook> before = Optional.empty();
      boolean again = false;
      for (PacketPath.Stage stage : path.stages()) {
        Hook hook = stage.traversal().hook();
        if (!before.equals(Optional.of(hook))) {
          before.ifPresent(b -> between(b, hook, stage.traversal().packet()));
          again |= before.equals(Optional.of(Hook.POSTROUTING));
          way.to((again ? "lo " : "") + hook, (again ? "over lo: " : "") + name(hook));
        }
        before = Optional.of(hook);
        stage(stage, false);
      }
      if (!path.disposition().goesOn()) {
        ends(before);
        return;
      }
      arrives(owner);
      back();
    }

    /** What the kernel decides between two hooks. */
    private void between(Hook before, Hook hook, Packet packet) {
      if (hook == Hook.INPUT && before == Hook.PREROUTING) {
        String to = PacketWords.of(packet.destination().address());
        routing(before);
        way.row(to, "", to + ": an address of this host");
      } else if (before == Hook.PREROUTING || before == Hook.OUTPUT) {
        routing(before);
        routed(packet);
      }
    }

    private void routing(Hook before) {
      way.to(before == Hook.OUTPUT ? "routing out" : "routing", "routing");
    }

    private void routed(Packet packet) {
      String to = PacketWords.of(packet.destination().address());
      String text = to + packet.out().name().map(n -> " through " + Terminal.decoded(n)).orElse("");
      way.row(text, "", text);
    }

    private void stage(PacketPath.Stage stage, boolean back) {
      ChainSite site = stage.traversal().site();
      String where = site.engine() + " " + site.family() + " " + site.table() + " " + site.chain();
      String table = (back ? site.hook() + " " : "") + table(site);
      boolean told = false;
      String chain = site.chain();
      for (Step step : stage.traversal().steps()) {
        if (step.result() == Ternary.NO) {
          continue;
        }
        told = true;
        RuleSite rule = step.site();
        if (!rule.chain().equals(chain)) {
          chain = rule.chain();
          way.rule(where + " " + chain, table, Terminal.decoded(chain), step.depth(), 0);
        }
        String text =
            rule.number()
                + "  "
                + rule(rule)
                + (step.result() == Ternary.UNKNOWN ? "  (may take it)" : "");
        String key = where + " " + rule.chain() + " " + rule.number();
        way.rule(key, table, text, step.depth(), rule.number());
        if (path.ending().by() instanceof DecidedBy.ByRule by
            && by.rule().equals(rule)
            && path.ending().back() == back) {
          way.decides();
        }
      }
      if (stage.exit().rules().isEmpty() && stage.exit().kind() == Part.Kind.DROPPED) {
        way.row(where + " policy", table, "policy DROP: no rule lets it pass");
        way.decides();
      } else if (!told) {
        way.quiet(where, table, "no rule takes it");
      }
    }

    /** Where it ends before it arrives. */
    private void ends(Optional<Hook> before) {
      Ending ending = path.ending();
      if (ending.by() instanceof DecidedBy.ByRule || ending.by() instanceof DecidedBy.ByPolicy) {
        return;
      }
      boolean out = before.isEmpty() ? sent : before.get() == Hook.OUTPUT;
      routing(out ? Hook.OUTPUT : Hook.PREROUTING);
      if (ending.by() instanceof DecidedBy.ByBridgePort by) {
        routed(path.after());
        way.to("bridge", "bridge " + Terminal.decoded(by.bridge()));
      } else if (ending.by() instanceof DecidedBy.ByNeighbour by) {
        routed(path.after());
        way.to("link", "interface " + Terminal.decoded(by.device()));
      }
      decides();
    }

    private void decides() {
      String text = EndingText.of(path.ending());
      way.row(text, "", String.join("\n", wrapped(text, LINE)));
      way.decides();
    }

    private void arrives(Optional<ChainOwners.Recipient> owner) {
      String end = PacketWords.of(path.after().destination());
      boolean here = path.disposition() == Disposition.DELIVERED;
      way.arrives("end " + end + owner, here ? "this host itself" : end);
      String who = here ? end : owner.map(TraceView::claimant).orElse("no rule redirects it");
      way.row("end", "", String.join("\n", wrapped(who, LINE)));
    }

    private void back() {
      Ending ending = path.ending();
      way.back("back", "the answer's way back");
      for (PacketPath.Stage stage : path.back()) {
        stage(stage, true);
      }
      if (ending.kind() == Ending.Kind.DELIVERED) {
        way.row("arrives", "", "it comes to the sender");
      } else if (!(ending.back() && ending.why() == Ending.Why.RULES)) {
        decides();
      }
    }
  }

  private static String name(Hook hook) {
    return hook.name()
        + switch (hook) {
          case PREROUTING -> ": it comes in";
          case INPUT -> ": this host takes it";
          case FORWARD -> ": it goes through this host";
          case OUTPUT -> ": this host sends it";
          case POSTROUTING -> ": it leaves";
        };
  }

  private static String table(ChainSite site) {
    return switch (site.engine()) {
      case NFTABLES ->
          site.family()
              + " "
              + Terminal.decoded(site.table())
              + " "
              + Terminal.decoded(site.chain());
      case LEGACY -> site.table() + " (legacy)";
      case IPTABLES, IPTABLES_NFT -> site.table();
    };
  }

  /** A rule without its comment, which says who made it and not what it does. */
  private static String rule(RuleSite site) {
    if (site.rule().isEmpty()) {
      return Terminal.decoded(site.text().latin1());
    }
    List<String> words = new ArrayList<>();
    for (Match match : site.rule().get().matches()) {
      if (!(match instanceof Match.Comment)) {
        words.add(match.text().decoded());
      }
    }
    words.add(site.rule().get().target().text().decoded());
    return String.join(" ", words);
  }
}
