package io.portmapctl.host.live;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a host forwards packets at all: what containers get is forwarded.
 *
 * @param host the host
 * @param variant whose programs
 */
public record Forwarding(Host host, VariantChoice variant) {
  private static final Path SYSCTLS = Path.of("/proc/sys");

  /** What keeps packets of a family from being forwarded. */
  public List<ForwardingObstacle> obstacles(Family family) {
    return obstacles(family, filters(family));
  }

  /**
   * The same where it was read what the rules are.
   *
   * @param filters table filter of each variant, as iptables-save prints it
   */
  public List<ForwardingObstacle> obstacles(Family family, List<String> filters) {
    List<ForwardingObstacle> obstacles = new ArrayList<>();
    String setting = ForwardingObstacle.setting(family);
    try {
      if (host.setting(SYSCTLS.resolve(setting)).equals("0")) {
        obstacles.add(new ForwardingObstacle(family, ForwardingObstacle.Kind.SETTING));
      }
    } catch (IOException e) {
      // a kernel without the family forwards nothing of it, and has no rules either
    }
    for (String filter : filters) {
      obstacle(filter, family).filter(o -> !obstacles.contains(o)).ifPresent(obstacles::add);
    }
    return List.copyOf(obstacles);
  }

  /** Table filter of each variant, as iptables-save prints it, as far as it can be read. */
  public List<String> filters(Family family) {
    List<String> filters = new ArrayList<>();
    for (Path program : programs(family)) {
      try {
        Exec.Result result = host.ask(List.of(program.toString(), "-t", "filter"));
        if (result.exit() == 0) {
          filters.add(result.output());
        }
      } catch (IOException e) {
        // reading table nat has said what is wrong
      }
    }
    return List.copyOf(filters);
  }

  /** The kernel runs the rules of both variants. */
  private List<Path> programs(Family family) {
    List<Path> programs = new ArrayList<>();
    for (String infix : List.of(variant.infix(), "-nft", "-legacy")) {
      Optional<Path> program = host.find(family.program() + infix + "-save");
      boolean readable =
          program.isPresent()
              && (!LiveReader.isLegacy(host, program.get()) || filterLoaded(family))
              && programs.stream()
                  .noneMatch(
                      p ->
                          LiveReader.isLegacy(host, p) == LiveReader.isLegacy(host, program.get()));
      if (readable) {
        programs.add(program.get());
      }
    }
    return programs;
  }

  /** Whether packets that only cross a bridge are shown to iptables (br_netfilter). */
  public boolean showsBridged(Family family) {
    String setting =
        "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables");
    try {
      return host.setting(SYSCTLS.resolve(setting)).equals("1");
    } catch (IOException e) {
      return false; // without the module they are not
    }
  }

  /** Legacy programs load a table by merely looking at it. */
  private boolean filterLoaded(Family family) {
    try {
      return host.lines(LiveReader.loadedTables(family)).contains("filter");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What the rules of FORWARD, and of the chains that they lead to, may drop.
   *
   * @param saved table filter, as iptables-save prints it
   */
  public static Optional<ForwardingObstacle> obstacle(String saved, Family family) {
    Map<String, List<String>> targets = new HashMap<>();
    boolean policy = false;
    for (String line : saved.split("\n", -1)) {
      policy |= line.startsWith(":FORWARD DROP");
      String[] words = line.split(" ", -1);
      if (words[0].equals("-A") && words.length > 1) {
        List<String> of = targets.computeIfAbsent(words[1], c -> new ArrayList<>());
        for (int i = 2; i + 1 < words.length; i++) {
          if (words[i].equals("-j") || words[i].equals("-g")) {
            of.add(words[i + 1]);
          }
        }
      }
    }
    if (policy) {
      boolean rules = targets.containsKey("FORWARD");
      return Optional.of(
          new ForwardingObstacle(
              family,
              rules ? ForwardingObstacle.Kind.POLICY : ForwardingObstacle.Kind.EMPTY_CHAIN));
    }
    return drops(targets)
        ? Optional.of(new ForwardingObstacle(family, ForwardingObstacle.Kind.RULES))
        : Optional.empty();
  }

  /** Whether a rule that FORWARD leads to drops. */
  private static boolean drops(Map<String, List<String>> targets) {
    List<String> reached = new ArrayList<>(List.of("FORWARD"));
    for (int i = 0; i < reached.size(); i++) {
      for (String target : targets.getOrDefault(reached.get(i), List.of())) {
        if (target.equals("DROP") || target.equals("REJECT")) {
          return true;
        }
        if (!reached.contains(target)) {
          reached.add(target);
        }
      }
    }
    return false;
  }
}
