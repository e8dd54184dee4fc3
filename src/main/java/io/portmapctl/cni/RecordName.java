package io.portmapctl.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The name under which libcni keeps what it knows of an attachment: NETWORK-CONTAINERID-IFNAME.
 * Each of the three may hold hyphens, so that one name can be read in several ways.
 *
 * @param text the file's name, without its folder
 */
public record RecordName(String text) {

  /** Every network and container that it may name; none where it has not the form. */
  public List<Identity> readings() {
    List<Identity> readings = new ArrayList<>();
    for (int first = text.indexOf('-', 1); first > 0; first = text.indexOf('-', first + 1)) {
      for (int second = text.indexOf('-', first + 2);
          second > 0 && second < text.length() - 1;
          second = text.indexOf('-', second + 1)) {
        readings.add(new Identity(text.substring(0, first), text.substring(first + 1, second)));
      }
    }
    return readings;
  }

  /** Whether it may name that container. */
  boolean names(String containerId) {
    int at = text.indexOf("-" + containerId + "-", 1);
    return at > 0 && at + containerId.length() + 2 < text.length();
  }

  /** The network, where it can be read in one way only. */
  public Optional<String> network() {
    List<Identity> readings = readings();
    return readings.size() == 1 ? Optional.of(readings.get(0).network()) : Optional.empty();
  }

  /** Whether it is that of a container's loopback interface, on which nothing is published. */
  boolean isLoopback() {
    return text.endsWith("-lo");
  }
}
