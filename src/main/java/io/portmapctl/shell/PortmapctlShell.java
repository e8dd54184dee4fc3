package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.InteractiveShell;
import io.portmapctl.cli.Session;

/** The shell: at a terminal a prompt, else a script. JLine is loaded for a terminal only. */
public final class PortmapctlShell implements InteractiveShell {

  /** For the service loader. */
  public PortmapctlShell() {}

  @Override
  public int run(Session session, ChosenRuleset ruleset, boolean keepGoing) {
    if (!session.interactive() || !session.outIsTerminal()) {
      return new Script(session, ruleset, keepGoing).run();
    }
    boolean dumb = session.variable("TERM").orElse("dumb").equals("dumb");
    return dumb ? new PlainPrompt(session, ruleset).run() : Keyboard.run(session, ruleset);
  }
}
