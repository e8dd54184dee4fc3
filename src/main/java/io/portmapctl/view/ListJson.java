package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Program;
import io.portmapctl.cni.Identity;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mappings of a ruleset as JSON (version 1), one for each port; the text is octets. */
public final class ListJson {
  private static final String CNI = "cni";

  private ListJson() {}

  /** The document. */
  public static String render(List<Mapping> mappings, List<Notice> warnings) {
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "list");
          json.writeNumberField("version", 1);
          json.writeArrayFieldStart("mappings");
          for (Mapping mapping : mappings) {
            json.writeStartObject();
            mapping(json, mapping);
            json.writeEndObject();
          }
          json.writeEndArray();
          JsonText.notices(json, "warnings", warnings);
        });
  }

  private static void mapping(JsonGenerator json, Mapping mapping) throws IOException {
    List<Octets> words = new ArrayList<>(mapping.conditions());
    words.add(new Octets(mapping.chain()));
    JsonOctets octets = new JsonOctets(json, words);
    json.writeStringField("family", mapping.family().id());
    JsonText.text(json, "protocol", mapping.protocol());
    JsonText.address(json, "hostIP", mapping.hostIp());
    JsonText.number(json, "hostPort", mapping.hostPort());
    JsonText.address(json, "containerIP", mapping.containerIp());
    JsonText.number(json, "containerPort", mapping.containerPort());
    octets.identity(mapping.owner());
    JsonText.text(json, "layout", mapping.layout().map(l -> l.id()).orElse(""));
    octets.write("chain", mapping.chain());
    json.writeBooleanField("snat", mapping.snat());
    json.writeStringField("state", mapping.state().id());
    if (mapping.connections().isPresent()) {
      json.writeNumberField("connections", mapping.connections().getAsLong());
    } else {
      json.writeNullField("connections");
    }
    octets.write("conditions", mapping.conditions());
    octets.end();
    json.writeBooleanField("wins", mapping.wins());
    JsonText.text(json, "reason", MappingText.reason(mapping));
    owner(json, Optional.empty(), mapping.owner(), mapping.chain());
    if (mapping.takenBy().isPresent()) {
      taker(json, mapping.takenBy().get());
    }
  }

  private static void taker(JsonGenerator json, Mapping.Taker taker) throws IOException {
    json.writeObjectFieldStart("takenBy");
    JsonOctets octets = JsonOctets.of(json, taker.chain(), taker.rule());
    boolean known = taker.engine() != RuleEngine.IPTABLES;
    JsonText.text(json, "variant", known ? taker.engine().id() : "");
    json.writeStringField("table", taker.table());
    octets.write("chain", taker.chain());
    json.writeNumberField("index", taker.index());
    octets.write("rule", taker.rule());
    octets.end();
    owner(json, taker.program(), taker.container(), taker.chain());
    json.writeEndObject();
  }

  /** Whose rules they are: a container's, a program's, or else those of the chain. */
  private static void owner(
      JsonGenerator json, Optional<Program> program, Optional<Identity> container, String chain)
      throws IOException {
    json.writeObjectFieldStart("owner");
    JsonOctets octets = JsonOctets.of(json, chain);
    boolean cni = container.isPresent() || program.isEmpty() && Layouts.isContainerChain(chain);
    JsonText.text(json, "program", cni ? CNI : program.map(Program::id).orElse(""));
    octets.write(
        "name", container.map(c -> Octets.utf8(c.toString())).orElseGet(() -> new Octets(chain)));
    octets.end();
    json.writeEndObject();
  }
}
