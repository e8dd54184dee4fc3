package io.portmapctl.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which ruleset commands work on unless they are told otherwise.
 *
 * @param ipv4 live, empty or a file
 * @param ipv6 the same for IPv6, where it does not follow the other
 */
public record ChosenRuleset(String ipv4, Optional<String> ipv6) {

  /** Whether it is the running kernel's, of both families. */
  public boolean live() {
    return ipv4.equals("live") && ipv6.map("live"::equals).orElse(true);
  }

  /** The options that say so; none where they would say what is so without them. */
  public List<String> options() {
    List<String> options = new ArrayList<>();
    if (!live()) {
      options.addAll(List.of("--ruleset", ipv4));
      ipv6.ifPresent(r -> options.addAll(List.of("--ruleset6", r)));
    }
    return List.copyOf(options);
  }

  /** A short name: without the folders of files. */
  public String title() {
    return name(ipv4) + ipv6.map(r -> " + " + name(r)).orElse("");
  }

  private static String name(String ruleset) {
    return ruleset.substring(ruleset.lastIndexOf('/') + 1);
  }
}
