package io.portmapctl.check;

import io.portmapctl.portmap.Layouts;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Programs that make rules for containers, and make them again when they start: what they own of a
 * ruleset, table for table, as far as chains' names and the forms of their rules tell.
 */
public enum ContainerProgram {
  /** The plugins of CNI: portmap, the bridge's masquerade, firewall. */
  CNI("", "") {
    @Override
    boolean owns(String chain) {
      return Layouts.isOfCni(chain);
    }

    @Override
    boolean gives(String chain) {
      return Layouts.isForAdministrators(chain);
    }
  },
  /** Docker, swarm too. */
  DOCKER(
      "DOCKER|DOCKER-(FORWARD|BRIDGE|CT|INTERNAL|INGRESS|ISOLATION(-STAGE-[12])?)"
          + "|DOCKER_(OUTPUT|POSTROUTING)",
      "DOCKER-USER") {
    @Override
    boolean madeInPlace(String table, String chain, List<String> words) {
      return DockerRules.are(table, chain, words);
    }
  },
  /** Podman's own network stack. */
  NETAVARK("NETAVARK[-_].*", ""),
  /** Host ports of CRI-O and of the kubelet. */
  CRIO("KUBE-HOSTPORTS|KUBE-HP-.*|CRIO-.*", "") {
    @Override
    boolean madeInPlace(String table, String chain, List<String> words) {
      return chain.equals("POSTROUTING")
          && words.contains("SNAT for localhost access to hostports");
    }
  },
  /** Services of Kubernetes, and the kubelet's own rules. */
  KUBE_PROXY("KUBE-(?!HOSTPORTS$|HP-).*", "");

  private final Pattern chains;
  private final String users;

  /**
   * Of a program.
   *
   * @param chains the names of its chains
   * @param users the chain that it makes for the user's rules; empty for none
   */
  ContainerProgram(String chains, String users) {
    this.chains = Pattern.compile(chains);
    this.users = users;
  }

  /** The name in options. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whose chain it is, to be made again with all that it holds. */
  public static Optional<ContainerProgram> owner(String chain) {
    for (ContainerProgram program : values()) {
      if (program.owns(chain)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  /** Whose chain for the user's rules it is. */
  public static Optional<ContainerProgram> madeForUser(String chain) {
    for (ContainerProgram program : values()) {
      if (program.gives(chain)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  /** Who makes a rule of that form in a chain that is not its own. */
  public static Optional<ContainerProgram> maker(String table, String chain, List<String> words) {
    for (ContainerProgram program : values()) {
      if (program.madeInPlace(table, chain, words)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  boolean owns(String chain) {
    return chains.matcher(chain).matches();
  }

  boolean gives(String chain) {
    return !chain.isEmpty() && users.equals(chain);
  }

  boolean madeInPlace(String table, String chain, List<String> words) {
    return false;
  }
}
