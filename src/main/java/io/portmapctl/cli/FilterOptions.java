package io.portmapctl.cli;

import io.portmapctl.app.MappingFilter;
import io.portmapctl.check.State;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options of which mappings are shown. */
final class FilterOptions {
  private static final Option.Text NET = Option.text("NAME", "Only of this network.", "--net");

  private static final Option.Text CONTAINER_ID =
      Option.text("ID", "Only of containers whose ID begins so.", "--container-id");

  private static final PortText PORT =
      PortText.some("Only those that take packets of this port, or of one of these.");

  static final Option.Choice<State> STATE =
      Option.choice(State.values(), State.OK, "Only those in this state.", "--state");

  private FilterOptions() {}

  static void declare(CommandSpec spec) {
    NET.declare(spec);
    CONTAINER_ID.declare(spec);
    PORT.declare(spec);
    STATE.declare(spec);
  }

  static MappingFilter of(ParseResult given) {
    return new MappingFilter(
        NET.of(given).orElse(""),
        CONTAINER_ID.of(given).orElse(""),
        PORT.of(given),
        STATE.given(given));
  }
}
