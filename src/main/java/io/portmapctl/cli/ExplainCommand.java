package io.portmapctl.cli;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl explain}: what a plan or a ruleset does to packets, and why. */
final class ExplainCommand implements Command {

  /** What can be printed. */
  enum Style {
    TEXT,
    JSON,
    DOT
  }

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
            "  portmapctl explain -o dot --ruleset saved-rules.txt | dot -Tsvg > nat.svg");
    MappingRequest.declare(spec);
    spec.addOption(
        Options.one(
            String.class,
            "PACKET",
            "Follow this packet: '"
                + PacketText.FORM
                + "'; what comes from an address of the host starts there.",
            "--packet"));
    spec.addOption(
        Options.one(
            String.class,
            PortText.FORM,
            "Who gets connections to this port, from each kind of sender (protocol: tcp).",
            "--port"));
    RulesetOptions.declare(spec);
    HostOptions.declare(spec);
    spec.addOption(
        Options.choice(
            Style.values(),
            "Plain words, JSON, or the chains as a graph for Graphviz (default: text).",
            "-o",
            "--output"));
    ApplyOptions.declareHostInterface(spec);
    ApplyOptions.declareWait(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    MappingRequest wish = MappingRequest.of(given);
    Style style = Options.chosen(given, "--output", Style.values(), Style.TEXT);
    Optional<PacketText> packet =
        given.hasMatchedOption("--packet") ? Optional.of(PacketText.of(given)) : Optional.empty();
    Optional<PortText> port = PortText.of(given);
    boolean none = !wish.isGiven() && packet.isEmpty() && port.isEmpty();
    if (packet.isPresent() && port.isPresent() || none && style != Style.DOT) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          none
              ? "nothing to explain: give a SOURCE, --packet or --port"
              : "--packet and --port: only one of them");
    }
    Explaining explaining =
        new Explaining(
            session,
            wish,
            packet,
            port,
            RulesetOptions.of(given),
            HostOptions.of(given),
            style,
            ApplyOptions.hostInterface(given),
            ApplyOptions.waitSeconds(given),
            OutputOptions.of(given));
    Outcome outcome = new Outcome(session, explaining.output());
    try {
      return explaining.run(outcome);
    } catch (Failure failure) {
      return outcome.failed(failure, style == Style.JSON);
    }
  }
}
