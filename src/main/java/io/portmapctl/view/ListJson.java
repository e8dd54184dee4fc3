package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.check.Mapping;
import io.portmapctl.notice.Notice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The mappings of a ruleset as JSON (version 1), one for each port; the text is octets. */
public final class ListJson {
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
            json.writeStringField("family", mapping.family().id());
            JsonText.text(json, "protocol", mapping.protocol());
            JsonText.address(json, "hostIP", mapping.hostIp());
            JsonText.number(json, "hostPort", mapping.hostPort());
            JsonText.address(json, "containerIP", mapping.containerIp());
            JsonText.number(json, "containerPort", mapping.containerPort());
            JsonText.identity(json, mapping.owner());
            JsonText.text(json, "layout", mapping.layout().map(l -> l.id()).orElse(""));
            json.writeStringField("chain", Terminal.decoded(mapping.chain()));
            json.writeBooleanField("snat", mapping.snat());
            json.writeStringField("state", mapping.state().id());
            if (mapping.connections().isPresent()) {
              json.writeNumberField("connections", mapping.connections().getAsLong());
            } else {
              json.writeNullField("connections");
            }
            List<String> conditions = new ArrayList<>();
            mapping.conditions().forEach(c -> conditions.add(c.decoded()));
            JsonText.texts(json, "conditions", conditions);
            json.writeBooleanField("wins", mapping.wins());
            JsonText.text(json, "reason", MappingText.reason(mapping));
            if (mapping.takenBy().isPresent()) {
              taker(json, mapping.takenBy().get());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          JsonText.notices(json, "warnings", warnings);
        });
  }

  private static void taker(JsonGenerator json, Mapping.Taker taker) throws IOException {
    json.writeObjectFieldStart("takenBy");
    json.writeStringField("table", "nat");
    json.writeStringField("chain", Terminal.decoded(taker.chain()));
    json.writeNumberField("index", taker.index());
    json.writeStringField("rule", taker.rule().decoded());
    JsonText.text(json, "owner", MappingText.owner(taker));
    json.writeEndObject();
  }
}
