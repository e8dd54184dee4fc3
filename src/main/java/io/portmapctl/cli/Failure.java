package io.portmapctl.cli;

import io.portmapctl.cni.InputError;
import java.util.List;

/** The end of a command that did not work, with its exit code and what to say. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;
  private final ExitCode code;
  private final transient List<InputError> errors;

  Failure(ExitCode code, List<InputError> errors) {
    super(errors.get(0).message());
    this.code = code;
    this.errors = List.copyOf(errors);
  }

  Failure(ExitCode code, String source, String message) {
    this(code, List.of(new InputError(source, "", message)));
  }

  ExitCode code() {
    return code;
  }

  List<InputError> errors() {
    return errors;
  }
}
