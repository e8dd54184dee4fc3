package io.portmapctl.plugin;

/** The end of a call that did not work, as the runtime is told of it. */
final class PluginException extends Exception {
  private static final long serialVersionUID = 1L;
  private final ErrorCode code;
  private final String details;

  /**
   * An error.
   *
   * @param message one line
   * @param details more lines, or an empty text
   */
  PluginException(ErrorCode code, String message, String details) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** Its code. */
  ErrorCode code() {
    return code;
  }

  /** One line. */
  String message() {
    return String.valueOf(getMessage());
  }

  /** More lines, or an empty text. */
  String details() {
    return details;
  }
}
