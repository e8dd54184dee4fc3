package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.cni.Identity;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The names and rules of one JSON object. They are text; where the bytes of one of them are no
 * UTF-8, all stand there byte by byte, each byte as the character of its value, and {@code
 * encoding} beside them says so.
 */
final class JsonOctets {
  private final JsonGenerator json;
  private final boolean latin1;

  /**
   * Of an object that has begun.
   *
   * @param all the names and rules that will be in it
   */
  JsonOctets(JsonGenerator json, List<Octets> all) {
    this.json = json;
    boolean text = true;
    for (Octets each : all) {
      text &= each.isUtf8();
    }
    this.latin1 = !text;
  }

  /** Of one that has a chain alone. */
  static JsonOctets of(JsonGenerator json, String chain) {
    return new JsonOctets(json, List.of(new Octets(chain)));
  }

  /** Of one that has a chain and a rule. */
  static JsonOctets of(JsonGenerator json, String chain, Octets rule) {
    return new JsonOctets(json, List.of(new Octets(chain), rule));
  }

  /** A name in octets. */
  void write(String field, String octets) throws IOException {
    write(field, new Octets(octets));
  }

  /** A name or a rule. */
  void write(String field, Octets octets) throws IOException {
    json.writeFieldName(field);
    value(octets);
  }

  /** A name or a rule; null where it is empty. */
  void writeKnown(String field, Octets octets) throws IOException {
    json.writeFieldName(field);
    if (octets.isEmpty()) {
      json.writeNull();
    } else {
      value(octets);
    }
  }

  /** Several rules. */
  void write(String field, List<Octets> rules) throws IOException {
    json.writeArrayFieldStart(field);
    for (Octets rule : rules) {
      value(rule);
    }
    json.writeEndArray();
  }

  /** Network and container ID, as {@link JsonText#identity} writes them. */
  void identity(Optional<Identity> identity) throws IOException {
    writeKnown("network", Octets.utf8(identity.map(Identity::network).orElse("")));
    writeKnown("containerID", Octets.utf8(identity.map(Identity::containerId).orElse("")));
  }

  /** Says how they are to be read, where it is not as text; the last of them is written. */
  void end() throws IOException {
    if (latin1) {
      json.writeStringField("encoding", "latin1");
    }
  }

  private void value(Octets octets) throws IOException {
    if (latin1) {
      json.setHighestNonEscapedChar('~');
      json.writeString(octets.latin1());
      json.setHighestNonEscapedChar(0);
    } else {
      json.writeString(octets.decoded());
    }
  }
}
