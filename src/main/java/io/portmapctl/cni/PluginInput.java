package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a runtime hands to a plugin on standard input: the plugin's own configuration with what the
 * runtime has added to it (CNI specification, sections 2 and 3). It is read as far as it is asked
 * for, so that a removal needs no more than a name. Errors have paths and no source.
 */
public final class PluginInput {
  private static final String SOURCE = "";

  /** The oldest version, which one that gives none follows. */
  private static final String FIRST = "0.1.0";

  private final Json.Obj document;

  private PluginInput(Json.Obj document) {
    this.document = document;
  }

  /**
   * Reads one JSON object; null is one without fields, as it is to the Go decoder.
   *
   * @throws InputException where it is anything else
   */
  public static PluginInput parse(byte[] text) throws InputException {
    List<Json> documents;
    try {
      documents = Json.parseAll(text);
    } catch (Json.FormatException e) {
      throw wrong("", new DocumentFault.NotJson(e.error()));
    }
    if (documents.isEmpty()) {
      throw wrong("", DocumentFault.Plain.EMPTY);
    }
    if (documents.size() > 1) {
      throw wrong("", new DocumentFault.NotOneDocument(documents.size()));
    }
    Json document = documents.get(0);
    if (document instanceof Json.Null) {
      return new PluginInput(new Json.Obj(List.of()));
    }
    if (!(document instanceof Json.Obj object)) {
      throw wrong("", new DocumentFault.NotAnObject(document.found()));
    }
    return new PluginInput(object);
  }

  /** Every version that is understood, the oldest first. */
  public static List<String> versions() {
    return CniVersion.ALL;
  }

  /**
   * The version of the protocol that is spoken; the first where none is given.
   *
   * @throws InputException where it is none that is understood
   */
  public String version() throws InputException {
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    Cursor root = Cursor.root(document, diagnostics);
    CniVersion version = CniVersion.read(root, root.text("cniVersion"));
    requireNone(diagnostics);
    return version.text().isEmpty() ? FIRST : version.text();
  }

  /** The same where it need not be right, for an answer that tells of an error. */
  public Optional<String> knownVersion() {
    try {
      return Optional.of(version());
    } catch (InputException e) {
      return Optional.empty();
    }
  }

  /** Whether one version is as new as another, or newer; both are understood. */
  public static boolean reaches(String version, String other) {
    return CniVersion.ALL.indexOf(version) >= CniVersion.ALL.indexOf(other);
  }

  /**
   * The network's name.
   *
   * @throws InputException where there is none, or one that the specification does not allow
   */
  public String network() throws InputException {
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    Cursor root = Cursor.root(document, diagnostics);
    String name = new IdentityReader(Overrides.pluginType(""), Documents.Need.OWNER).network(root);
    requireNone(diagnostics);
    return name;
  }

  /**
   * The attachment, wholly checked.
   *
   * @param containerId its container
   * @param ifName its interface inside the container
   * @return that attachment alone
   * @throws InputException with all that is wrong
   */
  public Documents attachment(String containerId, String ifName) throws InputException {
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    Cursor root = Cursor.root(document, diagnostics);
    Overrides none = Overrides.pluginType("");
    DocumentFields fields = new DocumentFields(none);
    Pieces pieces =
        Pieces.configured(
                root,
                root,
                fields.network(root, "name"),
                root.text("cniVersion"),
                fields.mappings(root, "runtimeConfig"),
                fields.result(root, "prevResult"))
            .in(new Value.Present<>(containerId), new Value.Present<>(ifName));
    IdentityReader identities = new IdentityReader(none, Documents.Need.ALL);
    Attachment attachment = new AttachmentReader(none, identities).read(pieces);
    requireNone(diagnostics);
    return new Documents(
        List.of(attachment),
        List.of(new Documents.Origin(SOURCE, "")),
        List.of(),
        diagnostics.notices(),
        List.of(),
        List.of());
  }

  /**
   * The field {@code layout}.
   *
   * @param allowed what it may be
   * @throws InputException where it is something else
   */
  public Optional<String> layout(List<String> allowed) throws InputException {
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    Cursor root = Cursor.root(document, diagnostics);
    Optional<String> layout = root.text("layout").optional();
    if (layout.isPresent() && !allowed.contains(layout.get())) {
      diagnostics.error(
          "layout",
          new DocumentFault.UnknownValue(DocumentFault.Domain.LAYOUT, allowed, layout.get()));
    }
    requireNone(diagnostics);
    return layout;
  }

  /**
   * Whether a port that another container claims is an error.
   *
   * @throws InputException where that is neither true nor false
   */
  public boolean refusesConflicts() throws InputException {
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    boolean refuses = Cursor.root(document, diagnostics).bool("refuseConflicts").orElse(false);
    requireNone(diagnostics);
    return refuses;
  }

  /**
   * The containers that are attached to the network, as a runtime tells for a garbage collection:
   * of the specification's list and of the one that libcni wrote by mistake.
   *
   * @throws InputException where neither list is there, or an item of one does not tell its
   *     container
   */
  public Documents validAttachments() throws InputException {
    String network = network();
    Diagnostics diagnostics = new Diagnostics(SOURCE);
    Cursor root = Cursor.root(document, diagnostics);
    List<Attachment> valid = new ArrayList<>();
    List<Documents.Origin> origins = new ArrayList<>();
    boolean told = false;
    for (String name : List.of("cni.dev/valid-attachments", "cni.dev/attachments")) {
      told |= hasField(name);
      for (Cursor item : root.items(name)) {
        if (!(item.value() instanceof Json.Obj)) {
          item.wrongType(Found.Type.OBJECT);
          continue;
        }
        Value<String> id = item.text("containerID");
        if (id.orElse("").isEmpty() && !id.isWrong()) {
          item.missing("containerID", DocumentFault.Piece.CONTAINER_ID);
        }
        valid.add(Attachment.of(new Identity(network, id.orElse("")), Optional.empty()));
        origins.add(new Documents.Origin(SOURCE, item.path()));
      }
    }
    if (!told) {
      root.missing("cni.dev/valid-attachments", DocumentFault.Piece.ATTACHMENTS);
    }
    requireNone(diagnostics);
    return new Documents(
        List.copyOf(valid), List.copyOf(origins), List.of(), List.of(), List.of(), List.of());
  }

  /** Whether a field is there; libcni writes a list without items as null. */
  private boolean hasField(String name) {
    for (Json.Field field : document.fields()) {
      if (field.name().equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The result of the plugin before this one, as the configuration's version has it: within a
   * generation, and no other is taken, results differ by what they say of their version alone.
   *
   * @return one JSON object, or an empty text where there is none
   */
  public String result() throws InputException {
    Optional<Cursor> result =
        Cursor.root(document, new Diagnostics(SOURCE)).object("prevResult").optional();
    if (result.isEmpty() || !(result.get().value() instanceof Json.Obj object)) {
      return "";
    }
    List<Json.Field> fields = new ArrayList<>();
    fields.add(new Json.Field("cniVersion", new Json.Text(version())));
    for (Json.Field field : object.fields()) {
      if (!field.name().equalsIgnoreCase("cniVersion")) {
        fields.add(field);
      }
    }
    return JsonPrinter.print(new Json.Obj(fields));
  }

  private static InputException wrong(String path, DocumentFault fault) {
    return new InputException(List.of(new InputError(SOURCE, path, fault)));
  }

  private static void requireNone(Diagnostics diagnostics) throws InputException {
    if (diagnostics.hasErrors()) {
      throw new InputException(diagnostics.errors());
    }
  }
}
