package io.portmapctl.cli;

import io.portmapctl.app.Apply;
import io.portmapctl.app.DryRun;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.NamedFile;
import io.portmapctl.app.Report;
import io.portmapctl.app.ReviewedPlan;
import io.portmapctl.app.Rulesets;
import io.portmapctl.cni.InputError;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.FileFault;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.host.snapshot.SnapshotHost;
import io.portmapctl.notice.Notice;
import io.portmapctl.saved.PlanDifference;
import io.portmapctl.saved.SavedPlan;
import io.portmapctl.saved.SavedPlanFormat;
import io.portmapctl.saved.SavedRequest;
import io.portmapctl.view.PlanDifferenceView;
import io.portmapctl.view.Theme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl apply}: carries out a plan that was saved, if it is still that plan. */
final class ApplyCommand implements Command {
  private static final String STANDARD_INPUT = "-";

  /** The largest plan that is read: it holds what its host answered. */
  private static final long MOST_BYTES = 256L << 20;

  private static final List<PlanningCommand> PLANNING =
      List.of(new AddCommand(), new DelCommand(), new GcCommand());

  private static final Option<Optional<String>> FILE =
      Option.argument("FILE", "The plan, as -o plan has saved it; - for standard input.");

  private static final Option<Boolean> SHOW =
      Option.flag("Only show the plan, whatever has become of its host.", "--show");

