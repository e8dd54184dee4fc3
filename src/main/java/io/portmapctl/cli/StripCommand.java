package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.NamedFile;
import io.portmapctl.app.StripRuleset;
import io.portmapctl.check.ContainerProgram;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.FileFault;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.view.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl strip}: takes containers' rules out of a saved ruleset. */
final class StripCommand implements Command {
  private static final Option<Optional<String>> FILE =
      Option.argument(
          "FILE",
          "What iptables-save or ip6tables-save wrote, of any tables, with counters or without; -"
              + " for standard input.");

  private static final Option<List<String>> ONLY =
      Option.texts(
          "cni|docker|netavark|crio|kube-proxy",
          "Take out what this program owns, and leave the others'; repeatable.",
          "--only");

  @Override
  public String name() {
    return "strip";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Prints a saved ruleset without the rules and chains that container programs own and"
                + " make again: CNI plugins, docker, netavark, CRI-O and the kubelet, kube-proxy."
                + " All else stays as it is, to the byte.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo iptables-save | portmapctl strip - > rules.v4",
            "  portmapctl strip --only cni /etc/iptables/rules.v4");
    FILE.declare(spec);
    ONLY.declare(spec);
    OutputOptions.declareQuiet(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Set<ContainerProgram> programs = programs(given);
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      String file =
          FILE.of(given).orElseThrow(() -> Failure.usage("FILE is missing (- for standard input)"));
      StripRuleset.Result result = result(session, file, new StripRuleset(programs));
      String text = result.text();
      session.print(session.outIsTerminal() ? Terminal.safe(text) : text);
      if (!output.quiet()) {
        session.say(told(result));
      }
      return ExitCode.OK.number();
    } catch (Failure failure) {
      return outcome.failed(failure, false);
    }
  }

  private static Set<ContainerProgram> programs(ParseResult given) {
    Set<ContainerProgram> programs = EnumSet.noneOf(ContainerProgram.class);
    for (String word : ONLY.of(given)) {
      Optional<ContainerProgram> program =
          EnumSet.allOf(ContainerProgram.class).stream()
              .filter(p -> p.id().equals(word.toLowerCase(Locale.ROOT).replace("cri-o", "crio")))
              .findFirst();
      programs.add(
          program.orElseThrow(
              () ->
                  ONLY.wrong(
                      given,
                      "found "
                          + Portmapctl.shown(word)
                          + ", expected cni, docker, netavark, crio or kube-proxy")));
    }
    return programs.isEmpty() ? EnumSet.allOf(ContainerProgram.class) : programs;
  }

  private static StripRuleset.Result result(Session session, String file, StripRuleset strip)
      throws Failure {
    boolean input = file.equals("-");
    String shown = input ? "standard input" : file;
    try {
      byte[] bytes =
          input ? SourceFiles.bytes(session.in()) : NamedFile.read(file, FileFault.Content.RULESET);
      return strip.of(new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (SaveFormat.FormatException e) {
      throw NamedFile.failure(shown, e.fault());
    } catch (IOException e) {
      throw NamedFile.failure(shown, new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
    }
  }

  private static String told(StripRuleset.Result result) {
    List<String> parts = new ArrayList<>();
    int rules = 0;
    for (ContainerProgram program : ContainerProgram.values()) {
      int count = result.rules().getOrDefault(program, 0);
      rules += count;
      if (count > 0) {
        parts.add(program.id() + " " + count);
      }
    }
    return rules == 0 && result.chains() == 0
        ? "Nothing is of container programs."
        : "Taken out: "
            + result.chains()
            + (result.chains() == 1 ? " chain, " : " chains, ")
            + rules
            + (rules == 1 ? " rule" : " rules")
            + (parts.isEmpty() ? "." : " (" + String.join(", ", parts) + ").");
  }
}
