package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * gc on random hosts: records of every kind, namespaces behind links and mounts, processes that are
 * gone or have another's number. Nobody living is removed, everybody dead is.
 */
@Tag("live")
class GcIT {
  private static final int HOSTS = Rounds.of("gcHosts", 4, 200);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final List<Path> mounts = new ArrayList<>();
  private final List<Path> links = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();

  /** How a container is told of. */
  private enum Kind {
    MOUNT(true),
    MOUNT_THROUGH_VAR_RUN(true),
    LINK_TO_MOUNT(true),
    LINK_TO_PROCESS(true),
    BIND_MOUNT(true),
    PROCESS(true),
    NO_NAMESPACE(true),
    BARE_RESULT(true),
    META_PLUGIN(true),
    OTHER_PLUGIN(true),
    FILE_NAME(true),
    NO_RECORD(false),
    GONE(false),
    UNMOUNTED(false),
    DANGLING_LINK(false),
    LINK_TO_NO_PROCESS(false),
    NO_PROCESS(false),
    PROCESS_OF_HOST(false),
    LINK_TO_PROCESS_OF_HOST(false),
    META_PLUGIN_GONE(false);

    private final boolean living;

    Kind(boolean living) {
      this.living = living;
    }
  }

  private record Container(Identity identity, Kind kind, int port, String address) {

    String chain() {
      return "CNI-DN-" + ChainNames.hash(identity);
    }
  }

  /** What paths of a host may lead to. */
  private record Places(Namespace host, String mounted, long inside, long outside, Path results) {}

  @AfterEach
  void cleanUp() throws Exception {
    for (Path mount : mounts) {
      Namespace.process("", List.of("umount", mount.toString()));
    }
    for (Path link : links) {
      Files.deleteIfExists(link);
    }
    processes.forEach(Process::destroyForcibly);
    for (String name : namespaces) {
      Namespace.process("", List.of("ip", "netns", "del", name));
    }
  }

  /** A process in a network namespace; known to be there when this returns. */
  private long process(String own, String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    processes.add(process);
    Path namespace = Path.of("/proc", Long.toString(process.pid()), "ns", "net");
    boolean shared = true;
    for (int i = 0; i < 100 && shared; i++) {
      Thread.sleep(10);
      shared = Files.readSymbolicLink(namespace).toString().equals(own);
    }
    assertThat(shared).as("a namespace of its own").isFalse();
    return process.pid();
  }

  private Places places(int number) throws Exception {
    String own = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    Namespace host = Namespace.make();
    String name = "portmapctl-gc-" + ProcessHandle.current().pid() + "-" + number;
    assertThat(Namespace.process("", List.of("ip", "netns", "add", name)).exit()).isZero();
    namespaces.add(name);
    return new Places(
        host,
        name,
        process(own, "ip", "netns", "exec", host.name(), "sleep", "600"),
        process(own, "unshare", "-n", "sleep", "600"),
        Files.createDirectories(folder.resolve("host-" + number)));
  }

  private Path link(Path link, String target) throws Exception {
    Files.createSymbolicLink(link, Path.of(target));
    links.add(link);
    return link;
  }

  /** The path that a record names; empty where it names none. */
  private String netns(Container container, Places places) throws Exception {
    Path path = folder.resolve("netns-" + container.port + "-" + places.mounted);
    Path run = Path.of("/run/netns", "portmapctl-gc-" + container.port + "-" + places.mounted);
    return switch (container.kind) {
      case MOUNT, META_PLUGIN, OTHER_PLUGIN, FILE_NAME -> "/run/netns/" + places.mounted;
      case MOUNT_THROUGH_VAR_RUN -> "/var/run/netns/" + places.mounted;
      case LINK_TO_MOUNT -> link(path, "/run/netns/" + places.mounted).toString();
      case LINK_TO_PROCESS -> link(run, "/proc/" + places.outside + "/ns/net").toString();
      case BIND_MOUNT -> {
        Files.createFile(path);
        List<String> mount = List.of("mount", "--bind", "/run/netns/" + places.mounted);
        List<String> command = new ArrayList<>(mount);
        command.add(path.toString());
        assertThat(Namespace.process("", command).exit()).isZero();
        mounts.add(path);
        yield path.toString();
      }
      case PROCESS -> "/proc/" + places.outside + "/ns/net";
      case NO_NAMESPACE, BARE_RESULT, NO_RECORD -> "";
      case GONE, META_PLUGIN_GONE -> "/run/netns/portmapctl-gone";
      case UNMOUNTED -> {
        links.add(Files.createFile(run));
        yield run.toString();
      }
      case DANGLING_LINK -> link(run, "/run/netns/portmapctl-gone").toString();
      case LINK_TO_NO_PROCESS -> link(run, "/proc/99999999/ns/net").toString();
      case NO_PROCESS -> "/proc/99999999/ns/net";
      case PROCESS_OF_HOST -> "/proc/" + places.inside + "/ns/net";
      case LINK_TO_PROCESS_OF_HOST -> link(run, "/proc/" + places.inside + "/ns/net").toString();
    };
  }

