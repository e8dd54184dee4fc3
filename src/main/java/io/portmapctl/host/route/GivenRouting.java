package io.portmapctl.host.route;

import io.portmapctl.net.Family;
import io.portmapctl.route.HostRouting;
import io.portmapctl.route.Known;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Neighbour;
import io.portmapctl.route.PolicyRule;
import io.portmapctl.route.Route;
import java.util.List;

/**
 * How a host routes of which files tell: nothing else of it is known.
 *
 * @param routes its routes
 * @param links its interfaces
 */
public record GivenRouting(Known<List<Route>> routes, Known<List<Link>> links)
    implements HostRouting {

  /** Of which nothing is known. */
  public static final GivenRouting NOTHING =
      new GivenRouting(Known.not(Missing.ROUTES), Known.not(Missing.LINKS));

  @Override
  public Known<List<PolicyRule>> rules(Family family) {
    return Known.not(Missing.rules(family));
  }

  @Override
  public Known<List<Neighbour>> neighbours() {
    return Known.not(Missing.NEIGHBOURS);
  }

  @Override
  public Known<List<Learned>> learned() {
    return Known.not(Missing.FORWARDING_DATABASE);
  }

  @Override
  public Known<String> setting(String key) {
    return Known.not(Missing.setting(key));
  }

  @Override
  public Known<Boolean> merged() {
    return Known.not(Missing.TRIE);
  }
}
