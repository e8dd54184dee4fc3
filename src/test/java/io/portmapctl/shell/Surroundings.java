package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A session whose output is kept, and a person who answers as was planned. */
final class Surroundings implements Asker {
  static final ChosenRuleset PODMAN =
      new ChosenRuleset("testdata/podman-host/iptables-save.txt", Optional.empty());

  final List<String> asked = new ArrayList<>();
  final List<String> remembered = new ArrayList<>();
  final List<List<String>> offered = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Deque<String> answers;

  Surroundings(String... answers) {
    this.answers = new ArrayDeque<>(List.of(answers));
  }

  Session session() {
    return new Session(
        new ByteArrayInputStream(new byte[0]),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of("TERM", "xterm", "NO_COLOR", "1"),
        true,
        true);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public Optional<String> ask(String question, List<String> suggestions) {
    asked.add(question);
    offered.add(suggestions);
    return Optional.ofNullable(answers.poll());
  }

  @Override
  public void remember(String line) {
    remembered.add(line);
  }
}
