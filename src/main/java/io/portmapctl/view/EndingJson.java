package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.explain.Cause;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.RuleEngine;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a way ends, as fields of JSON. */
final class EndingJson implements DecidedBy.Visitor<Map<String, String>> {
  private EndingJson() {}

  /** Writes result, disposition, what decides and its cure. */
  static void write(JsonGenerator json, Cause.Ended ended) throws IOException {
    json.writeStringField(
        "result", ended.ending().works().map(w -> w ? "works" : "fails").orElse("unknown"));
    fields(json, ended.ending(), CureText.of(ended).orElse(""));
  }

  /** The same without the result, and with another cure. */
  static void fields(JsonGenerator json, Ending ending, String cure) throws IOException {
    json.writeStringField("disposition", ending.kind().id());
    json.writeBooleanField("onTheWayBack", ending.back());
    json.writeObjectFieldStart("decidedBy");
    for (Map.Entry<String, String> field : ending.by().accept(new EndingJson()).entrySet()) {
      JsonText.text(json, field.getKey(), field.getValue());
    }
    if (ending.by() instanceof DecidedBy.ByRule by) {
      TraceJson.site(json, by.rule(), true);
    }
    json.writeEndObject();
    JsonText.text(json, "cure", cure);
  }

  private static Map<String, String> kind(String kind) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("kind", kind);
    return fields;
  }

  @Override
  public Map<String, String> rule(DecidedBy.ByRule by) {
    return kind("rule");
  }

  @Override
  public Map<String, String> policy(DecidedBy.ByPolicy by) {
    ChainSite chain = by.chain();
    Map<String, String> fields = kind("policy");
    boolean known = chain.engine() != RuleEngine.IPTABLES;
    fields.put("variant", known ? chain.engine().id() : "");
    fields.put("family", chain.family());
    fields.put("table", Terminal.decoded(chain.table()));
    fields.put("chain", Terminal.decoded(chain.chain()));
    return fields;
  }

  @Override
  public Map<String, String> setting(DecidedBy.BySetting by) {
    Map<String, String> fields = kind("sysctl");
    fields.put("key", by.key());
    by.value().ifPresent(v -> fields.put("value", v));
    return fields;
  }

  @Override
  public Map<String, String> route(DecidedBy.ByRoute by) {
    Map<String, String> fields = kind("route");
    fields.put("route", Terminal.decoded(by.text()));
    fields.put("destination", by.to().toString());
    return fields;
  }

  @Override
  public Map<String, String> link(DecidedBy.ByLink by) {
    Map<String, String> fields = kind("link");
    fields.put("interface", Terminal.decoded(by.name()));
    return fields;
  }

  @Override
  public Map<String, String> bridgePort(DecidedBy.ByBridgePort by) {
    Map<String, String> fields = kind("bridge-port");
    fields.put("bridge", Terminal.decoded(by.bridge()));
    by.port().ifPresent(p -> fields.put("interface", Terminal.decoded(p)));
    return fields;
  }

  @Override
  public Map<String, String> neighbour(DecidedBy.ByNeighbour by) {
    Map<String, String> fields = kind("neighbour");
    fields.put("destination", by.address().toString());
    fields.put("interface", Terminal.decoded(by.device()));
    return fields;
  }

  @Override
  public Map<String, String> socket(DecidedBy.BySocket by) {
    Map<String, String> fields = kind("socket");
    by.process().ifPresent(p -> fields.put("process", Terminal.decoded(p)));
    return fields;
  }

  @Override
  public Map<String, String> container(DecidedBy.ByContainer by) {
    Map<String, String> fields = kind("container");
    fields.put("destination", by.address().toString());
    fields.put("fault", by.fault().id());
    by.namespace().ifPresent(n -> fields.put("namespace", Terminal.decoded(n)));
    if (!by.detail().isEmpty()) {
      fields.put("detail", Terminal.decoded(by.detail()));
    }
    return fields;
  }

  @Override
  public Map<String, String> nothing(DecidedBy.Nothing by) {
    return kind("nothing");
  }
}
