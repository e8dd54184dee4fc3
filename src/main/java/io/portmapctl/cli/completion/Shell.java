package io.portmapctl.cli.completion;

import picocli.CommandLine.Model.CommandSpec;

/** A shell that completes our command lines. */
public enum Shell {
  /** The GNU shell, with or without bash-completion. */
  BASH("portmapctl.bash"),
  /** The Z shell with its new completion system. */
  ZSH("_portmapctl"),
  /** The friendly interactive shell. */
  FISH("portmapctl.fish");

  private final String fileName;

  Shell(String fileName) {
    this.fileName = fileName;
  }

  /** The file that holds its completions. */
  public String fileName() {
    return fileName;
  }

  /** The script that teaches it the command line. */
  public String script(CommandSpec root) {
    Grammar grammar = Grammar.of(root);
    return switch (this) {
      case BASH -> BashScript.of(grammar);
      case ZSH -> ZshScript.of(grammar);
      case FISH -> FishScript.of(grammar);
    };
  }
}
