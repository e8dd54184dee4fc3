package io.portmapctl.cni;

/**
 * A kind of document: how it is told from others, and where it keeps an attachment's pieces. All
 * kinds are listed in {@link DocumentKinds}.
 */
interface DocumentKind {

  /**
   * Whether a document, an object, is of this kind.
   *
   * @param need how much of it must be right
   */
  boolean recognises(Cursor document, Documents.Need need);

  /** The pieces, without those that options replace. */
  Read<Pieces> pieces(Cursor document, DocumentFields fields);

  /** Whose it is, whatever else may be wrong with it. Nobody hears of errors. */
  Owner owner(Cursor document, DocumentFields fields);
}
