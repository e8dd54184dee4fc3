package io.portmapctl.plan;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What leads from the current tables to the wanted ones. Pure data: what is shown is what is done.
 *
 * @param families one part a family that was looked at
 * @param sysctls kernel settings that go with the rules
 * @param conntrack connection-tracking entries that the change makes stale
 * @param conflicts why it is refused unless forced
 * @param notices what a reader should know
 */
public record Plan(
    List<Part> families,
    List<Sysctl> sysctls,
    List<Stale> conntrack,
    List<Conflict> conflicts,
    List<PlanNotice> notices) {

  /**
   * One family's part.
   *
   * @param before the current table
   * @param after the table when every change is made
   * @param changes the changes in order
   */
  public record Part(Table before, Table after, List<Change> changes) {

    /** The changes that give back the table before, in their order. */
    public Part inverse() {
      Map<String, Integer> sizes = new HashMap<>();
      before.chains().forEach((name, chain) -> sizes.put(name, chain.rows().size()));
      List<Change> inverse = new ArrayList<>();
      for (Change change : changes) {
        int by = change instanceof Change.DeleteRule ? -1 : change.rule().isPresent() ? 1 : 0;
        int size = sizes.merge(change.chain(), by, Integer::sum);
        inverse.add(change.inverse(size));
      }
      Collections.reverse(inverse);
      return new Part(after, before, List.copyOf(inverse));
    }
  }

  /**
   * {@code route_localnet} of the interface towards a container: without it a connection to
   * 127.0.0.1 is dropped as martian.
   *
   * @param container the container's address
   * @param networkInterface the interface, where the host was asked for it
   * @param from its present value, where the host was asked for it
   * @param withRules whether the container's rules change too; where they do not, it counts only
   *     where the host says that it is wrong
   */
  public record Sysctl(
      IpAddress container,
      Optional<String> networkInterface,
      Optional<String> from,
      boolean withRules) {}

  /**
   * UDP flows that would stay with their old destination.
   *
   * @param family the family
   * @param hostIp the published address, empty for any
   * @param hostPort the published port
   */
  public record Stale(Family family, Optional<IpAddress> hostIp, int hostPort) {}

  /** The same with other sysctls. */
  public Plan with(List<Sysctl> otherSysctls) {
    return new Plan(families, List.copyOf(otherSysctls), conntrack, conflicts, notices);
  }

  /** Whether anything changes. */
  public boolean hasChanges() {
    return families.stream().anyMatch(p -> !p.changes().isEmpty())
        || sysctls.stream().anyMatch(s -> s.from().isPresent());
  }

  /** The ports that this plan takes for containers, and that were not theirs before. */
  public List<PublishedPort> captured() {
    return CapturedPorts.of(changes());
  }

  /** All changes, IPv4's first. */
  public List<Change> changes() {
    return families.stream().flatMap(p -> p.changes().stream()).toList();
  }
}
