package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.ArrayList;
import java.util.List;

/** What is found wrong, or worth a warning, while one document is read. */
final class Diagnostics {
  private final String source;
  private final List<InputError> errors = new ArrayList<>();
  private final List<DocumentNotice> notices = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param source the source, and which document in it where there are several
   */
  Diagnostics(String source) {
    this.source = source;
  }

  /** For somebody who looks into the same document, and of whose errors nobody shall hear. */
  Diagnostics unheard() {
    return new Diagnostics(source);
  }

  void error(String path, DocumentFault fault) {
    errors.add(new InputError(source, path, fault));
  }

  void notice(DocumentNotice notice) {
    notices.add(notice);
  }

  /** The source, and which document in it where there are several. */
  String source() {
    return source;
  }

  boolean hasErrors() {
    return !errors.isEmpty();
  }

  /** The errors in the order in which they were found. */
  List<InputError> errors() {
    return List.copyOf(errors);
  }

  /** What is worth a warning. */
  List<DocumentNotice> notices() {
    return List.copyOf(notices);
  }
}
