package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.app.Report;
import io.portmapctl.explain.Explanation;
import io.portmapctl.explain.Walkthrough;
import java.io.IOException;
import java.util.List;

/** An explained plan as JSON (version 1); the text is octets. */
public final class ExplanationJson {
  private ExplanationJson() {}

  /** The document. */
  public static String render(Report report, Explanation explanation) {
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "explanation");
          json.writeNumberField("version", 1);
          json.writeArrayFieldStart("attachments");
          for (Report.Subject subject : report.subjects()) {
            json.writeStartObject();
            JsonText.identity(json, java.util.Optional.of(subject.identity()));
            json.writeStringField("ifName", subject.ifName());
            if (subject.choice().isPresent()) {
              json.writeStringField("layout", subject.choice().get().layout().id());
              json.writeStringField("layoutReason", LayoutText.of(subject.choice().get()));
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("stages");
          for (Walkthrough walk : explanation.walkthroughs()) {
            for (Walkthrough.Stage stage : walk.stages()) {
              stage(json, walk, ExplanationView.title(stage), stage.lines());
            }
            if (!walk.goes().isEmpty()) {
              stage(json, walk, "What goes", walk.goes());
            }
          }
          json.writeEndArray();
          ReachJson.ports(json, explanation.ports());
          JsonText.texts(
              json, "failings", explanation.problems().stream().map(ProblemText::of).toList());
          JsonText.texts(json, "assumptions", AssumptionText.of(explanation.assumptions()));
          PlanJson.conflicts(json, report.plan().conflicts());
          JsonText.notices(json, "warnings", report.notices());
        });
  }

  private static void stage(
      JsonGenerator json, Walkthrough walk, String title, List<Walkthrough.Line> lines)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("family", walk.family().id());
    json.writeStringField("title", title);
    json.writeArrayFieldStart("rules");
    for (Walkthrough.Line line : lines) {
      json.writeStartObject();
      json.writeStringField("why", PurposeText.of(line.purpose()));
      JsonOctets octets = JsonOctets.of(json, line.chain(), line.rule().text());
      octets.write("chain", line.chain());
      octets.write("rule", line.rule().text());
      octets.end();
      boolean goes = walk.goes().contains(line);
      json.writeStringField("state", goes ? "goes" : line.isNew() ? "new" : "there");
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
