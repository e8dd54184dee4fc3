package io.portmapctl.host.snapshot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.portmapctl.fault.Found;
import io.portmapctl.fault.JsonError;
import io.portmapctl.fault.SnapshotFault;
import io.portmapctl.fault.SnapshotFault.Expected;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Snapshots as JSON documents. What programs printed and files hold is bytes of any kind: each
 * stands as the character of its value, which field {@code encoding} says ({@code latin1}).
 */
public final class SnapshotFormat {
  private static final int VERSION = 1;
  private static final String ENCODING = "latin1";

  /** What holds a network namespace. */
  private static final String MOUNT = "mount";

  private static final String PROCESS = "process";
  private static final String NOTHING = "missing";
  private static final String UNTOLD = "forbidden";
  private static final List<String> SECTIONS =
      List.of(
          "kind",
          "version",
          "encoding",
          "taken",
          "programs",
          "realPaths",
          "commands",
          "interfaces",
          "files",
          "sockets");

  /** The text is no snapshot; the message names the place. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient SnapshotFault fault;

    FormatException(SnapshotFault fault) {
      super(fault.code());
      this.fault = fault;
    }

    /** What is wrong, and where. */
    public SnapshotFault fault() {
      return fault;
    }
  }

  private SnapshotFormat() {}

  /** A snapshot as a document, in ASCII. */
  public static String print(Snapshot snapshot) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                  .withArrayEmptySeparator(""));
      printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
      printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
      json.setPrettyPrinter(printer);
      json.setHighestNonEscapedChar('~');
      write(json, snapshot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  /** The same as a part of another document. */
  public static void write(JsonGenerator json, Snapshot snapshot) throws IOException {
    json.writeStartObject();
    json.writeStringField("kind", "snapshot");
    json.writeNumberField("version", VERSION);
    json.writeStringField("encoding", ENCODING);
    json.writeStringField("taken", snapshot.taken());
    programs(json, snapshot);
    commands(json, snapshot.commands());
    interfaces(json, snapshot);
    files(json, snapshot);
    json.writeEndObject();
  }

  private static void programs(JsonGenerator json, Snapshot snapshot) throws IOException {
    json.writeArrayFieldStart("programs");
    for (Map.Entry<String, Path> program : snapshot.programs().entrySet()) {
      json.writeStartObject();
      json.writeStringField("name", program.getKey());
      json.writeStringField("path", program.getValue().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("realPaths");
    for (Map.Entry<Path, Path> path : snapshot.realPaths().entrySet()) {
      json.writeStartObject();
      json.writeStringField("path", path.getKey().toString());
      json.writeStringField("real", path.getValue().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void commands(JsonGenerator json, List<Snapshot.Reply> replies)
      throws IOException {
    json.writeArrayFieldStart("commands");
    for (Snapshot.Reply reply : replies) {
      json.writeStartObject();
      texts(json, "command", reply.command());
      if (reply.result().isPresent()) {
        Exec.Result result = reply.result().get();
        json.writeNumberField("exit", result.exit());
        json.writeStringField("output", result.output());
        json.writeStringField("error", result.error());
      } else {
        json.writeStringField("reason", reply.reason());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void interfaces(JsonGenerator json, Snapshot snapshot) throws IOException {
    json.writeArrayFieldStart("interfaces");
    for (HostInterface each : snapshot.interfaces()) {
      json.writeStartObject();
      json.writeStringField("name", each.name());
      json.writeBooleanField("up", each.up());
      texts(json, "addresses", each.addresses().stream().map(Cidr::toString).toList());
      texts(json, "broadcasts", each.broadcasts().stream().map(IpAddress::toString).toList());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (!snapshot.noInterfaces().isEmpty()) {
      json.writeStringField("noInterfaces", snapshot.noInterfaces());
    }
  }

  private static void files(JsonGenerator json, Snapshot snapshot) throws IOException {
    json.writeArrayFieldStart("files");
    for (Map.Entry<Path, Snapshot.Entry> file : snapshot.files().entrySet()) {
      Snapshot.Entry entry = file.getValue();
      json.writeStartObject();
      json.writeStringField("path", file.getKey().toString());
      json.writeStringField("is", word(entry.kind()));
      switch (entry.kind()) {
        case FILE -> json.writeStringField("content", entry.content());
        case FAILED -> json.writeStringField("reason", entry.content());
        case FOLDER -> texts(json, "names", entry.names());
        default -> {}
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("namespaces");
    for (Map.Entry<Path, Optional<Host.NetworkNamespace>> each : snapshot.namespaces().entrySet()) {
      Optional<Host.NetworkNamespace> there = each.getValue();
      json.writeStartObject();
      json.writeStringField("path", each.getKey().toString());
      boolean told = there.map(n -> !n.id().isEmpty()).orElse(false);
      if (told) {
        json.writeStringField("id", there.get().id());
      }
      json.writeStringField(
          "is",
          there.isEmpty() ? NOTHING : !told ? UNTOLD : there.get().mounted() ? MOUNT : PROCESS);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("sockets");
    for (Map.Entry<String, String> socket : new TreeMap<>(snapshot.holders()).entrySet()) {
      json.writeStartObject();
      json.writeStringField("inode", socket.getKey());
      json.writeStringField("process", socket.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void texts(JsonGenerator json, String field, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static String word(Snapshot.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a document.
   *
   * @throws FormatException where it is no snapshot, or of a version that is not known
   */
  public static Snapshot parse(byte[] text) throws FormatException {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();
    try (JsonParser parser = factory.createParser(text)) {
      return new Reader(parser).document();
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
    return new FormatException(new SnapshotFault.NotJson(new JsonError(why, line, column, parser)));
  }

  /** Reads a document from its start to its end; the place of an error is where the parser is. */
  private static final class Reader {
    private final JsonParser parser;
    private final Set<String> seen = new HashSet<>();
    private int items;
    private String taken = "";
    private final Map<String, Path> programs = new TreeMap<>();
    private final Map<Path, Path> realPaths = new TreeMap<>();
    private final List<Snapshot.Reply> commands = new ArrayList<>();
    private final List<HostInterface> interfaces = new ArrayList<>();
    private String noInterfaces = "";
    private final Map<Path, Snapshot.Entry> files = new TreeMap<>();
    private final Map<Path, Optional<Host.NetworkNamespace>> namespaces = new TreeMap<>();
    private final Map<String, String> holders = new TreeMap<>();

    Reader(JsonParser parser) {
      this.parser = parser;
    }

    /** One field's value, which the parser stands at. */
    private interface Field {
      void read(String name) throws IOException, FormatException;
    }

    private interface Item {
      void read() throws IOException, FormatException;
    }

    Snapshot document() throws IOException, FormatException {
      if (parser.nextToken() == null) {
        throw new FormatException(new SnapshotFault.Empty());
      }
      object(this::section);
      for (String section : SECTIONS) {
        if (!seen.contains(section)) {
          throw new FormatException(new SnapshotFault.MissingField("", section));
        }
      }
      if (parser.nextToken() != null) {
        throw wrong(Expected.END);
      }
      return new Snapshot(
          taken,
          programs,
          realPaths,
          List.copyOf(commands),
          List.copyOf(interfaces),
          noInterfaces,
          files,
          namespaces,
          holders);
    }

    private void section(String name) throws IOException, FormatException {
      seen.add(name);
      switch (name) {
        case "kind" -> only("snapshot");
        case "version" -> {
          if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT)
              || !parser.getText().equals(String.valueOf(VERSION))) {
            throw wrong(found(), Expected.VERSION, List.of(String.valueOf(VERSION)));
          }
        }
        case "encoding" -> only(ENCODING);
        case "taken" -> taken = text();
        case "programs" -> array(this::program);
        case "realPaths" -> array(this::realPath);
        case "commands" -> array(this::command);
        case "interfaces" -> array(this::hostInterface);
        case "noInterfaces" -> noInterfaces = text();
        case "files" -> array(this::file);
        case "namespaces" -> array(this::namespace);
        case "sockets" -> array(this::socket);
        default -> parser.skipChildren();
      }
    }

    private void program() throws IOException, FormatException {
      Map<String, String> fields = texts();
      programs.put(of(fields, "name"), path(of(fields, "path")));
    }

    private void realPath() throws IOException, FormatException {
      Map<String, String> fields = texts();
      realPaths.put(path(of(fields, "path")), path(of(fields, "real")));
    }

    private void namespace() throws IOException, FormatException {
      Map<String, String> fields = texts();
      String is = of(fields, "is");
      String id = is.equals(NOTHING) || is.equals(UNTOLD) ? "" : of(fields, "id");
      Optional<Host.NetworkNamespace> there =
          is.equals(NOTHING)
              ? Optional.empty()
              : Optional.of(new Host.NetworkNamespace(id, is.equals(MOUNT)));
      namespaces.put(path(of(fields, "path")), there);
    }

    private void socket() throws IOException, FormatException {
      Map<String, String> fields = texts();
      holders.put(of(fields, "inode"), of(fields, "process"));
    }

    private void command() throws IOException, FormatException {
      List<String> command = new ArrayList<>();
      List<Integer> exit = new ArrayList<>();
      Map<String, String> fields = new TreeMap<>();
      object(
          name -> {
            switch (name) {
              case "command" -> array(() -> command.add(text()));
              case "exit" -> exit.add(number());
              case "output", "error" -> fields.put(name, octets());
              case "reason" -> fields.put(name, text());
              default -> parser.skipChildren();
            }
          });
      if (command.isEmpty()) {
        throw missing("command");
      }
      if (exit.isEmpty()) {
        commands.add(new Snapshot.Reply(command, Optional.empty(), of(fields, "reason")));
      } else {
        Exec.Result result =
            new Exec.Result(exit.get(0), of(fields, "output"), of(fields, "error"));
        commands.add(new Snapshot.Reply(command, Optional.of(result), ""));
      }
    }

    private void hostInterface() throws IOException, FormatException {
      Map<String, String> fields = new TreeMap<>();
      List<Cidr> addresses = new ArrayList<>();
      List<IpAddress> broadcasts = new ArrayList<>();
      List<Boolean> up = new ArrayList<>();
      object(
          name -> {
            switch (name) {
              case "name" -> fields.put(name, text());
              case "up" -> up.add(flag());
              case "addresses" -> array(() -> addresses.add(cidr()));
              case "broadcasts" -> array(() -> broadcasts.add(cidr().address()));
              default -> parser.skipChildren();
            }
          });
      if (up.isEmpty()) {
        throw missing("up");
      }
      interfaces.add(new HostInterface(of(fields, "name"), addresses, broadcasts, up.get(0)));
    }

    private void file() throws IOException, FormatException {
      Map<String, String> fields = new TreeMap<>();
      List<String> names = new ArrayList<>();
      List<Snapshot.Kind> kinds = new ArrayList<>();
      object(
          name -> {
            switch (name) {
              case "path", "reason" -> fields.put(name, text());
              case "content" -> fields.put(name, octets());
              case "is" -> kinds.add(kind());
              case "names" -> array(() -> names.add(text()));
              default -> parser.skipChildren();
            }
          });
      if (kinds.isEmpty()) {
        throw missing("is");
      }
      String content =
          switch (kinds.get(0)) {
            case FILE -> of(fields, "content");
            case FAILED -> of(fields, "reason");
            default -> "";
          };
      files.put(
          path(of(fields, "path")), new Snapshot.Entry(kinds.get(0), content, List.copyOf(names)));
    }

    private Snapshot.Kind kind() throws IOException, FormatException {
      String text = text();
      List<String> words = new ArrayList<>();
      for (Snapshot.Kind kind : Snapshot.Kind.values()) {
        if (word(kind).equals(text)) {
          return kind;
        }
        words.add(word(kind));
      }
      throw wrong(found(), Expected.ONE_OF, words);
    }

    private void object(Field field) throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.START_OBJECT)) {
        throw wrong(Expected.OBJECT);
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        field.read(name);
      }
    }

    private void array(Item item) throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.START_ARRAY)) {
        throw wrong(Expected.ARRAY);
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (++items > JsonError.MOST_VALUES) {
          throw notJson(JsonError.Why.TOO_MANY, 0, 0, "");
        }
        item.read();
      }
    }

    /** An object whose fields are texts. */
    private Map<String, String> texts() throws IOException, FormatException {
      Map<String, String> fields = new TreeMap<>();
      object(name -> fields.put(name, text()));
      return fields;
    }

    private String of(Map<String, String> fields, String name) throws FormatException {
      String value = fields.get(name);
      if (value == null) {
        throw missing(name);
      }
      return value;
    }

    private void only(String word) throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.VALUE_STRING) || !parser.getText().equals(word)) {
        throw wrong(found(), Expected.WORD, List.of(word));
      }
    }

    private String text() throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.VALUE_STRING)) {
        throw wrong(Expected.TEXT);
      }
      return parser.getText();
    }

    /** A text whose characters stand for bytes. */
    private String octets() throws IOException, FormatException {
      String text = text();
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) > 255) {
          throw wrong(string(text.substring(i, i + 1)), Expected.OCTETS, List.of());
        }
      }
      return text;
    }

    private int number() throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
        throw wrong(Expected.INTEGER);
      }
      try {
        return parser.getIntValue();
      } catch (JsonProcessingException e) {
        throw wrong(Expected.INTEGER_OF_32_BITS);
      }
    }

    private boolean flag() throws IOException, FormatException {
      if (!parser.hasToken(JsonToken.VALUE_TRUE) && !parser.hasToken(JsonToken.VALUE_FALSE)) {
        throw wrong(Expected.BOOLEAN);
      }
      return parser.getBooleanValue();
    }

    private Path path(String text) throws FormatException {
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        throw wrong(string(text), Expected.PATH, List.of());
      }
    }

    private Cidr cidr() throws IOException, FormatException {
      String text = text();
      Optional<Cidr> cidr = Cidr.parse(text);
      if (cidr.isEmpty()) {
        throw wrong(string(text), Expected.ADDRESS, List.of());
      }
      return cidr.get();
    }

    private Found found() throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_STRING -> string(parser.getText());
        case START_OBJECT -> new Found(Found.Type.OBJECT, "");
        case START_ARRAY -> new Found(Found.Type.ARRAY, "");
        default -> new Found(Found.Type.NUMBER, parser.getText());
      };
    }

    private static Found string(String text) {
      return new Found(Found.Type.STRING, text);
    }

    private FormatException missing(String field) {
      return new FormatException(new SnapshotFault.MissingField(place(), field));
    }

    private FormatException wrong(Expected expected) throws IOException {
      return wrong(found(), expected, List.of());
    }

    private FormatException wrong(Found found, Expected expected, List<String> allowed) {
      return new FormatException(
          new SnapshotFault.Unexpected(place(), found, expected, List.copyOf(allowed)));
    }

    private String place() {
      return parser.getParsingContext().pathAsPointer().toString();
    }
  }
}
