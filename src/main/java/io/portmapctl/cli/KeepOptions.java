package io.portmapctl.cli;

import io.portmapctl.app.AddRequest;
import io.portmapctl.app.Failure;
import io.portmapctl.app.KeptFolder;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Rulesets;
import io.portmapctl.view.DocumentView;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * Whether an attachment's document is kept, and where such are.
 *
 * @param keep whether it is
 * @param folder the folder, where one is named
 */
record KeepOptions(boolean keep, Optional<String> folder) {
  private static final Option<Boolean> KEEP =
      Option.flag(
          "Keep the attachment's document too, so that restore puts the mapping back after a"
              + " reboot.",
          "--keep");

  static final Option.Text KEEP_IN =
      Option.text(
          "DIR", "The folder of kept documents (default: " + KeptFolder.PATH + ").", "--keep-in");

  private static final Option.Text KEEP_IN_DIR =
      Option.text(
          "DIR",
          "The same in another folder (default: " + KeptFolder.PATH + "); implies --keep.",
          "--keep-in");

  /** For add, which keeps. */
  static void declareKeep(CommandSpec spec) {
    KEEP.declare(spec);
    KEEP_IN_DIR.declare(spec);
  }

  /** For del, which has nothing kept. */
  static void declareUnneededKeep(CommandSpec spec) {
    KEEP.declareUnneeded(spec);
    declareFolder(spec);
  }

  /** For a command that looks where documents are kept. */
  static void declareFolder(CommandSpec spec) {
    KEEP_IN.declare(spec);
  }

  static KeepOptions of(ParseResult given) {
    Optional<String> folder = KEEP_IN.of(given);
    if (folder.equals(Optional.of(""))) {
      throw KEEP_IN.wrong(given, "a folder is missing");
    }
    return new KeepOptions(KEEP.of(given) || folder.isPresent(), folder);
  }

  /** Where documents are kept on a host. */
  KeptFolder on(LiveHost host) {
    return KeptFolder.of(folder, host.documents());
  }

  /**
   * What add keeps of attachments.
   *
   * @throws Failure where it is not the live ruleset that is added to
   */
  AddRequest.Keeper keeper(LiveHost host, Rulesets rulesets) throws Failure {
    if (!keep) {
      return (attachment, layout) -> Optional.empty();
    }
    if (!rulesets.live()) {
      throw Failure.usage(
          "--keep is for the running kernel's rules: not with --ruleset or --ruleset6");
    }
    KeptFolder kept = on(host);
    return (attachment, layout) ->
        kept.keeping(attachment.identity(), DocumentView.render(attachment, Optional.of(layout)));
  }
}
