package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/** Reads one document of any kind, with what the command line says in its place. */
final class DocumentReader {
  private final Overrides overrides;
  private final Documents.Need need;
  private final DocumentFields fields;
  private final IdentityReader identities;

  DocumentReader(Overrides overrides, Documents.Need need) {
    this.overrides = overrides;
    this.need = need;
    this.fields = new DocumentFields(overrides);
    this.identities = new IdentityReader(overrides, need);
  }

  /**
   * An attachment and where it stands.
   *
   * @param attachment the attachment, of which only the owner is known where no more was asked for
   * @param place the JSON path of portmap's own configuration where all was asked for, empty for
   *     the whole document
   */
  record Found(Attachment attachment, String place) {}

  /** Reads a document; notices go to its diagnostics. */
  Read<Found> read(Cursor document) {
    if (!(document.value() instanceof Json.Obj)) {
      return new Read.OtherKind<>(new DocumentFault.NotAnObject(document.value().found()));
    }
    DocumentKind kind = DocumentKinds.of(document, need);
    return need == Documents.Need.ALL
        ? kind.pieces(document, fields).then(this::attachment)
        : owner(kind, document);
  }

  /** Reads what the command line says without any document. */
  Read<Found> byHand(Diagnostics diagnostics) {
    return need == Documents.Need.ALL
        ? attachment(Pieces.none(diagnostics))
        : new Read.Usable<>(new Found(Attachment.of(identities.byHand(), Optional.empty()), ""));
  }

  private Read<Found> attachment(Pieces pieces) {
    Attachment attachment = new AttachmentReader(overrides, identities).read(pieces);
    Diagnostics diagnostics = pieces.plugin().diagnostics();
    return diagnostics.hasErrors()
        ? new Read.Wrong<>(diagnostics.errors())
        : new Read.Usable<>(new Found(attachment, pieces.plugin().path()));
  }

  /**
   * Network and container. Where all owners are asked for, a document of another plugin tells of
   * one that lives as well as ours.
   */
  private Read<Found> owner(DocumentKind kind, Cursor document) {
    Owner owner = kind.owner(document.unheard(), fields);
    Optional<DocumentFault> notOurs = owner.notOurs();
    if (notOurs.isPresent() && need == Documents.Need.IDENTITY) {
      return new Read.OtherKind<>(notOurs.get());
    }
    Diagnostics diagnostics = document.diagnostics();
    Identity identity = identities.of(owner, diagnostics);
    if (diagnostics.hasErrors()) {
      return notOurs.isPresent()
          ? new Read.OtherKind<>(notOurs.get())
          : new Read.Wrong<>(diagnostics.errors());
    }
    Attachment known = Attachment.of(identity, owner.netns());
    return new Read.Usable<>(
        new Found(need == Documents.Need.OWNER ? whole(document, known) : known, ""));
  }

  /** All of a document of which only the owner must be right, or else what is known of it. */
  private Attachment whole(Cursor document, Attachment known) {
    Read<Found> all = new DocumentReader(overrides, Documents.Need.ALL).read(document.unheard());
    return all instanceof Read.Usable<Found> usable ? usable.value().attachment() : known;
  }
}
