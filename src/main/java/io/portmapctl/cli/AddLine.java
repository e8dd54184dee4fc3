package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.check.Mapping;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.view.FaultText;
import io.portmapctl.view.Sentences;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What an {@code add} that is being typed lacks, and whether what it says is right. */
public final class AddLine {

  /** A piece without which a mapping by hand cannot be. */
  public enum Piece {
    /** The network. */
    NETWORK("--net", "Network name", "web", false),
    /** The container. */
    CONTAINER_ID("--container-id", "Container ID", "5f3c", false),
    /** Its addresses. */
    ADDRESS("--ip", "Container address with prefix", "10.89.5.6/24", true),
    /** Its mappings. */
    MAPPING("-p", "Ports, [HOSTIP:]HOSTPORT:CONTAINERPORT[/PROTOCOL]", "8080:80", true);

    private final String option;
    private final String question;
    private final String example;
    private final boolean several;

    Piece(String option, String question, String example, boolean several) {
      this.option = option;
      this.question = question;
      this.example = example;
      this.several = several;
    }

    /** The option that says it. */
    public String option() {
      return option;
    }

    /** What to ask for. */
    public String question() {
      return question;
    }

    /** What an answer looks like. */
    public String example() {
      return example;
    }

    /** Whether there may be more than one. */
    public boolean several() {
      return several;
    }
  }

  private AddLine() {}

  /**
   * The pieces that are missing; none where a source says them, help is asked for, or the line is
   * wrong by itself, which is for the command to say.
   *
   * @param words what stands after {@code add}
   */
  public static List<Piece> missing(Session session, List<String> words) {
    try {
      ParseResult given = Portmapctl.parsed(session, new AddCommand(), words);
      if (given.hasMatchedOption("--help") || problem(session, given).isPresent()) {
        return List.of();
      }
      List<String> missing = MappingRequest.of(given).missing(session);
      return Arrays.stream(Piece.values()).filter(p -> missing.contains(p.option())).toList();
    } catch (ParameterException e) {
      return List.of();
    }
  }

  /**
   * What is wrong with the pieces, if anything is.
   *
   * @param words what stands after {@code add}
   */
  public static Optional<String> wrong(Session session, List<String> words) {
    try {
      return problem(session, Portmapctl.parsed(session, new AddCommand(), words));
    } catch (ParameterException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Which of the ports another container has already, for each a sentence.
   *
   * @param words what stands after {@code add}; nothing is wrong with it
   * @param names what is published
   */
  public static List<String> taken(Session session, List<String> words, KnownNames names) {
    MappingRequest request = MappingRequest.of(Portmapctl.parsed(session, new AddCommand(), words));
    Set<String> taken = new LinkedHashSet<>();
    try {
      Overrides overrides = request.pieces().with(request.identity().overrides(session));
      String own = overrides.containerId().or(overrides::fallbackContainerId).orElse("");
      for (PortMapping wanted : overrides.mappings()) {
        for (Mapping mapping : names.mappings()) {
          boolean family =
              overrides.addresses().stream()
                  .anyMatch(a -> a.address().family() == mapping.family());
          boolean same = mapping.owner().map(o -> o.containerId().equals(own)).orElse(false);
          if (family && !same && mapping.takes(PublishedPort.of(mapping.family(), wanted))) {
            taken.add(Sentences.portOf(mapping));
          }
        }
      }
    } catch (Failure failure) {
      return List.of(); // it is said where the line is looked at
    }
    return List.copyOf(taken);
  }

  /** A line of these words, as it can be typed again. */
  public static String text(List<String> words) {
    return CommandText.line(words);
  }

  private static Optional<String> problem(Session session, ParseResult given) {
    MappingRequest wish = MappingRequest.of(given);
    try {
      Overrides overrides = wish.pieces().with(wish.identity().overrides(session));
      if (wish.mayNeedPrefix()) {
        wish.pieces().requirePrefix(RulesetOptions.of(session, given).families().list());
      }
      return overrides.errors().stream().map(e -> FaultText.of(e.fault())).findFirst();
    } catch (Failure failure) {
      return Optional.of(FaultText.of(failure.errors().get(0).fault()));
    }
  }
}
