package io.portmapctl.cni;

import io.portmapctl.notice.Notice;

/** What a reader of a document should know who can use it all the same. */
public sealed interface DocumentNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R noCapability(NoCapability notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /** The source, and which document in it where there are several; for a person. */
  String source();

  /**
   * The plugin does not ask for the capability portMappings, so that a runtime passes it none.
   *
   * @param path the JSON path of its configuration
   * @param list the name of the configuration list; empty where it has none
   */
  record NoCapability(String source, String path, String list) implements DocumentNotice {
    @Override
    public String code() {
      return "no-portmappings-capability";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noCapability(this);
    }
  }
}
