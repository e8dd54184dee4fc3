package io.portmapctl.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.function.Predicate;

/**
 * What all the sources of one command hold.
 *
 * @param attachments the usable documents in order, each once
 * @param origins for each attachment, the source and document that it came from
 * @param errors what could not be used
 * @param warnings what a reader should know
 * @param skipped folder entries of another kind, with the reason
 */
public record Documents(
    List<Attachment> attachments,
    List<Origin> origins,
    List<InputError> errors,
    List<String> warnings,
    List<String> skipped) {

  /** No documents. */
  public static final Documents NONE =
      new Documents(List.of(), List.of(), List.of(), List.of(), List.of());

  /**
   * Where an attachment came from.
   *
   * @param source the source, and which document in it where there are several
   * @param place the JSON path of portmap's configuration in the document
   */
  public record Origin(String source, String place) {

    /** The JSON path of one of its fields. */
    public String path(String field) {
      return place.isEmpty() || field.isEmpty() ? place + field : place + "." + field;
    }
  }

  /** How much of a document must be right. */
  public enum Need {
    /** Everything. */
    ALL,
    /** Network name and container ID; the rest is read where it is right. */
    OWNER,
    /** Network name and container ID alone. */
    IDENTITY
  }

  /** The same without some attachments. */
  public Documents without(Predicate<Attachment> some) {
    List<Attachment> kept = new ArrayList<>();
    List<Origin> from = new ArrayList<>();
    for (int i = 0; i < attachments.size(); i++) {
      if (!some.test(attachments.get(i))) {
        kept.add(attachments.get(i));
        from.add(origins.get(i));
      }
    }
    return new Documents(List.copyOf(kept), List.copyOf(from), errors, warnings, skipped);
  }

  /** Reads the sources of this machine. */
  public static Documents read(
      List<String> sources, InputStream standardInput, Overrides overrides, Need need) {
    return read(SourceFiles.LOCAL, sources, standardInput, overrides, need);
  }

  /**
   * Reads the sources.
   *
   * @param files where files and folders are
   * @param sources files, folders and {@code -}; none: the command line alone
   * @param standardInput where {@code -} reads from
   * @param overrides the command line's pieces
   * @param need how much of a document must be right
   */
  public static Documents read(
      SourceFiles files,
      List<String> sources,
      InputStream standardInput,
      Overrides overrides,
      Need need) {
    Reader reader = new Reader(files, overrides, need);
    if (sources.isEmpty()) {
      Cursor.Errors errors = new Cursor.Errors("command line", reader.errors);
      new DocumentParser(overrides, need, errors, reader.warnings)
          .byHand()
          .ifPresent(reader::addByHand);
    }
    for (String source : sources) {
      reader.source(source, standardInput);
    }
    return new Documents(
        List.copyOf(reader.attachments),
        List.copyOf(reader.origins),
        List.copyOf(reader.errors),
        List.copyOf(reader.warnings),
        List.copyOf(reader.skipped));
  }

  /** Jackson's message in one line, without the source's content. */
  static String jsonMessage(JsonProcessingException e) {
    String where =
        e.getLocation() == null
            ? ""
            : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
    String message = Printable.escaped(e.getOriginalMessage().replace("\n", " "));
    int cut = Math.max(message.indexOf(" (for "), message.indexOf(" (not recognized"));
    if (message.startsWith("Unexpected end-of-input")) {
      message = "it ends too early";
    } else if (message.contains("nesting depth")) {
      message = "nested deeper than " + Json.MAX_DEPTH + " levels";
    } else if (message.startsWith("Number value length")) {
      message = "a number longer than 1000 characters";
    } else if (cut > 0) {
      message = message.substring(0, cut);
    }
    return (where.isEmpty() ? "" : where + ": ") + message;
  }

  private static final class Reader {
    private final SourceFiles files;
    private final Overrides overrides;
    private final Need need;
    private final List<Attachment> attachments = new ArrayList<>();
    private final List<Origin> origins = new ArrayList<>();
    private final List<InputError> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<String, Seen> seen = new HashMap<>();
    private int withoutMappings;

    /** An attachment and the document that it came from. */
    private record Seen(Attachment attachment, String name) {}

    Reader(SourceFiles files, Overrides overrides, Need need) {
      this.files = files;
      this.overrides = overrides;
      this.need = need;
    }

    void addByHand(Attachment attachment) {
      attachments.add(attachment);
      origins.add(new Origin("command line", ""));
    }

    void source(String source, InputStream standardInput) {
      String shown = source.equals("-") ? "standard input" : Printable.escaped(source);
      try {
        if (source.equals("-")) {
          text(shown, SourceFiles.bytes(standardInput), false);
          return;
        }
        Path path = Path.of(source);
        if (files.isFolder(path)) {
          folder(shown, path);
        } else if (files.exists(path)) {
          text(shown, files.read(path), false);
        } else {
          errors.add(new InputError(shown, "", "no such file or folder"));
        }
      } catch (IOException | InvalidPathException e) {
        errors.add(new InputError(shown, "", unreadable(e)));
      }
    }

    private void folder(String shown, Path folder) throws IOException {
      List<Path> entries = files.entries(folder).stream().sorted().toList();
      int before = attachments.size() + errors.size() + withoutMappings;
      for (Path entry : entries) {
        String name = Printable.escaped(entry.toString());
        if (files.exists(entry) && !files.isFile(entry)) {
          skipped.add(name + ": not a regular file"); // to open a FIFO would wait for its writer
          continue;
        }
        try {
          text(name, files.read(entry), true);
        } catch (IOException e) {
          errors.add(new InputError(name, "", unreadable(e)));
        }
      }
      if (attachments.size() + errors.size() + withoutMappings == before) {
        errors.add(
            new InputError(
                shown,
                "",
                "no usable file in this folder; expected network configurations, attachments or"
                    + " libcni cache records"));
      }
    }

    private static String unreadable(Exception e) {
      if (e instanceof AccessDeniedException) {
        return "cannot be read: permission denied";
      }
      if (e instanceof NoSuchFileException) {
        return "no such file or folder";
      }
      return "cannot be read: " + Printable.escaped(String.valueOf(e.getMessage()));
    }

    private void text(String shown, byte[] text, boolean inFolder) {
      List<Json> documents = new ArrayList<>();
      try {
        for (Json document : Json.parseAll(text)) {
          if (document instanceof Json.Array array) {
            documents.addAll(array.items());
          } else {
            documents.add(document);
          }
        }
      } catch (JsonProcessingException e) {
        errors.add(new InputError(shown, "", "not JSON: " + jsonMessage(e)));
        return;
      }
      if (documents.isEmpty()) {
        errors.add(new InputError(shown, "", "empty: expected a JSON document"));
      }
      for (int i = 0; i < documents.size(); i++) {
        String name = documents.size() == 1 ? shown : shown + " (document " + (i + 1) + ")";
        document(name, documents.get(i), inFolder);
      }
    }

    private void document(String name, Json json, boolean inFolder) {
      List<InputError> own = new ArrayList<>();
      Cursor.Errors collector = new Cursor.Errors(name, own);
      DocumentParser parser = new DocumentParser(overrides, need, collector, warnings);
      Optional<Attachment> parsed;
      try {
        parsed = parser.parse(json);
      } catch (DocumentParser.OtherKindException e) {
        if (inFolder) {
          skipped.add(name + ": " + e.getMessage());
        } else {
          errors.add(new InputError(name, "", String.valueOf(e.getMessage())));
        }
        return;
      }
      errors.addAll(own);
      if (parsed.isEmpty()) {
        return;
      }
      Attachment attachment = parsed.get();
      if (inFolder && need == Need.ALL && attachment.mappings().isEmpty()) {
        withoutMappings++;
        skipped.add(name + ": an attachment without port mappings");
        return;
      }
      Identity who = attachment.identity();
      // a text as the key: the hash of a record costs a bootstrap at start-up
      String key = who.network().length() + ":" + who.network() + who.containerId();
      Seen earlier = seen.putIfAbsent(key, new Seen(attachment, name));
      if (earlier == null || need == Need.OWNER) {
        attachments.add(attachment);
        origins.add(new Origin(name, parser.place()));
      } else if (!earlier.attachment.sameWish(attachment)) {
        errors.add(
            new InputError(
                name,
                "",
                "network "
                    + Printable.quoted(who.network())
                    + ", container "
                    + Printable.quoted(who.containerId())
                    + " stands in "
                    + earlier.name
                    + " too, with other contents"));
      }
    }
  }
}
