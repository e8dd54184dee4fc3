package io.portmapctl.notice;

/**
 * Something that a reader should know: a warning, a conflict, an advice. It holds facts and no
 * sentence. Every room that notices something has a sealed interface of its own, with a visitor, so
 * that whoever finds the words is asked for every kind.
 */
public interface Notice {

  /** Which kind it is, for a program: lower-case words with dashes, the same for ever. */
  String code();
}
