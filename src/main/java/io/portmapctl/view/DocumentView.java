package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** An attachment as the document that says the same; the text is octets. */
public final class DocumentView {
  private DocumentView() {}

  /**
   * The attachment document.
   *
   * @param layout the layout that was asked for: the document's version makes auto choose it
   */
  public static String render(Attachment attachment, Optional<Layout> layout) {
    String version = version(attachment, layout);
    return JsonText.document(
        json -> {
          json.writeStringField("containerID", attachment.identity().containerId());
          json.writeStringField("ifName", attachment.ifName());
          json.writeObjectFieldStart("config");
          json.writeStringField("cniVersion", version);
          json.writeStringField("name", attachment.identity().network());
          json.writeStringField("type", "portmap");
          if (!attachment.snat()) {
            json.writeBooleanField("snat", false);
          }
          conditions(json, "conditionsV4", attachment.conditionsV4());
          conditions(json, "conditionsV6", attachment.conditionsV6());
          if (attachment.markMasqBit().isPresent()) {
            json.writeNumberField("markMasqBit", attachment.markMasqBit().getAsInt());
          }
          if (attachment.externalSetMarkChain().isPresent()) {
            json.writeStringField("externalSetMarkChain", attachment.externalSetMarkChain().get());
          }
          if (attachment.masqAll()) {
            json.writeBooleanField("masqAll", true);
          }
          json.writeObjectFieldStart("runtimeConfig");
          mappings(json, attachment.mappings());
          json.writeEndObject();
          previous(json, attachment, version);
          json.writeEndObject();
        });
  }

  private static String version(Attachment attachment, Optional<Layout> layout) {
    String own = attachment.cniVersion();
    if (layout.isPresent()) {
      return layout.get().cniVersion(own);
    }
    return own.isEmpty() ? Layouts.all().get(0).cniVersion(own) : own;
  }

  private static void conditions(JsonGenerator json, String name, List<Octets> words)
      throws IOException {
    if (!words.isEmpty()) {
      json.writeArrayFieldStart(name);
      for (Octets word : words) {
        json.writeString(word.decoded());
      }
      json.writeEndArray();
    }
  }

  private static void mappings(JsonGenerator json, List<PortMapping> mappings) throws IOException {
    json.writeArrayFieldStart("portMappings");
    for (PortMapping mapping : mappings) {
      json.writeStartObject();
      json.writeNumberField("hostPort", mapping.hostPort());
      json.writeNumberField("containerPort", mapping.containerPort());
      json.writeStringField("protocol", mapping.protocol().id());
      if (mapping.hostIp().isPresent()) {
        json.writeStringField("hostIP", mapping.hostIp().get().toString());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void previous(JsonGenerator json, Attachment attachment, String version)
      throws IOException {
    boolean oldest = version.startsWith("0.1") || version.startsWith("0.2");
    json.writeObjectFieldStart("prevResult");
    json.writeStringField("cniVersion", version);
    if (!oldest) {
      json.writeArrayFieldStart("interfaces");
      json.writeStartObject();
      json.writeStringField("name", attachment.ifName());
      json.writeStringField("sandbox", attachment.netns().orElse("unknown"));
      json.writeEndObject();
      json.writeEndArray();
      json.writeArrayFieldStart("ips");
    }
    for (Cidr address : attachment.addresses()) {
      boolean v4 = address.address().family() == Family.IPV4;
      if (oldest) {
        json.writeObjectFieldStart(v4 ? "ip4" : "ip6");
        json.writeStringField("ip", address.toString());
      } else {
        json.writeStartObject();
        if (version.startsWith("0.")) {
          json.writeStringField("version", v4 ? "4" : "6");
        }
        json.writeNumberField("interface", 0);
        json.writeStringField("address", address.toString());
      }
      json.writeEndObject();
    }
    if (!oldest) {
      json.writeEndArray();
    }
    json.writeEndObject();
  }
}
