package io.portmapctl.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.portmapctl.view.Schemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual: a template a page, in which lines such as {@code @OPTIONS@} stand for what the
 * command line's model knows. What stands between {@code .EX} and {@code .EE} is taken as it is.
 */
public final class ManPages {
  /** The templates' folder. */
  public static final Path TEMPLATES = Path.of("src/main/man");

  private static final String CHAINS = "portmapctl-chains.7";
  private static final String JSON = "portmapctl-json.5";
  private static final String PLUGIN = "portmapctl-plugin.8";
  private final CommandSpec root;
  private final String version;
  private final String date;

  /** Those of a command line, with version and date of the pom. */
  public ManPages(CommandSpec root) {
    this.root = root;
    String pom = read(Path.of("pom.xml"));
    this.version = find("<version>([0-9.]+)(?:-SNAPSHOT)?</version>", pom);
    this.date = find("<project.build.outputTimestamp>([0-9-]{10})T", pom);
  }

  /** The commands that have a page. */
  public Map<String, CommandSpec> commands() {
    Map<String, CommandSpec> commands = new TreeMap<>();
    root.subcommands().forEach((name, line) -> commands.put(name, line.getCommandSpec()));
    commands.remove("help");
    return commands;
  }

  /** All pages by the names of their files. */
  public Map<String, String> pages() {
    Map<String, String> pages = new TreeMap<>();
    pages.put("portmapctl.1", page("portmapctl.1", root, "portmapctl"));
    commands()
        .forEach(
            (name, spec) -> {
              String file = "portmapctl-" + name + ".1";
              pages.put(file, page(file, spec, "portmapctl " + name));
            });
    pages.put(CHAINS, page(CHAINS, root, ""));
    pages.put(JSON, page(JSON, root, ""));
    pages.put(PLUGIN, page(PLUGIN, root, ""));
    return pages;
  }

  private String page(String file, CommandSpec spec, String command) {
    Path template = TEMPLATES.resolve(file + ".in");
    if (!Files.exists(template)) {
      throw new AssertionError(
          template
              + " is missing: write there what only a person knows of this page, as beside it");
    }
    StringBuilder out = new StringBuilder(".\\\" Made from " + template + " and the options.\n");
    boolean literal = false;
    for (String line : read(template).lines().toList()) {
      literal = literal ? !line.equals(".EE") : line.equals(".EX");
      boolean own = literal && !line.equals(".EX");
      out.append(own ? Roff.text(line) : filled(line, file, spec, command)).append("\n");
    }
    return out.toString();
  }

  private String filled(String line, String file, CommandSpec spec, String command) {
    return switch (line) {
      case "@HEADER@" -> header(file);
      case "@SYNOPSIS@" -> synopsis(spec, command);
      case "@OPTIONS@" -> options(spec);
      case "@EXIT STATUS@" -> exitStatus();
      case "@COMMANDS@" -> commandList();
      case "@SEE ALSO@" -> seeAlso();
      case "@DOCUMENTS@" -> documents();
      case "@NOTICES@" -> codes("notice");
      case "@ERRORS@" -> codes("error");
      default -> line;
    };
  }

  private String header(String file) {
    int dot = file.lastIndexOf('.');
    String section = file.substring(dot + 1);
    String title = Roff.text(file.substring(0, dot).toUpperCase(Locale.ROOT));
    Map<String, String> volumes =
        Map.of(
            "1", "\"User Commands\"",
            "5", "\"File Formats\"",
            "7", "Miscellanea",
            "8", "\"System Administration\"");
    String volume = volumes.get(section);
    String words = String.join(" ", title, section, date, "\"portmapctl " + version + "\"", volume);
    // no word is broken, and no gap widened, in what may be copied
    return ".TH " + words + "\n.nr HY 0\n.hy 0\n.ad l";
  }