  private static String document(Container container) {
    return "{\"containerID\":\"%s\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"1.0.0\","
            .formatted(container.identity.containerId())
        + "\"type\":\"portmap\",\"name\":\"%s\",\"runtimeConfig\":{\"portMappings\":["
            .formatted(container.identity.network())
        + "{\"hostPort\":%d,\"containerPort\":80,\"protocol\":\"tcp\"}]},".formatted(container.port)
        + "\"prevResult\":"
        + result(container)
        + "}}";
  }

  private static String result(Container container) {
    return "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"" + container.address + "/16\"}]}";
  }

  /** What keeps its record, with the name that it has; its network. */
  private Map<Path, String> record(Container container, Places places) throws Exception {
    String network = container.identity.network();
    String id = container.identity.containerId();
    String portmap = "{\"type\":\"portmap\",\"capabilities\":{\"portMappings\":true}}";
    String plugin =
        switch (container.kind) {
          case META_PLUGIN, META_PLUGIN_GONE ->
              "{\"type\":\"multus\",\"delegates\":[{\"name\":\"%s\",\"plugins\":[%s]}]}"
                  .formatted(network, portmap);
          case OTHER_PLUGIN -> "{\"type\":\"bridge\"}";
          default -> portmap;
        };
    boolean meta = plugin.contains("multus");
    String named = meta ? "multus-cni-network" : network;
    String list =
        "{\"cniVersion\":\"1.0.0\",\"name\":\"%s\",\"plugins\":[%s]}".formatted(named, plugin);
    String netns = netns(container, places);
    String record =
        "{\"kind\":\"cniCacheV1\",\"containerId\":\"%s\",\"config\":\"%s\",\"ifName\":\"eth0\","
                .formatted(
                    container.kind == Kind.FILE_NAME ? "other" + container.port : id,
                    Base64.getEncoder().encodeToString(list.getBytes(StandardCharsets.UTF_8)))
            + (netns.isEmpty() ? "" : "\"netns\":\"" + netns + "\",")
            + "\"networkName\":\"%s\",\"result\":%s".formatted(named, result(container))
            + ",\"capabilityArgs\":{\"portMappings\":[{\"hostPort\":%d,\"containerPort\":80}]}}"
                .formatted(container.port);
    Path file = places.results.resolve(named + "-" + id + "-eth0");
    return switch (container.kind) {
      case NO_RECORD -> Map.of();
      case BARE_RESULT -> Map.of(file, result(container));
      default -> Map.of(file, record);
    };
  }

  private static List<Container> containers(Generator random, int number) {
    List<Container> containers = new ArrayList<>();
    int count = 6 + random.below(15);
    for (int i = 0; i < count; i++) {
      String hex = "%08x%04x".formatted(random.below(Integer.MAX_VALUE), number * 100 + i);
      String id = random.pick(hex, "default-" + hex, hex + "-web-1");
      String network = random.pick("web", "db", "web-a", "k8s-pod-network");
      containers.add(
          new Container(
              new Identity(network, id),
              random.pick(Kind.values()),
              1_000 + i,
              "10.90." + i + ".2"));
    }
    return containers;
  }

