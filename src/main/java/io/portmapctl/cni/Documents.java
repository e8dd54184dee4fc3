package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.io.InputStream;
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
 * @param notices what a reader should know
 * @param skipped folder entries of another kind, each with what it is
 * @param names files that name a container which their contents do not, where owners were asked for
 */
public record Documents(
    List<Attachment> attachments,
    List<Origin> origins,
    List<InputError> errors,
    List<DocumentNotice> notices,
    List<InputError> skipped,
    List<Named> names) {

  /** No documents. */
  public static final Documents NONE =
      new Documents(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  /**
   * A file that names a container which its contents do not.
   *
   * @param name its name
   * @param attachment what its contents tell of; empty where they tell of nobody
   */
  public record Named(RecordName name, Optional<Attachment> attachment) {}

  /**
   * Where an attachment came from.
   *
   * @param source the source, and which document in it where there are several
   * @param place the JSON path of portmap's configuration in the document
   */
  public record Origin(String source, String place) {
    private static final String COMMAND_LINE = "command line";

    /** The command line alone. */
    static Origin byHand() {
      return new Origin(COMMAND_LINE, "");
    }

    /** Whether it came from no document. */
    public boolean isByHand() {
      return source.equals(COMMAND_LINE);
    }

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
    return new Documents(List.copyOf(kept), List.copyOf(from), errors, notices, skipped, names);
  }

  /** The same with other errors. */
  public Documents with(List<InputError> otherErrors) {
    return new Documents(attachments, origins, List.copyOf(otherErrors), notices, skipped, names);
  }

  /**
   * These and others. Of one that is among both and asks for the same these count, and whatever a
   * dead one asks for; what asks for something else is an error. The version does not count, which
   * says no more than in which layout.
   *
   * @param dead which of the others are of a container that is gone
   */
  public Documents with(Documents others, Predicate<Attachment> dead) {
    Map<Identity, Integer> own = new HashMap<>();
    for (int i = 0; i < attachments.size(); i++) {
      own.put(attachments.get(i).identity(), i);
    }
    List<Attachment> all = new ArrayList<>(attachments);
    List<Origin> from = new ArrayList<>(origins);
    List<InputError> wrong = new ArrayList<>(errors);
    wrong.addAll(others.errors);
    for (int i = 0; i < others.attachments.size(); i++) {
      Attachment other = others.attachments.get(i);
      Origin origin = others.origins.get(i);
      Integer same = own.get(other.identity());
      if (same == null) {
        all.add(other);
        from.add(origin);
      } else if (!dead.test(other) && !attachments.get(same).sameRules(other)) {
        Identity who = other.identity();
        wrong.add(
            new InputError(
                origin.source(),
                new DocumentFault.Duplicate(
                    who.network(), who.containerId(), origins.get(same).source())));
      }
    }
    return new Documents(
        List.copyOf(all),
        List.copyOf(from),
        List.copyOf(wrong),
        joined(notices, others.notices),
        joined(skipped, others.skipped),
        joined(names, others.names));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
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
    SourceReader reader = new SourceReader(files, overrides, need);
    if (sources.isEmpty()) {
      reader.byHand();
    }
    for (String source : sources) {
      reader.source(source, standardInput);
    }
    return reader.documents();
  }
}
