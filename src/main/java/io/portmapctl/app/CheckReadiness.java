package io.portmapctl.app;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.Inventory;
import io.portmapctl.fault.HostFault;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import java.util.List;
import java.util.Optional;

/**
 * Whether mappings can be made on the live host, and whether those that there are can be reached.
 *
 * @param rulesets the live rulesets
 * @param lockFile the lock that serialises changes
 */
public record CheckReadiness(Rulesets rulesets, String lockFile) {

  /**
   * Reads the tables, and tries to change them without a change.
   *
   * @return what keeps all mappings of a family from being reached
   * @throws Failure where the tables cannot be read, or could not be changed, or the lock could not
   *     be had; not, where another call has it
   */
  public List<CheckNotice> run(LiveHost host) throws Failure {
    requireLock();
    Rulesets.Tables read = rulesets.read(host.backend());
    for (Family family : rulesets.families().list()) {
      // a kernel without IPv6 publishes ports of IPv4
      if (family == Family.IPV4 || host.backend().has(family)) {
        try {
          host.backend().requireChangeable(family);
        } catch (HostException e) {
          throw new Failure(Failure.Kind.HOST, "live ruleset", e.fault());
        }
      }
    }
    return Inventory.plain(read.tables(), Optional.empty()).notices();
  }

  private void requireLock() throws Failure {
    try {
      Lock.holding(lockFile, 0, () -> true);
    } catch (Failure e) {
      boolean held =
          e.errors().get(0).fault() instanceof HostFault.NotLocked lock
              && lock.why() == HostFault.Lock.HELD;
      if (!held) {
        throw e;
      }
    }
  }
}
