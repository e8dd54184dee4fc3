package io.portmapctl.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.view.DocumentView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Random attachments that suit a test of real kernels. */
public final class Attachments {
  private Attachments() {}

  /** An attachment that every kernel takes. */
  public static Attachment forKernels(Generator make) {
    Attachment any = make.attachment(make.identity());
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        any.mappings(),
        any.snat(),
        any.conditionsV4().contains("statistic") ? List.of() : any.conditionsV4(),
        any.conditionsV6().contains("statistic") ? List.of() : any.conditionsV6(),
        any.externalSetMarkChain().isPresent() ? OptionalInt.empty() : any.markMasqBit(),
        Optional.empty(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
  }

  /** The same with host ports that nobody else has, from a first one on. */
  public static Attachment withHostPortsFrom(Attachment any, int first) {
    List<PortMapping> mappings = new ArrayList<>();
    for (PortMapping mapping : any.mappings()) {
      mappings.add(
          new PortMapping(
              first + mappings.size(),
              mapping.containerPort(),
              mapping.protocol(),
              mapping.hostIp()));
    }
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        mappings,
        any.snat(),
        any.conditionsV4(),
        any.conditionsV6(),
        any.markMasqBit(),
        any.externalSetMarkChain(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
  }

  /** The document that says it. */
  public static String document(Attachment attachment) {
    return DocumentView.render(attachment, Optional.empty());
  }

  /**
   * The record of a document that libcni would keep.
   *
   * @param netns the container's network namespace
   */
  public static String record(String document, String netns) throws Exception {
    ObjectNode root = (ObjectNode) new ObjectMapper().readTree(document);
    ObjectNode plugin = (ObjectNode) root.get("config");
    JsonNode mappings = plugin.remove("runtimeConfig").get("portMappings");
    ObjectNode result = (ObjectNode) plugin.remove("prevResult");
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.set("cniVersion", plugin.remove("cniVersion"));
    list.set("name", plugin.remove("name"));
    plugin.putObject("capabilities").put("portMappings", true);
    list.putArray("plugins")
        .add(JsonNodeFactory.instance.objectNode().put("type", "bridge"))
        .add(plugin);
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.put("kind", "cniCacheV1");
    record.set("containerId", root.get("containerID"));
    record.put(
        "config",
        Base64.getEncoder().encodeToString(list.toString().getBytes(StandardCharsets.UTF_8)));
    record.set("ifName", root.get("ifName"));
    record.set("networkName", list.get("name"));
    record.put("netns", netns);
    record.putObject("capabilityArgs").set("portMappings", mappings);
    record.set("result", result);
    return record.toString();
  }
}
