package io.portmapctl.cli;

import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.Drawing;
import io.portmapctl.app.ExplainMappings;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.PortSelector;
import io.portmapctl.app.Report;
import io.portmapctl.app.Rulesets;
import io.portmapctl.explain.Explanation;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.host.Exec;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.host.live.ProcessExec;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.DotView;
import io.portmapctl.view.ExplanationJson;
import io.portmapctl.view.ExplanationView;
import io.portmapctl.view.NftTraceView;
import io.portmapctl.view.Prose;
import io.portmapctl.view.ReachJson;
import io.portmapctl.view.ReachView;
import io.portmapctl.view.Theme;
import io.portmapctl.view.TraceJson;
import io.portmapctl.view.TraceView;
import io.portmapctl.view.WayView;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl explain}: what a plan or a ruleset does to packets, and why. */
final class ExplainCommand implements Command {

  /** What can be printed. */
  enum Style {
    TEXT,
    JSON,
    DOT,
    SVG,
    NFT_TRACE;

    boolean isPicture() {
      return this == DOT || this == SVG;
    }
  }

  /** How long Graphviz may take. */
  private static final int DRAWING_SECONDS = 120;

  private static final PortText PORT =
      PortText.one("Who gets connections to this port, from each kind of sender (protocol: tcp).");

  private static final Option<Boolean> PROBE =
      Option.flag(
          "With --port, also look into the container's network namespace, and try one connection"
              + " for each kind of sender that this host can be.",
          "--probe");

