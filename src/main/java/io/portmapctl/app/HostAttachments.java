package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The attachments that a host knows of by itself: those that are kept, and those that container
 * runtimes have in libcni's cache.
 *
 * @param kept the folder of those that are kept
 * @param overrides which plugin of a configuration list is ours
 */
public record HostAttachments(KeptFolder kept, Overrides overrides) {
  /** Where libcni keeps what container runtimes attached. */
  public static final String CACHE = "/var/lib/cni/results";

  /**
   * All whose mappings should be there. A living record that asks for what is kept already counts
   * once, and a dead one does not count beside what is kept for the same container.
   *
   * @param dead which records are of containers that are gone
   * @param keepGoing whether the good documents are taken where others are bad
   * @throws Failure where one is wrong and that stops all
   */
  public Documents wanted(Predicate<Attachment> dead, boolean keepGoing, Notes notes)
      throws Failure {
    Documents all = kept.read(overrides, Documents.Need.ALL).with(cached(Documents.Need.ALL), dead);
    notes.skipped(all.skipped());
    if (!all.errors().isEmpty()) {
      if (!keepGoing || all.attachments().isEmpty()) {
        throw new Failure(Failure.Kind.INPUT, all.errors());
      }
      notes.leftOut(Failure.Kind.INPUT, all.errors());
    }
    return all;
  }

  /**
   * Those that are kept, to tell who lives.
   *
   * @throws Failure where one cannot be read: whose it is would be taken for nobody's
   */
  public Documents keptOwners() throws Failure {
    Documents documents = kept.read(overrides, Documents.Need.OWNER);
    if (!documents.errors().isEmpty()) {
      throw new Failure(Failure.Kind.INPUT, documents.errors());
    }
    return documents;
  }

  /**
   * What runtimes have in the cache; nothing where it is not there.
   *
   * @param need what of the documents is needed
   */
  Documents cached(Documents.Need need) {
    return folder(kept.files(), CACHE, false, overrides, need);
  }

  /** Whether one of the two is there, and each that is there may be read. */
  boolean isKnown() {
    return sources().stream().allMatch(s -> kept.files().isReadable(Path.of(s)))
        && !sources().isEmpty();
  }

  /** Those of the two folders that are there, as SOURCEs. */
  public List<String> sources() {
    return Stream.of(CACHE, kept.path())
        .filter(s -> kept.files().exists(Path.of(s)) || kept.named() && s.equals(kept.path()))
        .toList();
  }

  /**
   * What a folder holds; that it holds nothing is no error.
   *
   * @param required whether it is one that it is not there
   */
  static Documents folder(
      SourceFiles files,
      String folder,
      boolean required,
      Overrides overrides,
      Documents.Need need) {
    if (!required && !files.exists(Path.of(folder))) {
      return Documents.NONE;
    }
    Documents read =
        Documents.read(files, List.of(folder), InputStream.nullInputStream(), overrides, need);
    List<InputError> errors =
        read.errors().stream().filter(e -> e.fault() != DocumentFault.Plain.EMPTY_FOLDER).toList();
    return read.with(errors);
  }
}
