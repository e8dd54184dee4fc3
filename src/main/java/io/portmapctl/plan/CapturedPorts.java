package io.portmapctl.plan;

import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ports that changes take for containers. */
final class CapturedPorts {
  private CapturedPorts() {}

  /** The port that a changed rule publishes, or published. */
  static Optional<PublishedPort> of(Change change) {
    return Layouts.isContainerChain(change.chain())
        ? change.rule().flatMap(rule -> PublishedPort.of(change.family(), rule))
        : Optional.empty();
  }

  /** The ports that changes publish, and that were not published before by rules that go. */
  static List<PublishedPort> of(List<Change> changes) {
    Map<String, PublishedPort> captured = new LinkedHashMap<>();
    for (Change change : changes) {
      if (!(change instanceof Change.DeleteRule)) {
        of(change).ifPresent(p -> captured.putIfAbsent(p.key(), p));
      }
    }
    for (Change change : changes) {
      if (change instanceof Change.DeleteRule) {
        of(change).ifPresent(p -> captured.remove(p.key()));
      }
    }
    return List.copyOf(captured.values());
  }
}
