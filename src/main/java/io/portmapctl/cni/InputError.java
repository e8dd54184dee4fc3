package io.portmapctl.cni;

/**
 * Something wrong with an input.
 *
 * @param source the file or other source, and which document in it where there are several
 * @param path the JSON path, empty where none applies
 * @param message what was found and what is allowed
 */
public record InputError(String source, String path, String message) {

  /** {@code SOURCE: PATH: MESSAGE}. */
  @Override
  public String toString() {
    return source + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
