package io.portmapctl.app;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Fault;
import io.portmapctl.fault.FileFault;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that an option names. */
public final class NamedFile {
  private NamedFile() {}

  /**
   * Its bytes.
   *
   * @param content what it should hold
   * @throws Failure where it cannot be read
   */
  public static byte[] read(String file, FileFault.Content content) throws Failure {
    return read(file, content, SourceFiles.MAX_BYTES);
  }

  /** The same where it may have another number of bytes at most. */
  public static byte[] read(String file, FileFault.Content content, long most) throws Failure {
    try {
      return SourceFiles.bytes(Path.of(file), most);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw failure(file, new FileFault.Absent(content));
    } catch (AccessDeniedException e) {
      throw failure(file, DocumentFault.Plain.FORBIDDEN);
    } catch (IOException e) {
      throw failure(
          file,
          Files.isDirectory(Path.of(file))
              ? new FileFault.Folder(content)
              : new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
    }
  }

  /** What is wrong with it. */
  public static Failure failure(String file, Fault fault) {
    return new Failure(Failure.Kind.INPUT, shown(file), fault);
  }

  /** How it is named to a reader. */
  static String shown(String file) {
    return Printable.escaped(file);
  }
}
