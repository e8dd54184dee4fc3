package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.explain.Answer;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.Cause;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Trace;
import io.portmapctl.trace.Packet;
import java.io.IOException;
import java.util.List;

/** Who gets connections to a port as JSON (version 1); the text is octets. */
public final class ReachJson {
  private ReachJson() {}

  /** The document. */
  public static String render(
      List<PortReach> ports, List<Assumption> assumptions, List<Notice> warnings) {
    return render(ports, assumptions, List.of(), warnings);
  }

  /**
   * The document, with what was seen.
   *
   * @param seen of each port; none where nobody looked
   */
  public static String render(
      List<PortReach> ports,
      List<Assumption> assumptions,
      List<SeenPort> seen,
      List<Notice> warnings) {
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "reach");
          json.writeNumberField("version", 1);
          ports(json, ports, seen);
          JsonText.texts(json, "assumptions", AssumptionText.of(assumptions));
          JsonText.notices(json, "warnings", warnings);
        });
  }

  static void ports(JsonGenerator json, List<PortReach> ports) throws IOException {
    ports(json, ports, List.of());
  }

  private static void ports(JsonGenerator json, List<PortReach> ports, List<SeenPort> seen)
      throws IOException {
    json.writeArrayFieldStart("ports");
    for (int i = 0; i < ports.size(); i++) {
      PortReach reach = ports.get(i);
      json.writeStartObject();
      json.writeStringField("family", reach.family().id());
      json.writeStringField("protocol", reach.port().protocol());
      JsonText.address(json, "hostIP", reach.port().hostIp());
      json.writeNumberField("hostPort", reach.port().port());
      json.writeArrayFieldStart("recipients");
      for (ChainOwners.Recipient recipient : reach.recipients()) {
        TraceJson.recipient(json, recipient);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("stranded");
      for (PortReach.Stranded stranded : reach.stranded()) {
        json.writeStartObject();
        JsonText.identity(json, stranded.container());
        json.writeStringField("chain", stranded.chain());
        json.writeStringField("entries", stranded.entries());
        JsonText.texts(json, "notFrom", stranded.builtIns());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("alsoClaimedBy");
      for (ChainOwners.Recipient other : reach.others()) {
        TraceJson.recipient(json, other);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("answers");
      for (int k = 0; k < reach.answers().size(); k++) {
        json.writeStartObject();
        answer(json, reach.answers().get(k));
        if (!seen.isEmpty()) {
          SeenJson.sight(json, seen.get(i).answers().get(k));
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      if (!seen.isEmpty()) {
        SeenJson.places(json, seen.get(i));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void answer(JsonGenerator json, Answer answer) throws IOException {
    json.writeStringField("from", answer.sender().kind().id());
    json.writeStringField("source", answer.sender().source().toString());
    json.writeStringField("destination", answer.sender().destination().toString());
    boolean nobody = answer.result() == Answer.Result.NOBODY;
    json.writeStringField("result", nobody ? "fails" : answer.result().id());
    EndingJson.fields(json, answer.ending(), cure(answer));
    json.writeStringField("packet", packet(answer));
    JsonText.text(json, "reason", VerdictText.of(answer.reason()));
    List<PacketPath> paths = answer.trace().paths();
    if (paths.size() == 1) {
      json.writeObjectFieldStart("after");
      json.writeStringField("source", PacketWords.of(paths.get(0).after().source()));
      json.writeStringField("destination", PacketWords.of(paths.get(0).after().destination()));
      json.writeStringField("mark", paths.get(0).after().mark().toString());
      json.writeEndObject();
    } else {
      json.writeNullField("after");
      arrivals(json, answer);
    }
  }

  private static String cure(Answer answer) {
    Trace trace = answer.trace();
    PacketPath path = trace.paths().get(0);
    return answer.result() == Answer.Result.NOBODY
        ? CureText.ofNobody(answer.reason(), answer.ending(), path.after())
        : CureText.of(Cause.Ended.of(trace, path, answer.ending())).orElse("");
  }

  /** The packet, in the words of --packet. */
  private static String packet(Answer answer) {
    Packet packet = answer.trace().packet();
    return PacketWords.of(packet)
        + packet.in().name().map(n -> " in " + Terminal.decoded(n)).orElse("");
  }

  /** Where it may come to, where that is not one place. */
  private static void arrivals(JsonGenerator json, Answer answer) throws IOException {
    json.writeArrayFieldStart("arrivals");
    for (Answer.Arrival arrival : answer.arrivals()) {
      json.writeStartObject();
      json.writeStringField("destination", PacketWords.of(arrival.destination()));
      json.writeFieldName("recipient");
      TraceJson.recipient(json, arrival.recipient());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
