package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the sources of one command, one after another, and gathers what they hold. */
final class SourceReader {
  /** The name of what is no file of one document. */
  private static final RecordName NAMELESS = new RecordName("");

  private final SourceFiles files;
  private final Documents.Need need;
  private final DocumentReader documents;
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<Documents.Origin> origins = new ArrayList<>();
  private final List<InputError> errors = new ArrayList<>();
  private final List<DocumentNotice> notices = new ArrayList<>();
  private final List<InputError> skipped = new ArrayList<>();
  private final List<Documents.Named> names = new ArrayList<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private int withoutMappings;

  /** An attachment and the document that it came from. */
  private record Seen(Attachment attachment, String name) {}

  SourceReader(SourceFiles files, Overrides overrides, Documents.Need need) {
    this.files = files;
    this.need = need;
    this.documents = new DocumentReader(overrides, need);
  }

  /** All that was read. */
  Documents documents() {
    return new Documents(
        List.copyOf(attachments),
        List.copyOf(origins),
        List.copyOf(errors),
        List.copyOf(notices),
        List.copyOf(skipped),
        List.copyOf(names));
  }

  /** Reads the command line alone. */
  void byHand() {
    Documents.Origin origin = Documents.Origin.byHand();
    Diagnostics diagnostics = new Diagnostics(origin.source());
    Read<DocumentReader.Found> read = documents.byHand(diagnostics);
    if (read instanceof Read.Usable<DocumentReader.Found> usable) {
      attachments.add(usable.value().attachment());
      origins.add(origin);
    }
    errors.addAll(diagnostics.errors());
    notices.addAll(diagnostics.notices());
  }

  /** Reads a file, a folder, or {@code -}. */
  void source(String source, InputStream standardInput) {
    String shown = source.equals("-") ? "standard input" : Printable.escaped(source);
    try {
      if (source.equals("-")) {
        text(new Place(shown, NAMELESS, false), SourceFiles.bytes(standardInput));
        return;
      }
      Path path = Path.of(source);
      if (files.isFolder(path)) {
        folder(shown, path);
      } else {
        // read to be told why it cannot be: below a folder without permission nothing is there
        text(new Place(shown, name(path), false), files.read(path));
      }
    } catch (IOException | InvalidPathException e) {
      errors.add(unreadable(shown, e));
    }
  }

  private void folder(String shown, Path folder) throws IOException {
    List<Path> entries = files.entries(folder).stream().sorted().toList();
    int before = taken();
    for (Path entry : entries) {
      String name = Printable.escaped(entry.toString());
      if (files.exists(entry) && !files.isFile(entry)) {
        skipped.add(
            new InputError(
                name, DocumentFault.Plain.NOT_REGULAR)); // to open a FIFO would wait for its writer
        continue;
      }
      try {
        text(new Place(name, name(entry), true), files.read(entry));
      } catch (IOException e) {
        errors.add(unreadable(name, e));
      }
    }
    if (taken() == before) {
      errors.add(new InputError(shown, DocumentFault.Plain.EMPTY_FOLDER));
    }
  }

  /** How many documents concerned us, right or wrong. */
  private int taken() {
    return attachments.size() + errors.size() + names.size() + withoutMappings;
  }

  /**
   * Where documents are read.
   *
   * @param shown its name for a person
   * @param name the file's own name
   * @param inFolder whether a folder was named, and not the file
   */
  private record Place(String shown, RecordName name, boolean inFolder) {}

  private static RecordName name(Path file) {
    return new RecordName(String.valueOf(file.getFileName()));
  }

  private void text(Place place, byte[] text) {
    List<Json> all = new ArrayList<>();
    try {
      for (Json document : Json.parseAll(text)) {
        if (document instanceof Json.Array array) {
          all.addAll(array.items());
        } else {
          all.add(document);
        }
      }
    } catch (Json.FormatException e) {
      errors.add(new InputError(place.shown, new DocumentFault.NotJson(e.error())));
      return;
    }
    if (all.isEmpty()) {
      errors.add(new InputError(place.shown, DocumentFault.Plain.EMPTY));
    }
    if (all.size() == 1) {
      document(place, all.get(0));
      return;
    }
    for (int i = 0; i < all.size(); i++) {
      String shown = place.shown + " (document " + (i + 1) + ")";
      document(new Place(shown, NAMELESS, place.inFolder), all.get(i));
    }
  }

  private void document(Place place, Json json) {
    Diagnostics diagnostics = new Diagnostics(place.shown);
    Read<DocumentReader.Found> read = documents.read(Cursor.root(json, diagnostics));
    notices.addAll(diagnostics.notices());
    if (read instanceof Read.Usable<DocumentReader.Found> usable) {
      attachment(place, usable.value());
    } else if (read instanceof Read.Wrong<DocumentReader.Found> wrong) {
      errors.addAll(wrong.errors());
    } else if (read instanceof Read.OtherKind<DocumentReader.Found> other) {
      otherKind(place, other.why());
    }
  }

  /** Whose container lives, a file's name may tell where its contents do not. */
  private void otherKind(Place place, DocumentFault why) {
    boolean known = place.inFolder || why == DocumentFault.Plain.BARE_RESULT;
    if (need == Documents.Need.OWNER && known && !place.name.readings().isEmpty()) {
      names.add(new Documents.Named(place.name, Optional.empty()));
    } else if (!place.inFolder) {
      errors.add(new InputError(place.shown, why));
    } else if (why != DocumentFault.Plain.BARE_RESULT || !place.name.isLoopback()) {
      skipped.add(new InputError(place.shown, why));
    } else {
      skipped.add(new InputError(place.shown, DocumentFault.Plain.NO_MAPPINGS));
    }
  }

  private void attachment(Place place, DocumentReader.Found found) {
    String name = place.shown;
    Attachment attachment = found.attachment();
    if (place.inFolder && need == Documents.Need.ALL && attachment.mappings().isEmpty()) {
      withoutMappings++;
      skipped.add(new InputError(name, DocumentFault.Plain.NO_MAPPINGS));
      return;
    }
    Identity who = attachment.identity();
    // a text as the key: the hash of a record costs a bootstrap at start-up
    String key = who.network().length() + ":" + who.network() + who.containerId();
    Seen earlier = seen.putIfAbsent(key, new Seen(attachment, name));
    if (earlier == null || need == Documents.Need.OWNER) {
      attachments.add(attachment);
      origins.add(new Documents.Origin(name, found.place()));
      boolean another =
          need == Documents.Need.OWNER
              && !place.name.names(who.containerId())
              && !place.name.readings().isEmpty();
      if (another) {
        names.add(new Documents.Named(place.name, Optional.of(attachment)));
      }
    } else if (!earlier.attachment.sameWish(attachment)) {
      errors.add(
          new InputError(
              name, new DocumentFault.Duplicate(who.network(), who.containerId(), earlier.name)));
    }
  }

  /** That there is no such source. */
  private static InputError notFound(String shown) {
    return new InputError(shown, DocumentFault.Plain.NOT_FOUND);
  }

  /** Why a source could not be read. */
  private static InputError unreadable(String shown, Exception e) {
    if (e instanceof NoSuchFileException) {
      return notFound(shown);
    }
    return new InputError(
        shown,
        e instanceof AccessDeniedException
            ? DocumentFault.Plain.FORBIDDEN
            : new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
  }
}
