package io.portmapctl.cni;

import io.portmapctl.fault.Fault;

/**
 * Something wrong with an input.
 *
 * @param source the file or other source, and which document in it where there are several
 * @param path the JSON path, empty where none applies
 * @param fault what is wrong
 */
public record InputError(String source, String path, Fault fault) {

  /** An error that no place in the source is known of. */
  public InputError(String source, Fault fault) {
    this(source, "", fault);
  }
}
