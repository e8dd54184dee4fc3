package io.portmapctl.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls of a CNI plugin as a runtime makes them.
 *
 * @param plugin the program
 */
public record CniCall(String plugin) {

  /** The packaged launcher, by the name of the plugin in whose place it serves. */
  public static CniCall ours(Path folder) throws Exception {
    Path link = folder.resolve("portmap");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, Path.of(Namespace.launcher()));
    }
    return new CniCall(link.toString());
  }

  /** The Go plugin. */
  public static CniCall theirs() {
    GoPlugin.needed();
    return new CniCall(GoPlugin.PATH.toString());
  }

  /** The command line of a call. */
  public List<String> command(String verb, String containerId) {
    return command(
        Map.of(
            "CNI_COMMAND",
            verb,
            "CNI_CONTAINERID",
            containerId,
            "CNI_NETNS",
            "/run/netns/" + containerId,
            "CNI_IFNAME",
            "eth0",
            "CNI_PATH",
            "/usr/lib/cni"));
  }

  /** The same with these variables. */
  public List<String> command(Map<String, String> variables) {
    List<String> command = new ArrayList<>(List.of("env"));
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.add(plugin);
    return command;
  }

  /** Calls it in a namespace. */
  public Run in(Namespace host, String verb, String containerId, String configuration)
      throws Exception {
    return host.run(configuration, command(verb, containerId));
  }

  /** A call that must succeed. */
  public void must(Namespace host, String verb, String containerId, String configuration)
      throws Exception {
    Run run = in(host, verb, containerId, configuration);
    if (run.exit() != 0) {
      throw new AssertionError(plugin + " " + verb + ": " + run.out() + run.err());
    }
  }

  /**
   * A configuration of version 1.0.0.
   *
   * @param mappings as JSON, without the brackets
   * @param addresses of the container, each with its prefix
   */
  public static String configuration(String network, String mappings, String... addresses) {
    StringBuilder ips = new StringBuilder();
    for (String address : addresses) {
      ips.append(ips.length() == 0 ? "" : ",")
          .append("{\"address\":\"" + address + "\",\"interface\":0}");
    }
    return "{\"cniVersion\":\"1.0.0\",\"name\":\""
        + network
        + "\",\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":["
        + mappings
        + "]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\","
        + "\"sandbox\":\"/run/netns/x\"}],\"ips\":["
        + ips
        + "]}}";
  }

  /** A mapping of tcp as JSON. */
  public static String mapping(int hostPort, int containerPort) {
    return "{\"hostPort\":"
        + hostPort
        + ",\"containerPort\":"
        + containerPort
        + ",\"protocol\":\"tcp\"}";
  }
}
