package io.portmapctl.file;

import io.portmapctl.fault.FileFault;
import io.portmapctl.fault.FileFault.Unwritten;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;

/** A file was not written; what was there is as it was. */
public final class UnwrittenException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient FileFault.Unwritable fault;

  UnwrittenException(Unwritten why) {
    this(why, "");
  }

  UnwrittenException(Unwritten why, String system) {
    super(why.name());
    this.fault = new FileFault.Unwritable(why, system);
  }

  /** What an input-output error, or a name that cannot be one, comes to. */
  static UnwrittenException of(Exception e) {
    if (e instanceof NoSuchFileException) {
      return new UnwrittenException(Unwritten.NO_FOLDER);
    }
    if (e instanceof AccessDeniedException) {
      return new UnwrittenException(Unwritten.FORBIDDEN);
    }
    String why = String.valueOf(e.getMessage());
    if (e instanceof InvalidPathException invalid) {
      why = invalid.getReason();
    } else if (e instanceof FileSystemException system && system.getReason() != null) {
      why = system.getReason(); // without the name of a file that nobody has given
    }
    return new UnwrittenException(Unwritten.SYSTEM, why);
  }

  /** Why. */
  public FileFault.Unwritable fault() {
    return fault;
  }
}
