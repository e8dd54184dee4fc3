package io.portmapctl.route;

import io.portmapctl.net.Family;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host of which all is known.
 *
 * @param settings by their keys; what is not there the kernel does not have
 */
record MemoryRouting(
    List<PolicyRule> rules4,
    List<PolicyRule> rules6,
    List<Route> all,
    List<Link> devices,
    List<Neighbour> beside,
    List<Learned> fdb,
    Map<String, String> settings,
    boolean one)
    implements HostRouting {

  @Override
  public Known<List<PolicyRule>> rules(Family family) {
    return Known.of(family == Family.IPV4 ? rules4 : rules6, Missing.rules(family));
  }

  @Override
  public Known<List<Route>> routes() {
    return Known.of(all, Missing.ROUTES);
  }

  @Override
  public Known<List<Link>> links() {
    return Known.of(devices, Missing.LINKS);
  }

  @Override
  public Known<List<Neighbour>> neighbours() {
    return Known.of(beside, Missing.NEIGHBOURS);
  }

  @Override
  public Known<List<Learned>> learned() {
    return Known.of(fdb, Missing.FORWARDING_DATABASE);
  }

  @Override
  public Known<String> setting(String key) {
    return Known.of(Optional.ofNullable(settings.get(key)).orElse(""), Missing.setting(key));
  }

  @Override
  public Known<Boolean> merged() {
    return Known.of(one, Missing.TRIE);
  }
}
