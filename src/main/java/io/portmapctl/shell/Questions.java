package io.portmapctl.shell;

import io.portmapctl.cli.AddLine;
import io.portmapctl.cli.KnownNames;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks for the pieces that an add lacks, one by one, until each is right. */
final class Questions {
  private final Session session;
  private final Asker asker;
  private final Supplier<KnownNames> names;

  /**
   * Questions.
   *
   * @param names of the ruleset that the line is about; it may take its time
   */
  Questions(Session session, Asker asker, Supplier<KnownNames> names) {
    this.session = session;
    this.asker = asker;
    this.names = names;
  }

  /**
   * The line with all pieces; empty where the person has thought better of it.
   *
   * @param words what stands after {@code add}
   */
  Optional<List<String>> complete(List<String> words, List<AddLine.Piece> missing) {
    session.say("For each piece that is missing an answer; Ctrl-C leaves all as it is.");
    KnownNames known = names.get();
    List<String> all = new ArrayList<>(words);
    for (AddLine.Piece piece : missing) {
      Optional<List<String>> said = answer(piece, all, known);
      if (said.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(said.get());
    }
    return Optional.of(all);
  }

  /** The words that say a piece. */
  private Optional<List<String>> answer(AddLine.Piece piece, List<String> words, KnownNames known) {
    List<String> offered = offered(piece, words, known);
    String otherwise = offered.size() == 1 ? offered.get(0) : "";
    String hint = otherwise.isEmpty() ? " (as " + piece.example() + ")" : " [" + otherwise + "]";
    List<String> insisted = List.of();
    while (true) {
      Optional<String> answer = asker.ask("  " + piece.question() + hint + ": ", offered);
      if (answer.isEmpty()) {
        return Optional.empty();
      }
      List<String> values = values(piece, answer.get().isBlank() ? otherwise : answer.get());
      List<String> said = new ArrayList<>();
      values.forEach(v -> said.addAll(List.of(piece.option(), v)));
      List<String> all = new ArrayList<>(words);
      all.addAll(said);
      Optional<String> wrong =
          values.isEmpty() ? Optional.of("it is needed") : AddLine.wrong(session, all);
      if (wrong.isPresent()) {
        session.say("  " + wrong.get());
        continue;
      }
      List<String> taken =
          piece == AddLine.Piece.MAPPING && !values.equals(insisted)
              ? AddLine.taken(session, all, known)
              : List.of();
      if (taken.isEmpty()) {
        return Optional.of(said);
      }
      taken.forEach(t -> session.say("  " + t));
      session.say("  Another one, or the same again to go on with it.");
      insisted = values;
    }
  }

  private static List<String> values(AddLine.Piece piece, String answer) {
    ShellWords words = ShellWords.of(answer);
    if (words.open() || !piece.several()) {
      String whole = answer.strip();
      return whole.isEmpty() ? List.of() : List.of(whole);
    }
    return words.texts();
  }

  private static List<String> offered(AddLine.Piece piece, List<String> words, KnownNames names) {
    return switch (piece) {
      case NETWORK -> List.copyOf(names.networks());
      case CONTAINER_ID -> {
        int at = words.lastIndexOf(AddLine.Piece.NETWORK.option());
        String network = at < 0 ? "" : words.get(at + 1);
        yield names.containers().entrySet().stream()
            .filter(c -> network.isEmpty() || c.getValue().equals(network))
            .map(c -> c.getKey())
            .toList();
      }
      case ADDRESS, MAPPING -> List.of();
    };
  }
}
