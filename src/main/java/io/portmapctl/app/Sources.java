package io.portmapctl.app;

import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.SourceFiles;
import java.io.InputStream;
import java.util.List;

/**
 * Documents that a caller names.
 *
 * @param names files, folders, or {@code -} for standard input; none where the overrides say all
 * @param in standard input
 * @param overrides what is said in place of the documents' pieces
 * @param keepGoing whether the good ones are taken where others are bad
 */
public record Sources(List<String> names, InputStream in, Overrides overrides, boolean keepGoing) {

  /**
   * Reads them.
   *
   * @param files where the files and folders are
   * @param need what of them is needed
   * @throws Failure where one is wrong and that stops all
   */
  public Documents read(SourceFiles files, Documents.Need need, Notes notes) throws Failure {
    Documents documents = Documents.read(files, names, in, overrides, need);
    notes.skipped(documents.skipped());
    if (documents.errors().isEmpty()) {
      return documents;
    }
    Failure.Kind kind = names.isEmpty() ? Failure.Kind.USAGE : Failure.Kind.INPUT;
    if (!keepGoing || documents.attachments().isEmpty()) {
      throw new Failure(kind, documents.errors());
    }
    notes.leftOut(kind, documents.errors());
    return documents;
  }
}