  private Run portmapctl(Places places, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    if (all.contains("--apply")) {
      all.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return places.host.portmapctl(all.toArray(new String[0]));
  }

  private static Set<String> chains(Places places) throws Exception {
    String save = places.host.must("", "iptables-save", "-t", "nat");
    return save.lines()
        .filter(l -> l.startsWith(":CNI-DN-"))
        .map(l -> l.substring(1, l.indexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> rulesOf(Places places, List<Container> some) throws Exception {
    Set<String> digits = some.stream().map(Container::chain).collect(Collectors.toSet());
    String save = places.host.must("", "iptables-save", "-t", "nat");
    return save.lines()
        .filter(l -> digits.stream().anyMatch(l::contains))
        .map(l -> l.replaceAll(" \\[[0-9:]*\\]$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void nobodyLivingIsRemovedAndEverybodyDeadIs() throws Exception {
    Needs.program("unshare");
    Map<Kind, Integer> tried = new EnumMap<>(Kind.class);
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int number = 0; number < HOSTS; number++) {
      Generator random = new Generator(4_000 + number);
      Places places = places(number);
      Namespace host = places.host;
      try (host) {
        List<Container> containers = containers(random, number);
        containers.forEach(c -> tried.merge(c.kind, 1, Integer::sum));
        oneHost(places, containers, random, counts);
      }
      cleanUp();
      processes.clear();
      mounts.clear();
      links.clear();
      namespaces.clear();
    }
    System.out.printf("gc on %d hosts: %s; %s%n", HOSTS, counts, tried);
    assertThat(counts.get("living")).isPositive();
    assertThat(counts.get("dead")).isPositive();
  }

  private void oneHost(
      Places places, List<Container> containers, Generator random, Map<String, Integer> counts)
      throws Exception {
    Path documents = folder.resolve("documents.json");
    StringBuilder all = new StringBuilder();
    Map<Path, String> records = new LinkedHashMap<>();
    Set<String> networks = new TreeSet<>();
    for (Container container : containers) {
      all.append(document(container)).append('\n');
      Map<Path, String> record = record(container, places);
      records.putAll(record);
      for (Map.Entry<Path, String> file : record.entrySet()) {
        Files.writeString(file.getKey(), file.getValue());
        String name = file.getKey().getFileName().toString();
        if (container.kind != Kind.BARE_RESULT) {
          networks.add(JSON.readTree(file.getValue()).get("networkName").asText());
        } else if (name.chars().filter(c -> c == '-').count() == 2) {
          networks.add(container.identity.network());
        }
      }
    }
    Files.writeString(documents, all);
    Run add = portmapctl(places, "add", documents.toString(), "--apply", "-q");
    assertThat(add.exit()).as(add.err()).isZero();
    String results = places.results.toString();
    if (records.isEmpty()) {
      return;
    }
    Set<String> before = chains(places);
    assertThat(before).hasSameSizeAs(containers);
    counts.merge("containers", containers.size(), Integer::sum);
    if (random.chance(3)) {
      Path half = random.pick(records.keySet().toArray(new Path[0]));
      String whole = records.get(half);
      Files.writeString(half, whole.substring(0, random.below(whole.length() - 1)));
      Run gc = portmapctl(places, "gc", results, "--all-networks", "--apply", "--keep-going");
      assertThat(gc.exit()).as(gc.out() + gc.err()).isEqualTo(3);
      assertThat(chains(places)).isEqualTo(before);
      Files.writeString(half, whole);
      counts.merge("half-written records", 1, Integer::sum);
    }
    List<Container> living = containers.stream().filter(c -> c.kind.living).toList();
    List<Container> dead = containers.stream().filter(c -> !c.kind.living).toList();
    Set<String> livingRules = rulesOf(places, living);
    Run list = portmapctl(places, "list", "-o", "json", "--attachments", results);
    Set<String> orphans = new TreeSet<>();
    for (JsonNode mapping : JSON.readTree(list.out()).get("mappings")) {
      if (mapping.get("state").asText().equals("orphan")) {
        orphans.add(mapping.get("containerID").asText());
      }
    }
    assertThat(orphans)
        .isEqualTo(
            dead.stream()
                .map(c -> c.identity.containerId())
                .collect(Collectors.toCollection(TreeSet::new)));
    List<Container> elsewhere =
        dead.stream().filter(c -> !networks.contains(c.identity.network())).toList();
    Run some = portmapctl(places, "gc", results, "--apply", "-q");
    assertThat(some.exit()).as(some.err()).isZero();
    assertThat(chains(places))
        .as("%s, networks %s", containers, networks)
        .isEqualTo(named(living, elsewhere));
    Run gc = portmapctl(places, "gc", results, "--all-networks", "--apply", "-q");
    assertThat(gc.exit()).as(gc.err()).isZero();
    assertThat(chains(places)).as("%s", containers).isEqualTo(named(living, List.of()));
    assertThat(rulesOf(places, living)).isEqualTo(livingRules);
    counts.merge("living", living.size(), Integer::sum);
    counts.merge("dead", dead.size(), Integer::sum);
  }

  private static Set<String> named(List<Container> some, List<Container> more) {
    Set<String> chains = new TreeSet<>();
    some.forEach(c -> chains.add(c.chain()));
    more.forEach(c -> chains.add(c.chain()));
    return chains;
  }
}
