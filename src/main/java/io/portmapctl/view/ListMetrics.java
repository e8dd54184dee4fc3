package io.portmapctl.view;

import io.portmapctl.check.Mapping;
import io.portmapctl.check.State;
import io.portmapctl.cni.Identity;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The mappings of a ruleset as metrics; the text is octets. */
public final class ListMetrics {
  private ListMetrics() {}

  /**
   * The text.
   *
   * @param time when they were looked for, in seconds since 1970
   */
  public static String render(List<Mapping> mappings, long time) {
    OpenMetrics metrics = new OpenMetrics();
    OpenMetrics.Family states =
        metrics.family("mappings", OpenMetrics.Type.GAUGE, "Port mappings, by their state.");
    for (State state : State.values()) {
      states.add(0, "state", state.id());
    }
    OpenMetrics.Family info =
        metrics.family(
            "mapping_info", OpenMetrics.Type.GAUGE, "One port mapping, its labels tell which.");
    OpenMetrics.Family connections =
        metrics.family(
            "mapping_connections",
            OpenMetrics.Type.COUNTER,
            "Connections that a port mapping took since its rules were made.");
    for (Mapping mapping : mappings) {
      states.add(1, "state", mapping.state().id());
      String layout = mapping.layout().map(l -> l.id()).orElse("");
      info.set(1, labels(mapping, "layout", layout, "state", mapping.state().id()));
      if (mapping.connections().isPresent()) {
        connections.add(mapping.connections().getAsLong(), labels(mapping));
      }
    }
    metrics
        .family("list_timestamp_seconds", OpenMetrics.Type.GAUGE, "When the mappings were listed.")
        .set(time);
    return metrics.text();
  }

  private static String[] labels(Mapping mapping, String... more) {
    String[] own = {
      "chain", Terminal.decoded(mapping.chain()),
      "container_id", mapping.owner().map(Identity::containerId).orElse(""),
      "container_ip", text(mapping.containerIp()),
      "container_port", text(mapping.containerPort()),
      "family", mapping.family().id(),
      "host_ip", text(mapping.hostIp()),
      "host_port", text(mapping.hostPort()),
      "network", mapping.owner().map(Identity::network).orElse(""),
      "protocol", mapping.protocol()
    };
    String[] all = Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return all;
  }

  private static String text(Optional<?> value) {
    return value.map(String::valueOf).orElse("");
  }

  private static String text(OptionalInt value) {
    return value.isPresent() ? String.valueOf(value.getAsInt()) : "";
  }
}
