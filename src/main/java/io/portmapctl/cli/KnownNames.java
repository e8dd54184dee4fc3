package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.ListMappings;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Rulesets;
import io.portmapctl.check.Mapping;
import io.portmapctl.cni.Identity;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.view.FaultText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names in a ruleset that a person may want to type.
 *
 * @param networks the networks
 * @param containers the containers by their ID, each with its network
 * @param ports the published ports as {@code --port} takes them, each with who has it
 * @param chains the chains of containers, each with whose it is
 * @param mappings all that is published
 */
public record KnownNames(
    SortedSet<String> networks,
    SortedMap<String, String> containers,
    SortedMap<String, String> ports,
    SortedMap<String, String> chains,
    List<Mapping> mappings) {
  private static final int WAIT_SECONDS = 5;

  /**
   * What reading a ruleset gave.
   *
   * @param names the names; none where it could not be read
   * @param exitCode how a command would end that reads it
   * @param problems why it could not be read
   */
  public record Reading(KnownNames names, int exitCode, List<String> problems) {}

  /** No names. */
  public static KnownNames none() {
    return with(List.of());
  }

  /** Reads a ruleset, of both families. */
  public static Reading read(Session session, ChosenRuleset ruleset) {
    return read(session, ruleset, true);
  }

  /**
   * The same.
   *
   * @param ports whether ports and mappings are wanted: without them not half as much is read
   */
  public static Reading read(Session session, ChosenRuleset ruleset, boolean ports) {
    Rulesets options =
        new Rulesets(
            ruleset.ipv4(), ruleset.ipv6().orElse(""), Rulesets.Families.BOTH, VariantChoice.AUTO);
    try {
      LiveHost host = ChosenHost.local().open(session, VariantChoice.AUTO, WAIT_SECONDS, false);
      KnownNames names =
          ports
              ? of(ListMappings.plain(options, host))
              : of(ListMappings.containers(options, host));
      return new Reading(names, 0, List.of());
    } catch (Failure failure) {
      List<String> problems = failure.errors().stream().map(FaultText::of).toList();
      return new Reading(none(), ExitCode.of(failure.kind()).number(), problems);
    }
  }

  private static KnownNames with(List<Mapping> mappings) {
    return new KnownNames(
        new TreeSet<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), mappings);
  }

  private static KnownNames of(Map<String, Optional<Identity>> containers) {
    KnownNames names = none();
    containers.forEach(names::add);
    return names;
  }

  /** A chain, and whose it is. */
  private void add(String chain, Optional<Identity> owner) {
    if (owner.isPresent()) {
      networks.add(owner.get().network());
      containers.put(owner.get().containerId(), owner.get().network());
    }
    chains.put(chain, owner.map(Identity::containerId).orElse(""));
  }

  private static KnownNames of(List<Mapping> mappings) {
    KnownNames names = with(mappings);
    for (Mapping mapping : mappings) {
      String owner = mapping.owner().map(o -> o.containerId()).orElse("");
      names.add(mapping.chain(), mapping.owner());
      if (mapping.hostPort().isPresent()) {
        names.ports.merge(port(mapping), owner, (a, b) -> a);
      }
    }
    return names;
  }

  private static String port(Mapping mapping) {
    String host = mapping.hostIp().map(ip -> ip.bracketed() + ":").orElse("");
    String protocol = mapping.protocol();
    String suffix = protocol.isEmpty() || protocol.equals("tcp") ? "" : "/" + protocol;
    return host + mapping.hostPort().orElse(0) + suffix;
  }
}
