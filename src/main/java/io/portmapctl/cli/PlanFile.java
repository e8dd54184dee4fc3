package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.NamedFile;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.saved.SavedRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A call as a saved plan holds it: its words, and what it heeded beside them. */
final class PlanFile {
  private static final String STANDARD_INPUT = "-";
  private static final String KEEP_IN = "--keep-in";

  /** The options that say what is asked, and not how it is shown or done. */
  private static final List<String> ASKING =
      List.of(
          "--net",
          "--container-id",
          "--plugin-type",
          "--ifname",
          "--ip",
          "--publish",
          "--no-snat",
          "--condition-v4",
          "--condition-v6",
          "--masq-all",
          "--mark-bit",
          "--set-mark-chain",
          "--layout",
          "--include-dead",
          "--chain",
          "--prune",
          "--all-networks",
          "--family",
          "--iptables",
          "--host-interface",
          "--force",
          "--keep-going",
          "--keep",
          KEEP_IN);

  private static final List<String> HEEDED = List.of("CNI_CONTAINERID", "CNI_IFNAME");

  private PlanFile() {}

  /**
   * The same surroundings with the input in memory, where a source is standard input.
   *
   * @throws Failure where it cannot be read
   */
  static Session withInput(Session session, ParseResult given) throws Failure {
    if (!KeepOptions.of(given).folder().orElse("/").startsWith("/")) {
      throw Failure.usage("-o plan: " + KEEP_IN + ": give the whole path of the folder, from /");
    }
    if (!given.matchedPositionalValue(0, List.<String>of()).contains(STANDARD_INPUT)) {
      return session;
    }
    try {
      return session.reading(new Kept(SourceFiles.bytes(session.in())));
    } catch (IOException e) {
      throw NamedFile.failure(
          STANDARD_INPUT, new DocumentFault.Unreadable(String.valueOf(e.getMessage())));
    }
  }

  /** An input that can be asked again for all that it was. */
  private static final class Kept extends ByteArrayInputStream {
    Kept(byte[] bytes) {
      super(bytes);
    }

    String octets() {
      return new String(buf, StandardCharsets.ISO_8859_1);
    }
  }

  /** What was asked. */
  static SavedRequest request(Session session, ParseResult given, String command) {
    List<String> words = new ArrayList<>();
    List<String> sources = new ArrayList<>();
    for (ArgSpec arg : new LinkedHashSet<>(given.matchedArgs())) {
      if (!(arg instanceof OptionSpec option)) {
        sources.addAll(arg.originalStringValues());
      } else if (ASKING.contains(option.longestName())) {
        for (String value : option.originalStringValues()) {
          words.add(option.longestName());
          if (option.arity().max() > 0) {
            words.add(value);
          }
        }
      }
    }
    if (!sources.isEmpty()) {
      words.add("--");
      words.addAll(sources);
    }
    Map<String, String> environment = new LinkedHashMap<>();
    for (String name : HEEDED) {
      session.variable(name).ifPresent(value -> environment.put(name, value));
    }
    return new SavedRequest(
        command,
        List.copyOf(words),
        sources.stream().allMatch(s -> s.equals(STANDARD_INPUT) || s.startsWith("/"))
            ? ""
            : Path.of("").toAbsolutePath().toString(),
        environment,
        session.in() instanceof Kept kept ? Optional.of(kept.octets()) : Optional.empty());
  }

  /**
   * The words of a request, read as its command reads them.
   *
   * @throws Failure where they are not those of a request
   */
  static ParseResult words(
      Session session, PlanningCommand command, String file, SavedRequest request) throws Failure {
    ParseResult given;
    try {
      given = Portmapctl.parsed(session, command, request.arguments());
    } catch (ParameterException e) {
      throw NamedFile.failure(file, new SavedPlanFault.NoRequest("/request/arguments", ""));
    }
    for (ArgSpec arg : given.matchedArgs()) {
      if (arg instanceof OptionSpec option && !ASKING.contains(option.longestName())) {
        throw NamedFile.failure(
            file, new SavedPlanFault.NoRequest("/request/arguments", option.longestName()));
      }
    }
    return given;
  }

  /**
   * The surroundings of a request, in which it reads what it read then.
   *
   * @param said whether what is said is for anybody
   */
  static Session surroundings(Session session, SavedRequest request, boolean said) {
    Map<String, String> environment = new LinkedHashMap<>(session.env());
    HEEDED.forEach(environment::remove);
    for (String name : HEEDED) {
      if (request.environment().containsKey(name)) {
        environment.put(name, String.valueOf(request.environment().get(name)));
      }
    }
    byte[] input = request.input().orElse("").getBytes(StandardCharsets.ISO_8859_1);
    PrintStream nobody = new PrintStream(OutputStream.nullOutputStream(), false);
    return new Session(
        new ByteArrayInputStream(input),
        session.out(),
        said ? session.err() : nobody,
        environment,
        session.outIsTerminal(),
        session.interactive());
  }
}