  private String synopsis(CommandSpec spec, String command) {
    String before = ".SH SYNOPSIS\n.B " + Roff.text(command) + "\n";
    if (spec == root) {
      return before + "\\fICOMMAND\\fR [\\fIOPTION\\fR ...] [\\fIARGUMENT\\fR ...]";
    }
    StringBuilder out = new StringBuilder(before).append("[\\fIOPTION\\fR ...]");
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      String more = argument.arity().max() > 1 ? " ..." : "";
      out.append(" [").append(Roff.label(argument.paramLabel())).append(more).append("]");
    }
    return out.toString();
  }

  private static String options(CommandSpec spec) {
    List<String> entries = new ArrayList<>();
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      entries.add(entry(Roff.label(argument.paramLabel()), argument.description()));
    }
    for (OptionSpec option : spec.options()) {
      List<String> names = List.of(option.names()).stream().map(Roff::bold).toList();
      String value = option.arity().max() == 0 ? "" : " " + Roff.label(option.paramLabel());
      entries.add(entry(String.join(", ", names) + value, option.description()));
    }
    return String.join("\n", entries);
  }

  private String exitStatus() {
    List<String> entries = new ArrayList<>(List.of(".SH EXIT STATUS"));
    root.usageMessage()
        .exitCodeList()
        .forEach((number, meaning) -> entries.add(entry(Roff.bold(number), meaning + ".")));
    return String.join("\n", entries);
  }

  private String commandList() {
    List<String> entries = new ArrayList<>();
    for (Map.Entry<String, CommandLine> command : root.subcommands().entrySet()) {
      CommandSpec spec = command.getValue().getCommandSpec();
      boolean page = commands().containsKey(command.getKey());
      String[] about =
          spec.usageMessage().header().length > 0
              ? spec.usageMessage().header()
              : spec.usageMessage().description();
      String name = page ? "portmapctl-" + command.getKey() : "portmapctl " + command.getKey();
      entries.add(entry(Roff.bold(name) + (page ? "(1)" : ""), about));
    }
    return String.join("\n", entries);
  }

  private String seeAlso() {
    List<String> pages = new ArrayList<>();
    commands().keySet().forEach(name -> pages.add(reference("portmapctl-" + name, "1")));
    pages.add(reference("portmapctl-json", "5"));
    pages.add(reference("portmapctl-chains", "7"));
    pages.add(reference("portmapctl-plugin", "8"));
    return String.join("\n", pages);
  }

  /** Every kind of JSON document with its fields, from the schemas. */
  private static String documents() {
    List<String> out = new ArrayList<>();
    for (String kind : Schemas.KINDS) {
      JsonSchema schema = JsonSchema.of(kind);
      out.add(".SS " + Roff.text(kind));
      out.add(Roff.sentences(schema.root().path("description").asText()));
      schema
          .fields()
          .forEach((field, of) -> out.add(entry(Roff.bold(field) + type(schema, of), said(of))));
    }
    return String.join("\n", out);
  }

  private static String said(JsonNode field) {
    return field.path("description").asText();
  }

  /** The type of a field in brackets, or the values that it may have. */
  private static String type(JsonSchema schema, JsonNode field) {
    JsonNode of = schema.resolved(field);
    JsonNode values = of.has("enum") ? of.path("enum") : of.path("type");
    List<String> words = new ArrayList<>();
    if (of.has("const")) {
      words.add(of.path("const").asText());
    } else if (values.isArray()) {
      values.forEach(value -> words.add(value.asText()));
    } else {
      words.add(values.asText());
    }
    return " (" + Roff.text(String.join(", ", words)) + ")";
  }

  private static String codes(String kind) {
    List<String> entries = new ArrayList<>();
    Codes.of(kind).forEach((code, meaning) -> entries.add(entry(Roff.bold(code), meaning + ".")));
    return String.join("\n", entries);
  }

  private static String reference(String page, String section) {
    return ".BR " + Roff.text(page) + " (" + section + "),";
  }

  private static String entry(String term, String... description) {
    return ".TP\n" + term + "\n" + Roff.sentences(description);
  }

  /** The text of a file. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("pom.xml has no " + pattern);
    }
    return matcher.group(1);
  }
}
