package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.app.KeptDocument;
import io.portmapctl.app.Report;
import io.portmapctl.cni.InputError;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.RuleEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A plan, or an error, as JSON (version 1); the text is octets. */
public final class PlanJson {
  private PlanJson() {}

  /**
   * The plan document.
   *
   * @param applied whether it was carried out
   */
  public static String plan(Report report, boolean applied) {
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "plan");
          json.writeNumberField("version", 1);
          json.writeStringField("command", report.command());
          attachments(json, report.subjects());
          json.writeObjectFieldStart("rulesets");
          json.writeStringField("ipv4", report.rulesets().get(0));
          json.writeStringField("ipv6", report.rulesets().get(1));
          json.writeEndObject();
          changes(json, report.plan().changes());
          extras(json, report.plan());
          conflicts(json, report.plan().conflicts());
          JsonText.notices(json, "warnings", report.notices());
          Summary summary = Summary.of(report.plan());
          json.writeObjectFieldStart("summary");
          json.writeNumberField("chainsCreated", summary.chainsCreated());
          json.writeNumberField("chainsDeleted", summary.chainsDeleted());
          json.writeNumberField("rulesAdded", summary.rulesAdded());
          json.writeNumberField("rulesDeleted", summary.rulesDeleted());
          json.writeEndObject();
          if (!report.kept().isEmpty()) {
            json.writeArrayFieldStart("kept");
            for (KeptDocument document : report.kept()) {
              json.writeStartObject();
              json.writeStringField("file", document.file());
              json.writeStringField("op", document.content().isPresent() ? "write" : "remove");
              json.writeEndObject();
            }
            json.writeEndArray();
          }
          json.writeBooleanField("applied", applied);
        });
  }

  /** The error document. */
  public static String error(int exitCode, List<InputError> errors) {
    List<InputError> first = FaultText.first(errors);
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "error");
          json.writeNumberField("version", 1);
          json.writeNumberField("exitCode", exitCode);
          json.writeArrayFieldStart("errors");
          for (InputError error : first) {
            json.writeStartObject();
            json.writeStringField("source", error.source());
            json.writeStringField("path", error.path());
            String text = FaultText.of(error.fault());
            json.writeStringField("code", error.fault().code());
            json.writeStringField("text", text);
            json.writeStringField("message", text); // as it was called first
            json.writeEndObject();
          }
          json.writeEndArray();
          if (first.size() < errors.size()) {
            json.writeNumberField("more", errors.size() - first.size());
          }
        });
  }

  private static void attachments(JsonGenerator json, List<Report.Subject> subjects)
      throws IOException {
    json.writeArrayFieldStart("attachments");
    for (Report.Subject subject : subjects) {
      json.writeStartObject();
      JsonText.identity(json, Optional.of(subject.identity()));
      json.writeStringField("ifName", subject.ifName());
      if (subject.choice().isPresent()) {
        json.writeStringField("layout", subject.choice().get().layout().id());
        json.writeStringField("layoutReason", LayoutText.of(subject.choice().get()));
      } else {
        json.writeNullField("layout");
        json.writeNullField("layoutReason");
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void changes(JsonGenerator json, List<Change> changes) throws IOException {
    json.writeArrayFieldStart("changes");
    for (Change change : changes) {
      json.writeStartObject();
      json.writeStringField("family", change.family().id());
      json.writeStringField("table", "nat");
      if (change instanceof Change.CreateChain) {
        chain(json, "create-chain", change);
      } else if (change instanceof Change.DeleteChain) {
        chain(json, "delete-chain", change);
      } else if (change instanceof Change.InsertRule insert) {
        rule(json, "insert-rule", change, insert.position(), insert.row());
      } else if (change instanceof Change.AppendRule append) {
        rule(json, "append-rule", change, append.position(), append.row());
      } else if (change instanceof Change.DeleteRule delete) {
        rule(json, "delete-rule", change, delete.position(), delete.row());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void chain(JsonGenerator json, String op, Change change) throws IOException {
    JsonOctets octets = JsonOctets.of(json, change.chain());
    json.writeStringField("op", op);
    octets.write("chain", change.chain());
    octets.end();
  }

  private static void rule(
      JsonGenerator json, String op, Change change, int position, RuleEntry row)
      throws IOException {
    JsonOctets octets = JsonOctets.of(json, change.chain(), row.text());
    json.writeStringField("op", op);
    octets.write("chain", change.chain());
    json.writeNumberField("position", position);
    octets.write("rule", row.text());
    octets.end();
  }

  private static void extras(JsonGenerator json, Plan plan) throws IOException {
    json.writeArrayFieldStart("sysctls");
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      json.writeStartObject();
      json.writeStringField("key", Sentences.key(sysctl));
      json.writeStringField("from", sysctl.from().orElse("unknown"));
      json.writeStringField("to", "1");
      json.writeStringField("towards", sysctl.container().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("conntrack");
    for (Plan.Stale stale : plan.conntrack()) {
      json.writeStartObject();
      json.writeStringField("family", stale.family().id());
      json.writeStringField("protocol", "udp");
      JsonText.address(json, "hostIP", stale.hostIp());
      json.writeNumberField("hostPort", stale.hostPort());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void conflicts(JsonGenerator json, List<Conflict> conflicts) throws IOException {
    json.writeArrayFieldStart("conflicts");
    for (Conflict conflict : conflicts) {
      conflict(json, conflict);
    }
    json.writeEndArray();
  }

  private static void conflict(JsonGenerator json, Conflict conflict) throws IOException {
    json.writeStartObject();
    json.writeStringField("family", conflict.family().id());
    if (conflict instanceof Conflict.Port port) {
      json.writeStringField("protocol", port.protocol());
      JsonText.address(json, "hostIP", port.hostIp());
      json.writeNumberField("hostPort", port.hostPort());
      JsonText.identity(json, port.other());
      json.writeBooleanField("wins", port.otherWins());
      json.writeStringField("chain", port.otherChain());
    } else if (conflict instanceof Conflict.ChainName name) {
      json.writeNullField("protocol");
      json.writeNullField("hostIP");
      json.writeNullField("hostPort");
      JsonText.identity(json, name.other());
      json.writeBooleanField("wins", true);
      json.writeStringField("chain", Terminal.decoded(name.chain()));
    }
    json.writeObjectFieldStart("with");
    JsonText.identity(json, Optional.of(conflict.owner()));
    json.writeEndObject();
    json.writeStringField("message", Sentences.conflict(conflict));
    JsonText.notice(json, conflict);
    json.writeEndObject();
  }
}
