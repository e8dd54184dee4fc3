package io.portmapctl.host.snapshot;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.LiveReader;
import io.portmapctl.host.live.Sockets;
import io.portmapctl.host.nft.NftRules;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.route.Missing;
import io.portmapctl.ruleset.TableName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records a host. It reads what the other commands may ask of it, and beside that what a person
 * needs to understand it; of connections, mounts and processes only what those commands look at.
 */
public final class Recorder {
  /** The folders whose documents go with a host: libcni's cache, and those that are kept. */
  public static final List<Path> DOCUMENTS =
      List.of(Path.of("/var/lib/cni/results"), Path.of("/etc/portmapctl/attachments.d"));

  private static final List<String> NET_FILES =
      List.of("if_inet6", "ip_tables_names", "ip6_tables_names", "route", "fib_trie", "ipv6_route");

  private static final List<String> SYSCTLS =
      List.of(
          "kernel/hostname",
          "net/ipv4/ip_forward",
          "net/ipv4/fwmark_reflect",
          "net/ipv6/fwmark_reflect",
          "net/ipv6/ip_nonlocal_bind",
          "net/netfilter/nf_conntrack_tcp_loose",
          "net/netfilter/nf_conntrack_tcp_be_liberal",
          "net/ipv4/ip_local_port_range",
          "net/ipv4/ip_local_reserved_ports",
          "net/ipv4/ip_nonlocal_bind",
          "net/ipv6/bindv6only",
          "net/bridge/bridge-nf-call-iptables",
          "net/bridge/bridge-nf-call-ip6tables");

  private static final List<String> CONF4 =
      List.of(
          "route_localnet",
          "forwarding",
          "rp_filter",
          "accept_local",
          "src_valid_mark",
          "send_redirects",
          "bc_forwarding",
          "ignore_routes_with_linkdown");

  private static final List<String> CONF6 =
      List.of("forwarding", "disable_ipv6", "force_forwarding", "ignore_routes_with_linkdown");

  /** Where network namespaces are often mounted, by names that may be links. */
  private static final List<Path> MOUNT_FOLDERS =
      List.of(
          Path.of("/run/netns"),
          Path.of("/run/docker/netns"),
          Path.of("/var/run"),
          Path.of("/var/run/netns"),
          Path.of("/var/run/docker/netns"));

  /** What nft wrote; what is said of routes is asked by {@link ReadRouting#COMMANDS}. */
  private static final List<String> RULESET = List.of("nft", "-j", "list", "ruleset");

  private final Host host;
  private final Map<String, Path> programs = new TreeMap<>();
  private final Map<Path, Path> realPaths = new TreeMap<>();
  private final Map<List<String>, Snapshot.Reply> commands = new LinkedHashMap<>();
  private final Map<Path, Snapshot.Entry> files = new TreeMap<>();
  private final Map<Path, Optional<Host.NetworkNamespace>> namespaces = new TreeMap<>();

  private Recorder(Host host) {
    this.host = host;
  }

  /**
   * Reads a host; what cannot be read is recorded with the reason.
   *
   * @param taken the present moment
   */
  public static Snapshot record(Host host, String taken) {
    return new Recorder(host).all(taken);
  }

  private Snapshot all(String taken) {
    NET_FILES.forEach(name -> file(Path.of("/proc/net", name)));
    for (Family family : Family.values()) {
      rulesets(family);
    }
    question(RULESET);
    ReadRouting.COMMANDS.forEach(c -> question(List.of(c.name().split(" ", -1))));
    if (ReadRouting.mayHavePolicies(host)) {
      question(List.of(Missing.IPSEC.name().split(" ", -1)));
    }
    nft();
    sockets();
    settings();
    namespaces();
    DOCUMENTS.forEach(this::documents);
    List<HostInterface> interfaces = List.of();
    String noInterfaces = "";
    try {
      interfaces = host.interfaces();
    } catch (IOException e) {
      noInterfaces = String.valueOf(e.getMessage());
    }
    return new Snapshot(
        taken,
        programs,
        realPaths,
        List.copyOf(commands.values()),
        interfaces,
        noInterfaces,
        files,
        namespaces,
        host.holders(Sockets.read(host).inodes()));
  }

  private void file(Path path) {
    files.put(path, read(path));
  }

  private Snapshot.Entry read(Path path) {
    try {
      return content(host.read(path));
    } catch (IOException e) {
      return unread(e);
    }
  }

