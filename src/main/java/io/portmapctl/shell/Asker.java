package io.portmapctl.shell;

import java.util.List;
import java.util.Optional;

/** Asks the person at the terminal. */
interface Asker {

  /**
   * The answer; empty where there is none, by Ctrl-C or Ctrl-D.
   *
   * @param question with a blank after it
   * @param offered answers that completion offers
   */
  Optional<String> ask(String question, List<String> offered);

  /** Leaves a line that was made of answers where the person finds those that were typed. */
  void remember(String line);
}
