package io.portmapctl.netconf;

import java.util.List;

/** Inputs that cannot be used; all their errors at once. */
public final class InputException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<InputError> errors;

  /** With at least one error. */
  public InputException(List<InputError> errors) {
    super(errors.get(0).toString());
    this.errors = List.copyOf(errors);
  }

  /** The errors in the order found. */
  public List<InputError> errors() {
    return errors;
  }
}
