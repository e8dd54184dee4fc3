package io.portmapctl.cli;

import io.portmapctl.cni.InputError;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.file.WholeFile;
import io.portmapctl.text.Printable;
import io.portmapctl.view.FaultText;

/** A file that gets the results of a line. */
public final class ResultFile {
  private ResultFile() {}

  /** Writes it, or says why it cannot be written; the exit code. */
  public static int write(Session session, String file, byte[] results) {
    try {
      WholeFile.write(file, results);
      return ExitCode.OK.number();
    } catch (UnwrittenException e) {
      InputError error = new InputError(Printable.escaped(file), e.fault());
      session.say("portmapctl: " + FaultText.of(error));
      return ExitCode.HOST.number();
    }
  }
}
