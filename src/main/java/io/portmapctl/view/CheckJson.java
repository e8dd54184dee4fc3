package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.app.CheckReport;
import io.portmapctl.check.Finding;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.OtherNat;
import io.portmapctl.plan.Plan;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** What check found, as JSON (version 1); the text is octets. */
public final class CheckJson {
  private CheckJson() {}

  /** The document. */
  public static String render(CheckReport check) {
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "check");
          json.writeNumberField("version", 1);
          json.writeBooleanField("ok", check.audit().ok());
          json.writeArrayFieldStart("attachments");
          for (Finding finding : check.audit().findings()) {
            finding(json, finding);
          }
          json.writeEndArray();
          JsonText.notices(json, "warnings", check.audit().notices());
          JsonText.notices(json, "advice", check.advice());
          JsonText.texts(json, "mend", check.mend());
        });
  }

  private static void finding(JsonGenerator json, Finding finding) throws IOException {
    json.writeStartObject();
    JsonText.identity(json, Optional.of(finding.attachment().identity()));
    json.writeStringField("ifName", finding.attachment().ifName());
    json.writeStringField("layout", finding.choice().layout().id());
    json.writeStringField("status", finding.status().id());
    parts(json, "missing", finding.missing());
    parts(json, "unexpected", finding.unexpected());
    json.writeArrayFieldStart("shadowedBy");
    for (Finding.Shadow shadow : finding.shadows()) {
      json.writeStartObject();
      JsonOctets octets = JsonOctets.of(json, shadow.chain(), shadow.rule());
      json.writeStringField("family", shadow.port().family().id());
      json.writeStringField("protocol", shadow.port().protocol());
      JsonText.address(json, "hostIP", shadow.port().hostIp());
      JsonText.number(json, "hostPort", OptionalInt.of(shadow.port().port()));
      json.writeStringField("effect", shadow.effect().name().toLowerCase(Locale.ROOT));
      json.writeStringField("extent", shadow.extent().name().toLowerCase(Locale.ROOT));
      Optional<Mapping.Taker> elsewhere = shadow.elsewhere().map(OtherNat.Translation::taker);
      JsonText.text(json, "variant", elsewhere.map(t -> t.engine().id()).orElse(""));
      JsonText.text(json, "table", elsewhere.map(Mapping.Taker::table).orElse(""));
      octets.write("chain", shadow.chain());
      octets.write("rule", shadow.rule());
      octets.identity(shadow.container());
      octets.end();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("sysctls");
    for (Plan.Sysctl sysctl : finding.sysctls()) {
      json.writeStartObject();
      json.writeStringField("key", Sentences.key(sysctl));
      JsonText.text(json, "from", sysctl.from().orElse(""));
      json.writeStringField("to", "1");
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void parts(JsonGenerator json, String field, List<Finding.Part> parts)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Finding.Part part : parts) {
      json.writeStartObject();
      json.writeStringField("family", part.family().id());
      Octets rule = part.rule().orElse(Octets.EMPTY);
      JsonOctets octets = JsonOctets.of(json, part.chain(), rule);
      octets.write("chain", part.chain());
      octets.writeKnown("rule", rule);
      octets.end();
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
