package io.portmapctl.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.portmapctl.cni.Identity;
import io.portmapctl.explain.Cause;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.HookTraversal;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Step;
import io.portmapctl.path.Trace;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A packet's path as JSON (version 1); the text is octets. */
public final class TraceJson {
  private TraceJson() {}

  /** The document. */
  public static String render(PacketReport report, List<Notice> warnings) {
    Trace trace = report.trace();
    return JsonText.document(
        json -> {
          json.writeStringField("kind", "trace");
          json.writeNumberField("version", 1);
          json.writeObjectFieldStart("packet");
          json.writeStringField("protocol", trace.packet().protocol().toString());
          ends(json, trace.packet());
          device(json, "in", trace.packet().in());
          device(json, "out", trace.packet().out());
          json.writeEndObject();
          steps(json, trace);
          boolean one = trace.paths().size() == 1;
          json.writeStringField(
              "verdict", one ? trace.paths().get(0).disposition().id() : "unknown");
          EndingJson.write(json, Cause.Ended.of(trace, trace.paths().get(0), trace.ending()));
          if (one) {
            after(json, trace.paths().get(0));
          } else {
            json.writeNullField("after");
          }
          Optional<ChainOwners.Recipient> recipient = report.ends().get(0).recipient();
          boolean same = report.ends().stream().allMatch(e -> e.recipient().equals(recipient));
          owner(
              json,
              "owner",
              same ? recipient.flatMap(ChainOwners.Recipient::owner) : Optional.empty());
          json.writeArrayFieldStart("alsoClaimedBy");
          for (ChainOwners.Recipient other : report.others()) {
            recipient(json, other);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("ways");
          for (int i = 0; i < trace.paths().size(); i++) {
            path(json, trace, trace.paths().get(i), report.ends().get(i));
          }
          json.writeEndArray();
          JsonText.texts(json, "assumptions", AssumptionText.of(report.assumptions()));
          JsonText.notices(json, "warnings", warnings);
        });
  }

  private static void ends(JsonGenerator json, Packet packet) throws IOException {
    json.writeStringField("source", PacketWords.of(packet.source()));
    json.writeStringField("destination", PacketWords.of(packet.destination()));
    json.writeStringField("mark", packet.mark().toString());
  }

  private static void device(JsonGenerator json, String field, PacketInterface device)
      throws IOException {
    JsonText.text(json, field, device.name().orElse(""));
  }

  private static void after(JsonGenerator json, PacketPath path) throws IOException {
    json.writeObjectFieldStart("after");
    ends(json, path.after());
    json.writeEndObject();
  }

  static void owner(JsonGenerator json, String field, Optional<Identity> owner) throws IOException {
    if (owner.isEmpty()) {
      json.writeNullField(field);
      return;
    }
    json.writeObjectFieldStart(field);
    JsonText.identity(json, owner);
    json.writeEndObject();
  }

  static void recipient(JsonGenerator json, ChainOwners.Recipient recipient) throws IOException {
    json.writeStartObject();
    JsonOctets octets = JsonOctets.of(json, recipient.chain());
    octets.identity(recipient.owner());
    octets.write("chain", recipient.chain());
    octets.end();
    json.writeEndObject();
  }

  /** Every rule tried, hook after hook; paths that part share the steps before. */
  static void steps(JsonGenerator json, Trace trace) throws IOException {
    json.writeArrayFieldStart("steps");
    List<HookTraversal> traversals =
        trace.paths().stream().flatMap(p -> p.traversals().stream()).distinct().toList();
    for (HookTraversal traversal : traversals) {
      for (Step step : traversal.steps()) {
        json.writeStartObject();
        json.writeStringField("hook", traversal.hook().name());
        site(json, step.site(), true);
        json.writeStringField("result", result(step.result()));
        json.writeStringField("why", Terminal.decoded(ReasonText.of(trace.why(step))));
        json.writeBooleanField("certain", step.certain());
        json.writeStringField("mark", step.packet().mark().toString());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  /**
   * Where a rule stands.
   *
   * @param told whether its words are told
   */
  static void site(JsonGenerator json, RuleSite rule, boolean told) throws IOException {
    Octets words = rule.rule().map(Rule::text).orElse(rule.text());
    JsonOctets octets =
        told ? JsonOctets.of(json, rule.chain(), words) : JsonOctets.of(json, rule.chain());
    boolean known = rule.engine() != RuleEngine.IPTABLES;
    JsonText.text(json, "variant", known ? rule.engine().id() : "");
    json.writeStringField("family", rule.family());
    json.writeStringField("table", Terminal.decoded(rule.table()));
    octets.write("chain", rule.chain());
    json.writeNumberField("index", rule.number());
    if (told) {
      octets.write("rule", words);
    }
    octets.end();
  }

  /** A rule in iptables-save's own words; nft's as it prints them. */
  static String text(RuleSite rule) {
    return rule.rule().map(r -> r.text().decoded()).orElseGet(() -> rule.text().decoded());
  }

  private static String result(Ternary result) {
    return switch (result) {
      case YES -> "match";
      case NO -> "no-match";
      case UNKNOWN -> "unknown";
    };
  }

  private static void path(JsonGenerator json, Trace trace, PacketPath path, PacketReport.End end)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("verdict", path.disposition().id());
    after(json, path);
    owner(json, "owner", end.recipient().flatMap(ChainOwners.Recipient::owner));
    json.writeArrayFieldStart("path");
    for (int i = 0; i < path.exits().size(); i++) {
      for (RuleSite rule : path.exits().get(i).rules()) {
        json.writeStartObject();
        json.writeStringField("hook", path.traversals().get(i).hook().name());
        site(json, rule, false);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    EndingJson.write(json, Cause.Ended.of(trace, path, path.ending()));
    JsonText.text(json, "reason", VerdictText.of(end.reason()));
    JsonText.text(json, "reply", end.reply().map(TraceView::reply).orElse(""));
    json.writeEndObject();
  }
}
