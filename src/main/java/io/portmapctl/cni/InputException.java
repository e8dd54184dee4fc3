package io.portmapctl.cni;

import java.util.List;

/** An input that cannot be used, with all that is wrong with it. */
public final class InputException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<InputError> errors;

  /** With at least one error. */
  InputException(List<InputError> errors) {
    super(errors.get(0).fault().code());
    this.errors = List.copyOf(errors);
  }

  /** What is wrong; at least one. */
  public List<InputError> errors() {
    return errors;
  }
}
