package io.portmapctl.plan;

import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Table;
import java.util.List;
import java.util.Optional;

/**
 * What leads from the current tables to the wanted ones. Pure data: what is shown is what is done.
 *
 * @param families one part a family that was looked at
 * @param sysctls kernel settings that go with the rules
 * @param conntrack connection-tracking entries that the change makes stale
 * @param conflicts why it is refused unless forced
 * @param warnings what a reader should know
 */
public record Plan(
    List<Part> families,
    List<Sysctl> sysctls,
    List<Stale> conntrack,
    List<Conflict> conflicts,
    List<String> warnings) {

  /**
   * One family's part.
   *
   * @param before the current table
   * @param after the table when every change is made
   * @param changes the changes in order
   */
  public record Part(Table before, Table after, List<Change> changes) {}

  /**
   * {@code route_localnet} of the interface towards a container: without it a connection to
   * 127.0.0.1 is dropped as martian. Which interface that is, and its present value, is unknown to
   * a plan that does not look at the host.
   *
   * @param container the container's address
   */
  public record Sysctl(IpAddress container) {}

  /**
   * UDP flows that would stay with their old destination.
   *
   * @param family the family
   * @param hostIp the published address, empty for any
   * @param hostPort the published port
   */
  public record Stale(Family family, Optional<IpAddress> hostIp, int hostPort) {}

  /** Whether anything changes. */
  public boolean hasChanges() {
    return families.stream().anyMatch(p -> !p.changes().isEmpty());
  }

  /** All changes, IPv4's first. */
  public List<Change> changes() {
    return families.stream().flatMap(p -> p.changes().stream()).toList();
  }
}
