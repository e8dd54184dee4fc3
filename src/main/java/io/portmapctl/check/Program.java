package io.portmapctl.check;

import io.portmapctl.trace.RulePlace;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Programs that write rules beside ours, as far as the names of their chains tell them. */
public enum Program {
  /** Docker, swarm too. */
  DOCKER("docker"),
  /** Kubernetes' host ports, of CRI-O or of the kubelet. */
  HOST_PORTS("cri-o"),
  /** Kubernetes' services. */
  KUBE_PROXY("kube-proxy"),
  /** Podman's own network stack. */
  NETAVARK("netavark"),
  /** The firewall daemon. */
  FIREWALLD("firewalld"),
  /** Virtual machines' networks. */
  LIBVIRT("libvirt");

  private static final Pattern ZONES =
      Pattern.compile("(PRE|POST)_.+|(PREROUTING|POSTROUTING|OUTPUT)_(direct|ZONES|POLICIES.*)");

  private final String id;

  Program(String id) {
    this.id = id;
  }

  /** The name in JSON. */
  public String id() {
    return id;
  }

  /** Whose rules these are, if a chain on the way tells. */
  public static Optional<Program> of(List<RulePlace> way) {
    for (RulePlace place : way) {
      Optional<Program> program =
          of(place.chain()).or(() -> place.rule().target().chain().flatMap(Program::of));
      if (program.isPresent()) {
        return program;
      }
    }
    return Optional.empty();
  }

  /** Whose chain it is. */
  public static Optional<Program> of(String chain) {
    if (chain.startsWith("KUBE-HP-") || chain.startsWith("KUBE-HOSTPORT")) {
      return Optional.of(HOST_PORTS);
    }
    if (chain.startsWith("KUBE-")) {
      return Optional.of(KUBE_PROXY);
    }
    if (chain.startsWith("DOCKER")) {
      return Optional.of(DOCKER);
    }
    if (chain.startsWith("NETAVARK")) {
      return Optional.of(NETAVARK);
    }
    if (chain.startsWith("LIBVIRT_")) {
      return Optional.of(LIBVIRT);
    }
    return ZONES.matcher(chain).matches() ? Optional.of(FIREWALLD) : Optional.empty();
  }
}
