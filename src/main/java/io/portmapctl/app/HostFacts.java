package io.portmapctl.app;

import io.portmapctl.host.AheadHost;
import io.portmapctl.host.HostException;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.Localnet;
import io.portmapctl.path.Settings;
import io.portmapctl.plan.Plan;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the live host does beside its rules; of another host nothing is known. */
final class HostFacts {
  private final LiveHost live;
  private final Rulesets rulesets;
  private final Optional<String> hostInterface;
  private final ReadRouting read;
  private final Routing routing;
  private final Optional<Routing> given;

  /**
   * Of a host.
   *
   * @param hostInterface the interface for route_localnet, where it is not to be looked up
   * @param given how it routes, where files tell
   */
  HostFacts(
      LiveHost live, Rulesets rulesets, Optional<String> hostInterface, Optional<Routing> given) {
    this.given = given;
    this.live = live;
    this.rulesets = rulesets;
    this.hostInterface = hostInterface;
    this.read = new ReadRouting(live.host());
    this.routing = new Routing(read);
  }

  /**
   * Begins what is asked of live families wherever it is asked how packets are routed.
   *
   * @param known the host's addresses
   */
  void ahead(AheadHost host, HostAddresses known) {
    routing(known).forEach(command -> ReadRouting.ahead(host, command));
  }

  /** Reads what was begun so, while there is nothing else to do. */
  void readAhead(HostAddresses known) {
    routing(known).forEach(read::readAhead);
  }

  /** A family that has no address but localhost's asks for no interface. */
  private Set<Missing> routing(HostAddresses known) {
    Set<Missing> commands = new LinkedHashSet<>();
    for (Family family : given.isPresent() ? List.<Family>of() : rulesets.families().list()) {
      if (rulesets.live(family)) {
        commands.add(Missing.ROUTES);
        commands.add(Missing.rules(family));
        if (!known.addresses(family).stream().allMatch(HostAddresses::isLoopback)) {
          commands.add(Missing.LINKS);
        }
      }
    }
    return commands;
  }

  /** What a plan needs of the host, and what else is in the way there. */
  Report on(Report report) throws Failure {
    List<Notice> more = new ArrayList<>();
    List<Plan.Sysctl> sysctls = new ArrayList<>();
    for (Plan.Sysctl sysctl : report.plan().sysctls()) {
      if (!rulesets.live(Family.IPV4)) {
        Plan.Sysctl planned =
            new Plan.Sysctl(sysctl.container(), hostInterface, Optional.empty(), true);
        Optional.of(planned).filter(s -> sysctl.withRules()).ifPresent(sysctls::add);
        continue;
      }
      try {
        LiveHost.localnet(live.kernel(), sysctl.container(), hostInterface, true, more)
            .ifPresent(sysctls::add);
      } catch (HostException e) {
        throw new Failure(Failure.Kind.HOST, "live host", e.fault());
      }
    }
    more.addAll(LiveHost.listeners(live.kernel(), rulesets, report.plan().captured()));
    for (Plan.Part part : report.plan().families()) {
      Family family = part.after().family();
      // a table without chains of anybody's redirects nothing
      if (part.after().chains().size() > Table.empty(TableName.NAT, family).chains().size()) {
        obstacles(family).forEach(o -> more.add(new AppNotice.NotForwarding(o)));
      }
    }
    return report.with(report.plan().with(sysctls), more);
  }

  private List<ForwardingObstacle> obstacles(Family family) {
    return rulesets.live(family) && live.forwarding().isOff(family)
        ? List.of(new ForwardingObstacle(family, ForwardingObstacle.Kind.SETTING))
        : List.of();
  }

  /** What the kernel does, when a plan is made. */
  Settings settings(Plan plan) {
    return new Settings(
        container -> localnet(container, plan),
        family ->
            rulesets.live(family)
                ? Ternary.of(live.forwarding().showsBridged(family))
                : Ternary.UNKNOWN,
        this::obstacles,
        this::unroutable,
        this::picksUp,
        family -> given.isEmpty() && rulesets.live(family) ? Optional.of(routing) : given);
  }

  private Localnet localnet(IpAddress container, Plan plan) {
    if (plan.sysctls().stream().anyMatch(s -> s.container().equals(container))) {
      return Localnet.PLANNED;
    }
    return rulesets.live(Family.IPV4)
        ? LiveHost.localnet(live.kernel(), container, hostInterface)
        : Localnet.UNKNOWN;
  }

  private Ternary picksUp() {
    if (!rulesets.live(Family.IPV4) && !rulesets.live(Family.IPV6)) {
      return Ternary.UNKNOWN;
    }
    // no such file: nothing follows connections yet
    return read.setting("net/netfilter/nf_conntrack_tcp_loose")
        .value()
        .filter(v -> !v.isEmpty())
        .map(v -> Ternary.of(!v.equals("0")))
        .orElse(Ternary.UNKNOWN);
  }

  private boolean unroutable(IpAddress address) {
    try {
      return address.family() == Family.IPV4
          && rulesets.live(Family.IPV4)
          && live.kernel().unroutable(address);
    } catch (HostException e) {
      return false; // not known
    }
  }
}
