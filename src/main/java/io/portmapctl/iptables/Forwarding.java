package io.portmapctl.iptables;

import io.portmapctl.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a host forwards packets at all: what containers get is forwarded.
 *
 * @param exec starts {@code iptables-save}
 * @param host where programs are
 * @param variant whose programs
 * @param sysctls {@code /proc/sys}
 */
public record Forwarding(Exec exec, HostPaths host, Variant variant, Path sysctls) {

  /** What keeps packets of a family from being forwarded, for a person. */
  public List<String> obstacles(Family family) {
    List<String> obstacles = new ArrayList<>();
    String setting = family == Family.IPV4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding";
    try {
      if (Files.readString(sysctls.resolve(setting)).strip().equals("0")) {
        obstacles.add(setting + " is 0: this host forwards nothing, and so nothing to containers");
      }
    } catch (IOException e) {
      // a kernel without the family forwards nothing of it, and has no rules either
    }
    forwardChain(family).ifPresent(obstacles::add);
    return List.copyOf(obstacles);
  }

  /** Whether packets that only cross a bridge are shown to iptables (br_netfilter). */
  public boolean showsBridged(Family family) {
    String setting =
        "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables");
    try {
      return Files.readString(sysctls.resolve(setting)).strip().equals("1");
    } catch (IOException e) {
      return false; // without the module they are not
    }
  }

  private Optional<String> forwardChain(Family family) {
    Optional<Path> program = host.find(family.program() + variant.infix() + "-save");
    if (program.isEmpty() || LiveReader.isLegacy(program.get()) && !filterLoaded(family)) {
      return Optional.empty();
    }
    try {
      Exec.Result result = exec.run(List.of(program.get().toString(), "-t", "filter"), "");
      return result.exit() == 0 ? drops(result.output(), family) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // reading table nat has said what is wrong
    }
  }

  /** Legacy programs load a table by merely looking at it. */
  private boolean filterLoaded(Family family) {
    Path names = host.proc().resolve((family == Family.IPV4 ? "ip" : "ip6") + "_tables_names");
    try {
      return Files.readAllLines(names).contains("filter");
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<String> drops(String saved, Family family) {
    boolean policy = false;
    String last = "";
    boolean rules = false;
    for (String line : saved.split("\n", -1)) {
      policy |= line.startsWith(":FORWARD DROP");
      if (line.startsWith("-A FORWARD ")) {
        last = line;
        rules = true;
      }
    }
    String chain = family.title() + ": chain FORWARD of table filter ";
    String only = rules ? ": only what one of its rules lets through, which are not looked at" : "";
    if (policy) {
      return Optional.of(
          chain + "has the policy DROP" + (rules ? only : " and no rules: nothing is forwarded"));
    }
    boolean rest = last.startsWith("-A FORWARD -j DROP") || last.startsWith("-A FORWARD -j REJECT");
    return rest
        ? Optional.of(chain + "ends with a rule that drops the rest" + only)
        : Optional.empty();
  }
}