  static Snapshot.Entry content(byte[] bytes) {
    return Snapshot.Entry.file(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  static Snapshot.Entry unread(IOException e) {
    if (e instanceof NoSuchFileException) {
      return Snapshot.Entry.of(Snapshot.Kind.MISSING);
    }
    return e instanceof AccessDeniedException
        ? Snapshot.Entry.of(Snapshot.Kind.FORBIDDEN)
        : new Snapshot.Entry(Snapshot.Kind.FAILED, String.valueOf(e.getMessage()), List.of());
  }

  /** Every table of both variants; with counters, which are left out where nobody wants them. */
  private void rulesets(Family family) {
    boolean known = LiveReader.knows(host, family);
    Map<Path, Path> asked = new HashMap<>();
    for (String infix : List.of("", "-nft", "-legacy")) {
      Optional<Path> program = program(family.program() + infix + "-save");
      if (program.isEmpty() || !known) {
        continue;
      }
      // one program has two names; what it answers without complaint does not tell which
      Path real = realPaths.getOrDefault(program.get(), program.get());
      Optional<Path> same = Optional.ofNullable(asked.putIfAbsent(real, program.get()));
      for (TableName table : tables(family, program.get())) {
        List<String> command = List.of(program.get().toString(), "-c", "-t", table.id());
        Optional<Snapshot.Reply> reply =
            same.map(s -> commands.get(List.of(s.toString(), "-c", "-t", table.id())))
                .filter(
                    r -> r.result().map(a -> a.exit() == 0 && a.error().isEmpty()).orElse(false));
        commands.put(
            command,
            reply
                .map(r -> new Snapshot.Reply(command, r.result(), ""))
                .orElseGet(() -> answer(command)));
      }
    }
  }

  /** Legacy programs load a table by merely looking at it. */
  private List<TableName> tables(Family family, Path program) {
    List<TableName> tables = new ArrayList<>(List.of(TableName.values()));
    if (LiveReader.isLegacy(host, program)) {
      List<String> loaded = new ArrayList<>();
      try {
        loaded.addAll(host.lines(LiveReader.loadedTables(family)));
      } catch (IOException e) {
        loaded.clear(); // the file is recorded with the reason
      }
      tables.removeIf(t -> !loaded.contains(t.id()));
    }
    return tables;
  }

  private Optional<Path> program(String name) {
    Optional<Path> path = host.find(name);
    if (path.isPresent()) {
      programs.put(name, path.get());
      real(path.get());
    }
    return path;
  }

  private void real(Path path) {
    try {
      realPaths.put(path, host.real(path));
    } catch (IOException e) {
      return; // there is no such path
    }
  }

  /** The tables in which nft itself translates addresses, as they are asked for. */
  private void nft() {
    Optional<Path> nft = host.find("nft");
    if (nft.isEmpty()) {
      return;
    }
    List<String> chains = NftRules.chains(nft.get());
    Snapshot.Reply reply = answer(chains);
    commands.put(chains, reply);
    try {
      String printed = reply.result().map(Exec.Result::output).orElse("");
      NftRules.tables(nft.get(), printed).forEach(t -> commands.put(t, answer(t)));
    } catch (IOException e) {
      return; // who reads the answer about chains is told the same
    }
  }

  private void question(List<String> command) {
    Optional<Path> program = program(command.get(0));
    if (program.isEmpty()) {
      commands.put(
          command,
          new Snapshot.Reply(command, Optional.empty(), command.get(0) + " is not installed"));
      return;
    }
    List<String> all = new ArrayList<>(command);
    all.set(0, program.get().toString());
    commands.put(all, answer(all));
  }

  private Snapshot.Reply answer(List<String> command) {
    try {
      Exec.Result result = host.ask(command);
      return new Snapshot.Reply(command, Optional.of(result), "");
    } catch (IOException e) {
      return new Snapshot.Reply(command, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /** Those on which somebody waits; who talks with whom is nobody's business. */
  private void sockets() {
    for (String table : Sockets.TABLES) {
      Path path = Path.of("/proc/net", table);
      files.put(path, waiting(path, read(path)));
    }
  }

  /** Of a table of sockets those on which somebody waits; of another file all. */
  static Snapshot.Entry waiting(Path path, Snapshot.Entry entry) {
    for (String table : Sockets.TABLES) {
      if (path.equals(Path.of("/proc/net", table))) {
        return kept(entry, line -> line.contains("sl ") || Sockets.waits(table, line));
      }
    }
    return entry;
  }

  private interface Line {
    boolean isKept(String line);
  }

  private static Snapshot.Entry kept(Snapshot.Entry entry, Line which) {
    if (entry.kind() != Snapshot.Kind.FILE) {
      return entry;
    }
    StringBuilder kept = new StringBuilder();
    for (String line : entry.content().split("\n", -1)) {
      if (which.isKept(line)) {
        kept.append(line).append('\n');
      }
    }
    return Snapshot.Entry.file(kept.toString());
  }

  private void settings() {
    Path sysctls = Path.of("/proc/sys");
    SYSCTLS.forEach(name -> file(sysctls.resolve(name)));
    interfaceSettings(sysctls.resolve("net/ipv4/conf"), CONF4);
    interfaceSettings(sysctls.resolve("net/ipv6/conf"), CONF6);
  }

  private void interfaceSettings(Path folder, List<String> settings) {
    try {
      for (String name : host.names(folder)) {
        settings.forEach(setting -> file(folder.resolve(name).resolve(setting)));
      }
    } catch (IOException e) {
      files.put(folder, unread(e));
    }
  }

  private void namespaces() {
    mounted().forEach(this::namespace);
    for (Path folder : MOUNT_FOLDERS) {
      real(folder);
      try {
        host.names(folder).forEach(name -> namespace(folder.resolve(name)));
      } catch (IOException e) {
        files.put(folder, unread(e));
      }
    }
    List<String> processes = new ArrayList<>(List.of("self", "thread-self"));
    try {
      processes.addAll(host.names(Path.of("/proc")));
    } catch (IOException e) {
      files.put(Path.of("/proc"), unread(e));
    }
    for (String process : processes) {
      namespace(Path.of("/proc", process, "ns", "net"));
    }
  }

  /** Where namespaces are mounted (proc(5), {@code /proc/PID/mountinfo}). */
  private List<Path> mounted() {
    List<Path> mounted = new ArrayList<>();
    Snapshot.Entry mounts = read(Path.of("/proc/self/mountinfo"));
    for (String line : mounts.content().split("\n", -1)) {
      String[] parts = line.split(" ", -1);
      if (parts.length > 4 && line.contains(" - nsfs ")) {
        // blanks and backslashes stand there as octal escapes
        mounted.add(
            Path.of(parts[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")));
      }
    }
    return mounted;
  }

  private void namespace(Path path) {
    try {
      Optional<Host.NetworkNamespace> there = host.namespace(path);
      if (there.isPresent() || !looksThrough(path)) {
        namespaces.put(path, there);
      }
    } catch (IOException e) {
      namespaces.put(path, Optional.of(new Host.NetworkNamespace("", false)));
    }
  }

  /** Whether all network namespaces are recorded that are where a path leads. */
  static boolean looksThrough(Path path) {
    return path.startsWith("/proc")
        || path.getParent() != null && MOUNT_FOLDERS.contains(path.getParent());
  }

  private void documents(Path folder) {
    SourceFiles documents = host.documents();
    if (!documents.exists(folder)) {
      files.put(folder, Snapshot.Entry.of(Snapshot.Kind.MISSING));
      return;
    }
    if (!documents.isReadable(folder)) {
      files.put(folder, Snapshot.Entry.of(Snapshot.Kind.FORBIDDEN));
      return;
    }
    try {
      List<String> names = new ArrayList<>();
      for (Path entry : documents.entries(folder)) {
        names.add(String.valueOf(entry.getFileName()));
        files.put(entry, document(documents, entry));
      }
      names.sort(null);
      files.put(folder, new Snapshot.Entry(Snapshot.Kind.FOLDER, "", List.copyOf(names)));
    } catch (IOException e) {
      files.put(folder, unread(e));
    }
    Documents read =
        Documents.read(
            documents,
            List.of(folder.toString()),
            InputStream.nullInputStream(),
            Overrides.pluginType("portmap"),
            Documents.Need.OWNER);
    for (Attachment attachment : read.attachments()) {
      attachment.netns().ifPresent(this::namespace);
    }
  }

  private static Snapshot.Entry document(SourceFiles documents, Path path) {
    if (documents.exists(path) && !documents.isFile(path)) {
      return Snapshot.Entry.of(Snapshot.Kind.SPECIAL);
    }
    try {
      return content(documents.read(path));
    } catch (IOException e) {
      return unread(e);
    }
  }

  /** What decides whether a record's namespace is there. */
  private void namespace(String netns) {
    if (!netns.startsWith("/") || netns.indexOf('\0') >= 0) {
      return;
    }
    namespace(Path.of(netns));
  }
}
