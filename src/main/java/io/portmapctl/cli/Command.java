package io.portmapctl.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One command: what can be given to it, and what it does. */
interface Command {

  /** Its name on the command line. */
  String name();

  /** Its description and options. */
  CommandSpec spec();

  /** Does it. */
  int run(Session session, ParseResult given);
}
