package io.portmapctl.cni;

import java.util.List;

/** All kinds of documents; of several that recognise one, the first has it. */
final class DocumentKinds {
  /** What a runtime or a person configures; other kinds hold one. The last takes everything. */
  private static final List<NetworkConfiguration> CONFIGURATIONS =
      List.of(new ConfigurationList(), new PluginConfiguration(), new NoConfiguration());

  /** Those that hold more than a configuration. */
  private static final List<DocumentKind> HOLDERS =
      List.of(new CacheRecord(), new AttachmentDocument());

  private DocumentKinds() {}

  /** The kind of a document. */
  static DocumentKind of(Cursor document, Documents.Need need) {
    for (DocumentKind kind : HOLDERS) {
      if (kind.recognises(document, need)) {
        return kind;
      }
    }
    return configuration(document, need);
  }

  /** The kind of a configuration, by itself or in another document. */
  static NetworkConfiguration configuration(Cursor config, Documents.Need need) {
    for (NetworkConfiguration kind : CONFIGURATIONS) {
      if (kind.recognises(config, need)) {
        return kind;
      }
    }
    throw new AssertionError(CONFIGURATIONS);
  }
}
