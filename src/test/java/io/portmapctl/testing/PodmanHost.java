package io.portmapctl.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host of its own with podman on CNI: namespaces for network, mounts and processes, an outside
 * peer on 192.0.2.0/24 and 2001:db8::/64, and containers that answer HTTP with their names.
 */
public final class PodmanHost implements AutoCloseable {
  private static final String SETUP =
      """
      set -e
      mount --make-rprivate /
      for d in /run /var/lib/cni /var/lib/containers /etc/cni; do mkdir -p $d; mount -t tmpfs tmpfs $d; done
      mkdir -p /run/netns /run/lock
      mount -t sysfs sysfs /sys || true
      mount -t cgroup2 none /sys/fs/cgroup || true
      ip link set lo up
      sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      ip netns add peer
      ip link add outside type veth peer name eth0 netns peer
      ip addr add 192.0.2.1/24 dev outside
      ip addr add 2001:db8::1/64 dev outside nodad
      ip link set outside up
      ip netns exec peer sh -c 'ip link set lo up; ip addr add 192.0.2.2/24 dev eth0;
        ip addr add 2001:db8::2/64 dev eth0 nodad; ip link set eth0 up'
      touch "$0/ready"
      exec sleep 100000
      """;

  private final Path folder;
  private final Process namespaces;
  private final String pid;

  private PodmanHost(Path folder, Process namespaces, String pid) {
    this.folder = folder;
    this.namespaces = namespaces;
    this.pid = pid;
  }