  private static final Option<Style> OUTPUT =
      Option.choice(
          List.of("text", "json", "dot", "svg", "nft-trace"),
          List.of(Style.values()),
          Style.TEXT,
          "Plain words, JSON, a graph for Graphviz, the same as a picture (Graphviz draws it), or,"
              + " of a packet, the words of nft monitor trace (default: text).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "explain";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Explains a plan in plain words, rule by rule, in the order in which a "
                + "packet meets them, and what will not work; or follows a packet (--packet) or "
                + "all connections to a port (--port) through the ruleset, with SOURCE through "
                + "the planned one.")
        .footerHeading("Examples:%n")
        .footer(
            "  portmapctl explain web.json --ruleset saved-rules.txt",
            "  sudo portmapctl explain --port 8080/tcp",
            "  sudo portmapctl explain --packet 'tcp 203.0.113.9:40000 -> 192.0.2.10:8080'",
            "  sudo portmapctl explain --port 8080/tcp -o svg >8080.svg",
            "  portmapctl explain -o dot --ruleset saved-rules.txt | dot -Tsvg > nat.svg");
    MappingRequest.declare(spec);
    PacketText.declare(spec);
    PORT.declare(spec);
    PROBE.declare(spec);
    RulesetOptions.declare(spec);
    HostOptions.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declareHostInterface(spec);
    ApplyOptions.declareWait(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    MappingRequest mappings = MappingRequest.of(given);
    Style style = OUTPUT.of(given);
    Optional<ExplainMappings.AskedPacket> packet = PacketText.of(given);
    Optional<PortSelector> port = PORT.of(given);
    boolean none = !mappings.isGiven() && packet.isEmpty() && port.isEmpty();
    if (packet.isPresent() && port.isPresent() || none && !style.isPicture()) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          none
              ? "nothing to explain: give a SOURCE, --packet or --port"
              : "--packet and --port: only one of them");
    }
    if (style == Style.NFT_TRACE && packet.isEmpty()) {
      throw new ParameterException(
          given.commandSpec().commandLine(), "-o nft-trace: only with --packet");
    }
    requireLive(given, mappings.isGiven(), port.isPresent());
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    Shown shown = new Shown(session, style, mappings.isGiven(), output);
    try {
      Rulesets rulesets =
          ExplainMappings.restricted(RulesetOptions.of(session, given), packet, port);
      LiveHost host =
          ChosenHost.of(given)
              .open(session, rulesets.variant(), ApplyOptions.waitSeconds(given), false);
      Optional<DesiredMappings> desired = Optional.empty();
      if (mappings.isGiven()) {
        desired =
            Optional.of(
                mappings
                    .desired(session, host, rulesets, output.keepGoing(), outcome)
                    .without(mappings.dead(host, rulesets.anyLive()), outcome));
      }
      ExplainMappings.Result result =
          new ExplainMappings(
                  desired,
                  packet,
                  port,
                  PROBE.of(given),
                  rulesets,
                  HostOptions.of(given),
                  ApplyOptions.hostInterface(given),
                  output.keepGoing())
              .run(host, desired.map(d -> d.documents().notices()).orElse(List.of()));
      String text = shown.text(result);
      if (style == Style.SVG) {
        Exec exec = new ProcessExec(DRAWING_SECONDS);
        text = new Drawing(LocalHost.of(session.variable("PATH").orElse(""), exec), exec).svg(text);
      }
      boolean prose = style == Style.TEXT && session.outIsTerminal();
      session.print(prose ? Prose.wrapped(text, OutputOptions.width(session)) : text);
      if (style != Style.JSON) {
        outcome.aside(result.report());
      }
      outcome.errors(ExitCode.INPUT, result.report().leftOut(), false);
      return (result.complete() ? ExitCode.OK : ExitCode.INPUT).number();
    } catch (Failure failure) {
      return outcome.failed(failure, style == Style.JSON);
    }
  }

  /** What is seen is of the rules that are there, on this machine. */
  private static void requireLive(ParseResult given, boolean planned, boolean port) {
    if (!PROBE.isGiven(given)) {
      return;
    }
    if (!port) {
      throw new ParameterException(
          given.commandSpec().commandLine(), "--probe is for --port, which is not given");
    }
    List<Option<?>> others =
        List.of(
            ChosenHost.HOST,
            RulesetOptions.RULESET,
            RulesetOptions.RULESET6,
            HostOptions.LOCAL_ADDRESS,
            HostOptions.ADDRESSES,
            HostOptions.ROUTES);
    for (Option<?> other : others) {
      if (other.isGiven(given)) {
        throw new ParameterException(
            given.commandSpec().commandLine(),
            "--probe and " + other.name() + " exclude each other: only this host is looked at");
      }
    }
    if (planned) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--probe and SOURCE exclude each other: the rules of a plan are not there yet");
    }
  }

  /**
   * How it is shown.
   *
   * @param planned whether a plan was asked for
   */
  private record Shown(Session session, Style style, boolean planned, OutputOptions output) {

    String text(ExplainMappings.Result result) {
      Report report = result.report();
      Theme theme = new Theme(output.color(session));
      List<Notice> warnings = output.quiet() ? List.of() : report.notices();
      if (result.answer() instanceof ExplainMappings.Traced traced) {
        PacketReport packet = traced.report();
        return switch (style) {
          case TEXT -> TraceView.render(packet, theme, output.verbose());
          case JSON -> TraceJson.render(packet, warnings);
          case DOT, SVG -> WayView.render(packet);
          case NFT_TRACE -> NftTraceView.render(packet);
        };
      }
      if (result.answer() instanceof ExplainMappings.Reached reached) {
        return switch (style) {
          case TEXT ->
              ReachView.render(reached.ports(), reached.assumptions(), reached.seen(), theme);
          case JSON ->
              ReachJson.render(reached.ports(), reached.assumptions(), reached.seen(), warnings);
          case DOT, SVG, NFT_TRACE -> WayView.render(reached.ports(), reached.assumptions());
        };
      }
      Supplier<Explanation> explanation = ((ExplainMappings.Planned) result.answer()).explanation();
      return switch (style) {
        case TEXT -> ExplanationView.render(report, explanation.get(), theme);
        case JSON -> ExplanationJson.render(report, explanation.get());
        case DOT, SVG, NFT_TRACE -> graph(result, planned ? "the plan" : "the ruleset");
      };
    }

    private static String graph(ExplainMappings.Result result, String title) {
      List<Table> before =
          result.report().plan().families().stream().map(Plan.Part::before).toList();
      List<Table> tables = result.tables();
      return DotView.render(tables, DotView.created(before, tables), title);
    }
  }
}
