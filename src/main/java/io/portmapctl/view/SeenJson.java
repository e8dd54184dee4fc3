package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.explain.Answer;
import io.portmapctl.explain.SeenPlace;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What was seen of a port, as fields of JSON. */
final class SeenJson {
  private SeenJson() {}

  /** Writes what became of a connection, and what was foretold of it. */
  static void sight(JsonGenerator json, SeenPort.Sight sight) throws IOException {
    Answer foretold = sight.foretold();
    json.writeObjectFieldStart("foretold");
    boolean nobody = foretold.result() == Answer.Result.NOBODY;
    json.writeStringField("result", nobody ? "fails" : foretold.result().id());
    json.writeStringField("disposition", foretold.ending().kind().id());
    JsonText.text(json, "reason", VerdictText.of(foretold.reason()));
    json.writeEndObject();
    json.writeStringField("attempt", sight.attempt().id());
    json.writeBooleanField("differs", sight.differs());
  }

  /** Writes the places that were looked at. */
  static void places(JsonGenerator json, SeenPort seen) throws IOException {
    json.writeArrayFieldStart("places");
    for (SeenPlace place : seen.places()) {
      json.writeStartObject();
      json.writeStringField("address", place.address().toString());
      json.writeNumberField("port", place.port());
      json.writeStringField("seen", place.where().id());
      JsonText.text(json, "namespace", place.namespace().map(Terminal::decoded).orElse(""));
      networkInterface(json, place);
      json.writeArrayFieldStart("others");
      for (IpAddress other : place.others()) {
        json.writeString(other.toString());
      }
      json.writeEndArray();
      if (place.sockets().isPresent()) {
        listeners(json, "listeners", place.sockets().get());
      } else {
        json.writeNullField("listeners");
      }
      json.writeArrayFieldStart("routes");
      for (Map.Entry<IpAddress, Boolean> way : new TreeMap<>(place.ways()).entrySet()) {
        json.writeStartObject();
        json.writeStringField("to", way.getKey().toString());
        json.writeBooleanField("found", way.getValue());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    listeners(json, "idleListeners", seen.idle());
  }

  private static void networkInterface(JsonGenerator json, SeenPlace place) throws IOException {
    if (place.link().isEmpty()) {
      json.writeNullField("interface");
      return;
    }
    SeenPlace.Interface link = place.link().get();
    json.writeObjectFieldStart("interface");
    json.writeStringField("name", Terminal.decoded(link.name()));
    json.writeBooleanField("up", link.up());
    json.writeBooleanField("carrier", link.carrier());
    JsonText.text(json, "hostInterface", link.end().map(Terminal::decoded).orElse(""));
    json.writeEndObject();
  }

  private static void listeners(JsonGenerator json, String field, List<ListeningSocket> sockets)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (ListeningSocket socket : sockets) {
      json.writeStartObject();
      json.writeStringField("address", socket.address().toString());
      json.writeNumberField("port", socket.port());
      if (socket.both().isPresent()) {
        json.writeBooleanField("ipv4Too", socket.both().get());
      } else {
        json.writeNullField("ipv4Too");
      }
      JsonText.text(json, "process", socket.process().map(Terminal::decoded).orElse(""));
      JsonText.text(json, "interface", socket.device().map(Terminal::decoded).orElse(""));
      json.writeStringField("state", socket.state().name().toLowerCase(Locale.ROOT));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