  /**
   * Makes one; the test is skipped where that cannot be.
   *
   * @param plugin what serves as portmap
   * @param folder an empty one for all that podman keeps
   */
  public static PodmanHost make(String plugin, Path folder) throws Exception {
    for (String program : List.of("podman", "runc", "nsenter", "ip", "sysctl")) {
      Needs.program(program);
    }
    GoPlugin.needed(); // and those beside it
    Path busybox = Path.of("/bin/busybox");
    Needs.that(Files.isExecutable(busybox), "busybox is not installed");
    Needs.that("root".equals(System.getProperty("user.name")), "making namespaces needs root");
    for (String name : List.of("plugins", "net.d", "rootfs/bin", "rootfs/tmp", "rootfs/etc")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.copy(busybox, folder.resolve("rootfs/bin/busybox"));
    Path portmap = folder.resolve("plugins/portmap");
    Files.createSymbolicLink(portmap, Path.of(plugin));
    Files.writeString(
        folder.resolve("containers.conf"),
        """
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
        pids_limit = 0
        [network]
        network_backend = "cni"
        cni_plugin_dirs = ["%1$s/plugins", "/usr/lib/cni"]
        network_config_dir = "%1$s/net.d"
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "none"
        runtime = "runc"
        """
            .formatted(folder));
    Process process =
        new ProcessBuilder(
                "unshare",
                "-n",
                "-m",
                "-p",
                "-f",
                "--mount-proc",
                "--kill-child",
                "sh",
                "-c",
                SETUP,
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("setup.log").toFile())
            .start();
    for (int i = 0; i < 300 && process.isAlive() && !Files.exists(folder.resolve("ready")); i++) {
      Thread.sleep(100);
    }
    Needs.that(
        Files.exists(folder.resolve("ready")),
        "no namespaces for podman: " + Files.readString(folder.resolve("setup.log")));
    String pid =
        process.children().findFirst().map(child -> Long.toString(child.pid())).orElseThrow();
    return new PodmanHost(folder, process, pid);
  }

  /** Runs a shell's line in it. */
  public Run run(String line) throws Exception {
    return Namespace.process(
        "",
        List.of(
            "nsenter",
            "-t",
            pid,
            "-n",
            "-m",
            "-p",
            "env",
            "CONTAINERS_CONF=" + folder.resolve("containers.conf"),
            "sh",
            "-c",
            line));
  }

  /** A line that must succeed; its output. */
  public String must(String line) throws Exception {
    Run run = run(line);
    if (run.exit() != 0) {
      throw new AssertionError(line + ": " + run.out() + run.err());
    }
    return run.out();
  }

  /** Runs podman; it must succeed. */
  public String podman(String words) throws Exception {
    return must(
        "podman --root "
            + folder
            + "/root --runroot "
            + folder
            + "/runroot --tmpdir "
            + folder
            + "/tmp --storage-driver vfs "
            + words);
  }

  /**
   * Starts a container that answers with its name at port 80.
   *
   * @param options those of {@code podman run}
   */
  public void container(String name, String options) throws Exception {
    String home = "/tmp/" + name;
    podman(
        "run -d --name "
            + name
            + " "
            + options
            + " --rootfs "
            + folder
            + "/rootfs /bin/busybox sh -c '/bin/busybox mkdir -p "
            + home
            + "; echo "
            + name
            + " >"
            + home
            + "/index.html; exec /bin/busybox httpd -f -p 80 -h "
            + home
            + "'");
  }

  /** Who answers to the host itself; empty where nobody does. */
  public String fromHost(String address) throws Exception {
    return answer("", address);
  }

  /** Who answers to the peer. */
  public String fromPeer(String address) throws Exception {
    return answer("ip netns exec peer ", address);
  }

  /** Who answers to a container. */
  public String fromContainer(String name, String address) throws Exception {
    String line = "exec " + name + " /bin/busybox timeout 3 /bin/busybox wget -qO- ";
    return podman(line + "http://" + address + "/index.html || true").strip();
  }

  private String answer(String before, String address) throws Exception {
    // timeout, since busybox's own -T ends some of its versions
    String line = before + "timeout 3 busybox wget -qO- http://" + address + "/index.html";
    return run(line).out().strip();
  }

  /** Waits until the kernel has found that nobody else has its IPv6 addresses. */
  public void settle() throws Exception {
    for (int i = 0; i < 50 && !must("ip -6 addr show tentative").isEmpty(); i++) {
      Thread.sleep(100);
    }
  }

  /**
   * The nat tables of both families, a rule an item: containers by their names, chains of theirs by
   * network and container.
   */
  public List<String> rules() throws Exception {
    String saved = must("iptables-save -t nat; ip6tables-save -t nat");
    for (String line : podman("ps -a --no-trunc --format '{{.ID}} {{.Names}}'").split("\n")) {
      if (line.contains(" ")) {
        saved = saved.replace(line.split(" ")[0], line.split(" ")[1]);
      }
    }
    Matcher entry =
        Pattern.compile("name: \\\\\"(\\S+)\\\\\" id: \\\\\"(\\S+)\\\\\"\".* -j (CNI-\\S+)")
            .matcher(saved);
    Map<String, String> chains = new TreeMap<>();
    while (entry.find()) {
      String kind = entry.group(3).startsWith("CNI-DN-") ? "DN-" : "MASQ-";
      chains.put(entry.group(3), kind + entry.group(1) + "/" + entry.group(2));
    }
    for (Map.Entry<String, String> chain : chains.entrySet()) {
      saved = saved.replace(chain.getKey() + " ", chain.getValue() + " ");
      saved = saved.replace(chain.getKey() + "\n", chain.getValue() + "\n");
    }
    // in the order of their chains' names; those that hash an ID had another
    return saved
        .lines()
        .filter(line -> line.startsWith("-A "))
        .sorted(Comparator.comparing(line -> line.split(" ")[1]))
        .toList();
  }

  @Override
  public void close() throws IOException {
    try {
      podman("rm -a -f -t 0");
      run("rmdir /sys/fs/cgroup/libpod_parent/* /sys/fs/cgroup/libpod_parent");
    } catch (Exception | AssertionError e) {
      Files.write(folder.resolve("close.log"), e.toString().getBytes(StandardCharsets.UTF_8));
    } finally {
      namespaces.children().forEach(ProcessHandle::destroyForcibly);
      namespaces.destroyForcibly();
    }
  }
}
