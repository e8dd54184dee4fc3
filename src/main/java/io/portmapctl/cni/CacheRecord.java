package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What libcni keeps of a container that it has added to a network. */
final class CacheRecord implements DocumentKind {
  private static final Json EMPTY = new Json.Obj(List.of());

  @Override
  public boolean recognises(Cursor document, Documents.Need need) {
    return document.has("kind", "cniCacheV1");
  }

  @Override
  public Read<Pieces> pieces(Cursor document, DocumentFields fields) {
    Value<Cursor> held = config(document);
    if (!(held instanceof Value.Present<Cursor> present)) {
      return new Read.Wrong<>(document.diagnostics().errors());
    }
    Cursor config = present.value();
    Value<String> containerId = fields.containerId(document, "containerId");
    Value<String> ifName = fields.ifName(document, "ifName");
    return DocumentKinds.configuration(config, Documents.Need.ALL)
        .pieces(config, fields)
        .then(
            found -> {
              Value<Cursor> mappings = fields.mappings(document, "capabilityArgs");
              Value<Cursor> result = fields.result(document, "result");
              Value<String> network = fields.network(document, "networkName");
              Value<String> netns = document.text("netns");
              // an ID of a wrong type is said to be missing too, by the name of the option's field
              Value<String> id = Value.of(containerId.optional());
              return new Read.Usable<>(
                  found.in(id, ifName).cached(network, mappings, result, netns.optional()));
            });
  }

  @Override
  public Owner owner(Cursor document, DocumentFields fields) {
    Optional<Cursor> held = config(document).optional();
    Cursor config = held.orElseGet(() -> new Cursor(EMPTY, "config", document.diagnostics()));
    boolean told = config.value() instanceof Json.Obj object && !object.fields().isEmpty();
    Optional<Cursor> network = document.field("networkName");
    return new Owner(
        network.isPresent() ? network : config.field("name"),
        document.field("containerId"),
        told
            ? DocumentKinds.configuration(config, Documents.Need.OWNER)
                .notOurs(config, fields.pluginType())
            : Optional.empty(),
        document.text("netns").optional());
  }

  /** The configuration, which stands in base64. */
  private static Value<Cursor> config(Cursor document) {
    if (document.field("config").isEmpty()) {
      document.missing("config", DocumentFault.Piece.CONFIGURATION);
    }
    Optional<String> encoded = document.text("config").optional();
    if (encoded.isEmpty()) {
      return new Value.Wrong<>();
    }
    DocumentFault fault;
    try {
      byte[] text = Base64.getDecoder().decode(encoded.get().getBytes(StandardCharsets.UTF_8));
      List<Json> documents = Json.parseAll(text);
      if (documents.size() == 1) {
        return new Value.Present<>(
            new Cursor(documents.get(0), document.at("config"), document.diagnostics()));
      }
      fault = new DocumentFault.NotOneDocument(documents.size());
    } catch (IllegalArgumentException e) {
      fault = DocumentFault.Plain.NOT_BASE64;
    } catch (Json.FormatException e) {
      fault = new DocumentFault.NotJson(e.error());
    }
    document.diagnostics().error(document.at("config"), fault);
    return new Value.Wrong<>();
  }
}
