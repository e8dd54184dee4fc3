package io.portmapctl.cni;

import java.util.List;
import java.util.Optional;

/**
 * The pieces of an attachment, wherever a kind of document keeps them.
 *
 * @param configuration the configuration of the network
 * @param plugin portmap's own configuration, the same or a part of it
 * @param network the network name
 * @param version the configuration's {@code cniVersion}
 * @param containerId the container ID
 * @param ifName the interface inside the container
 * @param mappingsHolder the object that holds the port mappings
 * @param result the result of the plugin before ours
 * @param resultPath where the result would stand
 * @param cached whether it is a libcni cache record
 * @param netns the network namespace that a cache record names
 */
record Pieces(
    Cursor configuration,
    Cursor plugin,
    Value<String> network,
    Value<String> version,
    Value<String> containerId,
    Value<String> ifName,
    Value<Cursor> mappingsHolder,
    Value<Cursor> result,
    String resultPath,
    boolean cached,
    Optional<String> netns) {

  /** The version of what is given by hand: that of the plugins of today. */
  private static final String BY_HAND = "1.0.0";

  /** Those of a configuration. */
  static Pieces configured(
      Cursor configuration,
      Cursor plugin,
      Value<String> network,
      Value<String> version,
      Value<Cursor> mappingsHolder,
      Value<Cursor> result) {
    return new Pieces(
        configuration,
        plugin,
        network,
        version,
        new Value.Absent<>(),
        new Value.Absent<>(),
        mappingsHolder,
        result,
        configuration.at("prevResult"),
        false,
        Optional.empty());
  }

  /** None: the command line has to say all. */
  static Pieces none(Diagnostics diagnostics) {
    Cursor nothing = Cursor.root(new Json.Obj(List.of()), diagnostics);
    return configured(
        nothing,
        nothing,
        new Value.Absent<>(),
        new Value.Present<>(BY_HAND),
        new Value.Absent<>(),
        new Value.Absent<>());
  }

  /** The same in a container. */
  Pieces in(Value<String> container, Value<String> networkInterface) {
    return new Pieces(
        configuration,
        plugin,
        network,
        version,
        container,
        networkInterface,
        mappingsHolder,
        result,
        resultPath,
        cached,
        netns);
  }

  /**
   * The same in a cache record, which keeps beside the configuration what a runtime passed. Its
   * result is not called missing where a wrong one was found in the configuration.
   */
  Pieces cached(
      Value<String> networkName,
      Value<Cursor> capabilityArgs,
      Value<Cursor> cachedResult,
      Optional<String> namespace) {
    return new Pieces(
        configuration,
        plugin,
        networkName.optional().isPresent() ? networkName : network,
        version,
        containerId,
        ifName,
        capabilityArgs,
        cachedResult instanceof Value.Absent && result.isWrong() ? result : cachedResult,
        "result",
        true,
        namespace);
  }
}
