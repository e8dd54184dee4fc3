package io.portmapctl.cli;

import io.portmapctl.app.MappingFilter;
import io.portmapctl.check.State;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options of which mappings are shown. */
final class FilterOptions {
  private FilterOptions() {}

  static void declare(CommandSpec spec) {
    spec.addOption(Options.one(String.class, "NAME", "Only of this network.", "--net"));
    spec.addOption(
        Options.one(
            String.class, "ID", "Only of containers whose ID begins so.", "--container-id"));
    spec.addOption(
        Options.one(
            String.class, PortText.FORM, "Only those that take packets of this port.", "--port"));
    spec.addOption(Options.choice(State.values(), "Only those in this state.", "--state"));
  }

  static MappingFilter of(ParseResult given) {
    Optional<State> state =
        given.hasMatchedOption("--state")
            ? Optional.of(Options.chosen(given, "--state", State.values(), State.OK))
            : Optional.empty();
    return new MappingFilter(
        Options.text(given, "--net"),
        Options.text(given, "--container-id"),
        PortText.of(given),
        state);
  }
}
