package io.portmapctl.saved;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.portmapctl.fault.Found;
import io.portmapctl.fault.JsonError;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.fault.SavedPlanFault.Expected;
import io.portmapctl.host.snapshot.Snapshot;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.plan.Plan;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Saved plans as JSON documents. Rules and answers are bytes of any kind: each stands as the
 * character of its value, which field {@code encoding} says ({@code latin1}). Each part has a
 * digest, so that what was changed since is named.
 */
public final class SavedPlanFormat {
  private static final String KIND = "saved-plan";
  private static final String VERSION = "1";
  private static final String ENCODING = "latin1";
  private static final String DIGESTS = "digests";
  private static final String HOST = "host";
  private static final String REQUEST = "request";
  private static final String SOURCES = "sources";
  private static final String CHANGES = "changes";
  private static final String SYSCTLS = "sysctls";
  private static final String CONNTRACK = "conntrack";
  private static final String KEPT = "kept";
  private static final String STATE = "state";
  private static final String SEEN = "seen";
  private static final List<String> PARTS =
      List.of(HOST, REQUEST, SOURCES, CHANGES, SYSCTLS, CONNTRACK, KEPT, STATE, SEEN);
  private static final List<String> COMMANDS = List.of("add", "del", "gc");

  /** The text is no saved plan; the fault names the place. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient SavedPlanFault fault;

    FormatException(SavedPlanFault fault) {
      super(fault.code());
      this.fault = fault;
    }

    /** What is wrong, and where. */
    public SavedPlanFault fault() {
      return fault;
    }
  }

  /**
   * What a file says.
   *
   * @param parts its parts as compact JSON
   */
  public record Document(
      HostIdentity host,
      SavedRequest request,
      List<SavedPlan.Source> sources,
      Snapshot seen,
      Map<String, String> parts) {

    /** The part that does not say what a plan's essence is; empty where all do. */
    public Optional<String> differing(Essence essence) {
      for (Map.Entry<String, String> part : essence(essence).entrySet()) {
        if (!part.getValue().equals(parts.get(part.getKey()))) {
          return Optional.of("/" + part.getKey());
        }
      }
      return Optional.empty();
    }
  }

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private SavedPlanFormat() {}

  /** A plan as a document, in ASCII. */
  public static String print(SavedPlan plan) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put(HOST, compact(json -> host(json, plan.host())));
    parts.put(REQUEST, compact(json -> request(json, plan.request())));
    parts.put(SOURCES, compact(json -> sources(json, plan.sources())));
    parts.putAll(essence(plan.essence()));
    parts.put(SEEN, compact(json -> SnapshotFormat.write(json, plan.seen())));
    StringWriter out = new StringWriter();
    try (JsonGenerator json = generator(out)) {
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                  .withArrayEmptySeparator(""));
      printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
      printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
      json.setPrettyPrinter(printer);
      json.writeStartObject();
      json.writeStringField("kind", KIND);
      json.writeNumberField("version", Integer.parseInt(VERSION));
      json.writeStringField("encoding", ENCODING);
      for (Map.Entry<String, String> part : parts.entrySet()) {
        json.writeFieldName(part.getKey());
        try (JsonParser parser = factory().createParser(part.getValue())) {
          parser.nextToken();
          json.copyCurrentStructure(parser);
        }
      }
      json.writeObjectFieldStart(DIGESTS);
      for (Map.Entry<String, String> part : parts.entrySet()) {
        json.writeStringField(part.getKey(), digest(part.getValue()));
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  private static String digest(String part) {
    return Digest.of(part.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static JsonGenerator generator(StringWriter out) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.setHighestNonEscapedChar('~');
    return json;
  }

  private static String compact(Body body) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = generator(out)) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static String copied(JsonParser parser) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = generator(out)) {
      json.copyCurrentStructure(parser);
    }
    return out.toString();
  }

  private static void host(JsonGenerator json, HostIdentity host) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", host.name());
    json.writeStringField("machine", host.machine());
    json.writeStringField("network", host.network());
    json.writeEndObject();
  }

  private static void request(JsonGenerator json, SavedRequest request) throws IOException {
    json.writeStartObject();
    json.writeStringField("command", request.command());
    json.writeArrayFieldStart("arguments");
    for (String argument : request.arguments()) {
      json.writeString(argument);
    }
    json.writeEndArray();
    json.writeStringField("folder", request.folder());
    json.writeObjectFieldStart("environment");
    for (Map.Entry<String, String> each : request.environment().entrySet()) {
      json.writeStringField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
    if (request.input().isPresent()) {
      json.writeStringField("input", request.input().get());
    }
    json.writeEndObject();
  }

  private static void sources(JsonGenerator json, List<SavedPlan.Source> sources)
      throws IOException {
    json.writeStartArray();
    for (SavedPlan.Source source : sources) {
      json.writeStartObject();
      json.writeStringField("name", source.name());
      json.writeStringField("digest", source.digest());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Map<String, String> essence(Essence essence) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put(CHANGES, compact(json -> changes(json, essence.changes())));
    parts.put(SYSCTLS, compact(json -> settings(json, essence.settings())));
    parts.put(CONNTRACK, compact(json -> flows(json, essence.flows())));
    parts.put(KEPT, compact(json -> kept(json, essence.kept())));
    parts.put(STATE, compact(json -> state(json, essence.state())));
    return parts;
  }

  private static void changes(JsonGenerator json, List<Essence.Step> changes) throws IOException {
    json.writeStartArray();
    for (Essence.Step change : changes) {
      json.writeStartObject();
      json.writeStringField("family", change.family().id());
      json.writeStringField("op", change.op().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      json.writeStringField("chain", change.chain().latin1());
      if (!change.rule().isEmpty()) {
        json.writeStringField("rule", change.rule().latin1());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void settings(JsonGenerator json, List<Essence.Setting> settings)
      throws IOException {
    json.writeStartArray();
    for (Essence.Setting setting : settings) {
      json.writeStartObject();
      json.writeStringField(
          "key", "net/ipv4/conf/" + setting.networkInterface() + "/route_localnet");
      json.writeStringField("from", setting.from());
      json.writeStringField("to", "1");
      json.writeStringField("towards", setting.towards());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void flows(JsonGenerator json, List<Plan.Stale> flows) throws IOException {
    json.writeStartArray();
    for (Plan.Stale flow : flows) {
      json.writeStartObject();
      json.writeStringField("family", flow.family().id());
      json.writeStringField("protocol", "udp");
      if (flow.hostIp().isPresent()) {
        json.writeStringField("hostIP", flow.hostIp().get().toString());
      } else {
        json.writeNullField("hostIP");
      }
      json.writeNumberField("hostPort", flow.hostPort());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void kept(JsonGenerator json, List<Essence.Kept> documents) throws IOException {
    json.writeStartArray();
    for (Essence.Kept document : documents) {
      json.writeStartObject();
      json.writeStringField("file", document.file());
      if (document.content().isPresent()) {
        json.writeStringField("content", document.content().get().latin1());
      } else {
        json.writeNullField("content");
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void state(JsonGenerator json, List<Essence.State> states) throws IOException {
    json.writeStartArray();
    for (Essence.State state : states) {
      json.writeStartObject();
      json.writeStringField("family", state.family().id());
      json.writeStringField("program", state.program());
      octets(json, "rules", state.rules());
      octets(json, "elsewhere", state.elsewhere());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void octets(JsonGenerator json, String field, List<Octets> lines)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Octets line : lines) {
      json.writeString(line.latin1());
    }
    json.writeEndArray();
  }

  private static JsonFactory factory() {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxStringLength(Integer.MAX_VALUE)
                .maxNestingDepth(JsonError.DEEPEST)
                .maxNumberLength(JsonError.LONGEST_NUMBER)
                .build())
        .build();
  }

  /**
   * Reads a document.
   *
   * @throws FormatException where it is no saved plan, of a version that is not known, or not as it
   *     was written
   */
  public static Document parse(byte[] text) throws FormatException {
    try (JsonParser parser = factory().createParser(text)) {
      return document(parts(parser));
    } catch (StreamConstraintsException e) {
      boolean deep = e.getOriginalMessage().contains("depth");
      throw notJson(deep ? JsonError.Why.TOO_DEEP : JsonError.Why.LONG_NUMBER, 0, 0, "");
    } catch (JsonProcessingException e) {
      boolean truncated = e.getOriginalMessage().startsWith("Unexpected end-of-input");
      throw notJson(
          truncated ? JsonError.Why.TRUNCATED : JsonError.Why.SYNTAX,
          e.getLocation().getLineNr(),
          e.getLocation().getColumnNr(),
          e.getOriginalMessage());
    } catch (IOException e) {
      throw notJson(JsonError.Why.NOT_UNICODE, 0, 0, "");
    }
  }

  private static FormatException notJson(JsonError.Why why, int line, int column, String parser) {
    return new FormatException(
        new SavedPlanFault.NotJson(new JsonError(why, line, column, parser)));
  }

  /** Kind, version and encoding first: of another document nothing else is said. */
  private static Map<String, String> parts(JsonParser parser) throws IOException, FormatException {
    if (parser.nextToken() == null) {
      throw new FormatException(new SavedPlanFault.Empty());
    }
    if (!parser.hasToken(JsonToken.START_OBJECT)) {
      throw unexpected("", found(parser), Expected.OBJECT, List.of());
    }
    Map<String, String> parts = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "kind" -> only(parser, name, KIND);
        case "encoding" -> only(parser, name, ENCODING);
        case "version" -> {
          if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT) || !parser.getText().equals(VERSION)) {
            throw new FormatException(new SavedPlanFault.OtherVersion(found(parser)));
          }
        }
        default -> {
          if (!PARTS.contains(name) && !name.equals(DIGESTS)) {
            throw unexpected("/" + name, found(parser), Expected.NO_FIELD, List.of());
          }
        }
      }
      parts.put(name, copied(parser));
    }
    if (parser.nextToken() != null) {
      throw unexpected("", found(parser), Expected.END, List.of());
    }
    return parts;
  }

  private static void only(JsonParser parser, String field, String word)
      throws IOException, FormatException {
    if (!parser.hasToken(JsonToken.VALUE_STRING) || !parser.getText().equals(word)) {
      throw unexpected("/" + field, found(parser), Expected.ONE_OF, List.of(word));
    }
  }

  private static Document document(Map<String, String> parts) throws FormatException {
    List<String> needed = new ArrayList<>(List.of("kind", "version", "encoding"));
    needed.addAll(PARTS);
    needed.add(DIGESTS);
    for (String field : needed) {
      if (!parts.containsKey(field)) {
        throw new FormatException(new SavedPlanFault.MissingField("", field));
      }
    }
    Fields digests = Fields.of("/" + DIGESTS, parts.getOrDefault(DIGESTS, ""));
    for (String part : PARTS) {
      if (!digests.text(part).equals(digest(parts.getOrDefault(part, "")))) {
        throw new FormatException(new SavedPlanFault.Edited("/" + part));
      }
    }
    Fields host = Fields.of("/" + HOST, parts.getOrDefault(HOST, ""));
    Fields request = Fields.of("/" + REQUEST, parts.getOrDefault(REQUEST, ""));
    String command = request.text("command");
    if (!COMMANDS.contains(command)) {
      throw unexpected(
          "/request/command", new Found(Found.Type.STRING, command), Expected.ONE_OF, COMMANDS);
    }
    List<SavedPlan.Source> sources = new ArrayList<>();
    for (Fields source : Fields.list("/" + SOURCES, parts.getOrDefault(SOURCES, ""))) {
      sources.add(new SavedPlan.Source(source.text("name"), source.text("digest")));
    }
    return new Document(
        new HostIdentity(host.text("name"), host.text("machine"), host.text("network")),
        new SavedRequest(
            command,
            request.texts("arguments"),
            request.text("folder"),
            request.textsByName("environment"),
            request.has("input") ? Optional.of(request.octets("input")) : Optional.empty()),
        List.copyOf(sources),
        seen(parts.getOrDefault(SEEN, "")),
        parts);
  }

  private static Snapshot seen(String part) throws FormatException {
    try {
      return SnapshotFormat.parse(part.getBytes(StandardCharsets.ISO_8859_1));
    } catch (SnapshotFormat.FormatException e) {
      throw new FormatException(new SavedPlanFault.NotReproduced("/" + SEEN));
    }
  }

  static FormatException unexpected(
      String place, Found found, Expected expected, List<String> allowed) {
    return new FormatException(new SavedPlanFault.Unexpected(place, found, expected, allowed));
  }

  static Found found(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> new Found(Found.Type.STRING, parser.getText());
      case START_OBJECT -> new Found(Found.Type.OBJECT, "");
      case START_ARRAY -> new Found(Found.Type.ARRAY, "");
      case VALUE_TRUE, VALUE_FALSE -> new Found(Found.Type.BOOLEAN, parser.getText());
      case VALUE_NULL -> new Found(Found.Type.NULL, "null");
      default -> new Found(Found.Type.NUMBER, parser.getText());
    };
  }
}
