package io.portmapctl.view;

import io.portmapctl.portmap.PublishedPort;
import java.util.ArrayList;
import java.util.List;

/** Names several ports, runs of them by their ends. */
final class PortNames {
  private PortNames() {}

  /** {@code tcp port 80, udp ports 9000-9019 on 192.0.2.1}, in the order given. */
  static String of(List<PublishedPort> ports) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      PublishedPort first = ports.get(i);
      int last = i;
      while (last + 1 < ports.size() && follows(ports.get(last), ports.get(last + 1))) {
        last++;
      }
      String on = first.hostIp().map(ip -> " on " + ip).orElse("");
      names.add(
          last == i
              ? first.toString()
              : first.protocol() + " ports " + first.port() + "-" + ports.get(last).port() + on);
      i = last;
    }
    return String.join(", ", names);
  }

  private static boolean follows(PublishedPort one, PublishedPort next) {
    return next.port() == one.port() + 1
        && next.protocol().equals(one.protocol())
        && next.hostIp().equals(one.hostIp());
  }
}