  private static final Option.Choice<Format> OUTPUT =
      Option.choice(
          Format.SAVED,
          Format.DIFF,
          "What to print: the changes, only what they mean (brief) or the plan as JSON; with --show"
              + " also the input of iptables-restore or the table as it would be (of one family),"
              + " or shell lines (default: diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "apply";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Carries out a plan that add, del or gc saved with -o plan, if planning anew gives the"
                + " same changes on the same rules that matter; otherwise it changes nothing and"
                + " shows the difference. Asks first on a terminal, else applies.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl add web.json -o plan > web.plan",
            "  portmapctl apply --show web.plan",
            "  sudo portmapctl apply web.plan");
    FILE.declare(spec);
    SHOW.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declareOfApply(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Format format = OUTPUT.of(given);
    Outcome outcome = new Outcome(session, OutputOptions.of(given));
    try {
      return new Call(session, given, format).run();
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  /** One call. */
  private static final class Call {
    private final Session session;
    private final ParseResult given;
    private final Format format;
    private final boolean show;
    private final String file;
    private final SavedPlanFormat.Document document;
    private final SavedRequest request;
    private final PlanningCommand command;
    private final ParseResult words;
    private final Rulesets rulesets;
    private final ApplyOptions applying;
    private final OutputOptions output;

    Call(Session session, ParseResult given, Format format) throws Failure {
      this.session = session;
      this.given = given;
      this.format = format;
      this.show = SHOW.of(given);
      String name =
          FILE.of(given).orElseThrow(() -> Failure.usage("give the FILE of a saved plan"));
      boolean input = name.equals(STANDARD_INPUT);
      this.file = input ? "standard input" : name;
      ApplyOptions options = ApplyOptions.ofApply(given, !show, Optional.empty());
      requireApplicable(options, input);
      this.document = document(input);
      this.request = document.request();
      this.command = command(request.command());
      this.words = PlanFile.words(session, command, file, request);
      this.rulesets = asked();
      this.applying = ApplyOptions.ofApply(given, !show, ApplyOptions.hostInterface(words));
      this.output = OutputOptions.of(given).with(words);
    }

    private void requireApplicable(ApplyOptions options, boolean input) throws Failure {
      boolean plain = format == Format.DIFF || format == Format.BRIEF || format == Format.JSON;
      if (!show && !plain) {
        throw Failure.usage(
            "a diff, brief or JSON is printed of what is done: for another --output"
                + " give --show");
      }
      ApplyOptions.refuseForShow(given, show);
      if (!show && input && session.interactive() && !options.yes()) {
        throw Failure.usage("FILE - leaves no input for the question: give --yes");
      }
    }

    private SavedPlanFormat.Document document(boolean input) throws Failure {
      byte[] bytes;
      try {
        bytes =
            input
                ? session.in().readNBytes((int) MOST_BYTES + 1)
                : NamedFile.read(file, FileFault.Content.PLAN, MOST_BYTES);
      } catch (IOException e) {
        throw NamedFile.failure(file, new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
      }
      try {
        return SavedPlanFormat.parse(bytes);
      } catch (SavedPlanFormat.FormatException e) {
        throw NamedFile.failure(file, e.fault());
      }
    }

    private static PlanningCommand command(String name) {
      return PLANNING.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    /** Of the request; its words are wrong where they do not say which rulesets. */
    private Rulesets asked() throws Failure {
      try {
        return RulesetOptions.of(PlanFile.surroundings(session, request, false), words);
      } catch (ParameterException e) {
        throw NamedFile.failure(file, new SavedPlanFault.NoRequest("/request/arguments", ""));
      }
    }

    int run() throws Failure {
      SnapshotHost answers = SnapshotHost.alone(document.seen());
      LiveHost seen = LiveHost.answered(answers, rulesets.variant());
      if (show) {
        Session said = PlanFile.surroundings(session, request, true);
        PlanningCommand.Planned then =
            command.planned(said, words, seen, rulesets, new Outcome(said, output));
        return new Execution(
                session, rulesets, applying, output, OUTPUT.given(given), seen, then.notices())
            .run(then.request(), then.printed(), then.inputErrors());
      }
      return carriedOut(reviewed(seen));
    }

    /** The plan as it was. */
    private ReviewedPlan reviewed(LiveHost seen) throws Failure {
      Session silent = PlanFile.surroundings(session, request, false);
      PlanningCommand.Planned then =
          command.planned(silent, words, seen, rulesets, new Outcome(silent, output));
      Report report = dryRun(seen, then.notices()).plan(then.request());
      return ReviewedPlan.of(file, document, report, seen);
    }

    private DryRun dryRun(LiveHost host, List<? extends Notice> notices) {
      return new DryRun(host, rulesets, applying.hostInterface(), notices, true);
    }

    private int carriedOut(ReviewedPlan plan) throws Failure {
      ChosenHost local = ChosenHost.local().recorded(Path.of(request.folder()));
      LiveHost host = local.open(session, rulesets.variant(), applying.waitSeconds(), false);
      plan.requireHost(file, host);
      Session asking = PlanFile.surroundings(session, request, true);
      Outcome outcome = new Outcome(session, output);
      PlanningCommand.Planned planned;
      try {
        planned = command.planned(asking, words, host, rulesets, new Outcome(asking, output));
      } catch (Failure failure) {
        if (failure.kind() != Failure.Kind.INPUT) {
          throw failure;
        }
        throw new Failure(
            Failure.Kind.REFUSED,
            with(failure, ReviewedPlan.refusal(file, new SavedPlanFault.Outdated())));
      }
      Report now = dryRun(host, planned.notices()).plan(planned.request());
      if (plan.isThere(now)) {
        return alreadyThere(outcome, now);
      }
      PlanDifference difference = difference(plan, now, host);
      if (difference.matters()) {
        return outdated(difference);
      }
      List<Notice> notices = new ArrayList<>(planned.notices());
      notices.addAll(plan.notices(now, difference));
      return new Execution(session, rulesets, applying, output, OUTPUT.given(given), host, notices)
          .meaning(meant(plan, host))
          .run(planned.request(), planned.printed(), planned.inputErrors());
    }

    private int alreadyThere(Outcome outcome, Report now) {
      if (format == Format.JSON) {
        outcome.json(now, false);
      } else if (!output.quiet()) {
        session.say("All that the plan makes is there already; nothing was changed.");
      }
      return ExitCode.OK.number();
    }

    private Execution.Meant meant(ReviewedPlan plan, LiveHost host) {
      return new Execution.Meant() {
        @Override
        public Apply.Fit fit() {
          return plan.fit(host);
        }

        @Override
        public int outdated(Report now) throws Failure {
          return Call.this.outdated(difference(plan, now, host));
        }
      };
    }

    private static PlanDifference difference(ReviewedPlan plan, Report now, LiveHost host) {
      List<SavedPlan.Source> sources =
          host.host() instanceof RecordingHost recorded
              ? SavedPlan.sources(recorded.sources())
              : List.of();
      return plan.difference(now, host, sources);
    }

    /** Shows how the plan of now differs; the exit code. */
    private int outdated(PlanDifference difference) throws Failure {
      if (format != Format.JSON) {
        session.print(PlanDifferenceView.render(difference, new Theme(output.color(session))));
        throw ReviewedPlan.refusal(file, new SavedPlanFault.Outdated());
      }
      throw ReviewedPlan.refusal(file, difference);
    }

    private static List<InputError> with(Failure one, Failure other) {
      List<InputError> all = new ArrayList<>(one.errors());
      all.addAll(other.errors());
      return all;
    }
  }
}
