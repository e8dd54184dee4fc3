package io.portmapctl.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Saves random plans in a network namespace, lets somebody change something, and carries them out:
 * whether that is to work is told by a reading of what iptables-save prints, and nothing else.
 */
public final class SavedPlanTrial {
  private static final List<String> FAMILIES = List.of("ip", "ip6");
  private static final Path SETTING = Path.of("/proc/sys/net/ipv4/conf/cni-test0/route_localnet");
  private static final String LOCK = "--lock-file";

  private final Random random;
  private final Path folder;
  private final String variant;
  private final Map<String, Integer> counts;

  /** What is planned: the command, its container and the ports that it claims. */
  private String command = "";

  private final Set<String> own = new LinkedHashSet<>();
  private final Set<String> claimed = new LinkedHashSet<>();
  private boolean captures;

  private SavedPlanTrial(long seed, Path folder, String variant, Map<String, Integer> counts) {
    this.random = new Random(seed);
    this.folder = folder;
    this.variant = variant;
    this.counts = counts;
  }

  /** First seed, number of rounds and a folder. */
  public static void main(String[] args) throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    int first = Integer.parseInt(args[0]);
    for (int seed = first; seed < first + Integer.parseInt(args[1]); seed++) {
      String variant = seed % 4 == 3 ? "legacy" : "nft";
      try {
        new SavedPlanTrial(seed, Path.of(args[2]), variant, counts).round();
      } catch (AssertionError e) {
        System.out.println("seed " + seed + " (" + variant + "): " + e.getMessage());
        System.exit(1);
      }
    }
    System.out.println(counts);
  }

  /** The nat tables of both families, by family and chain, and the setting. */
  private record Host(Map<String, List<String>> chains, String setting, String other) {}

  private void round() throws Exception {
    reset();
    int there = random.nextInt(4);
    for (int i = 0; i < there; i++) {
      must(container("old" + i, 8100 + 10 * i, "add"));
    }
    if (random.nextBoolean()) {
      Files.writeString(SETTING, random.nextBoolean() ? "1" : "0");
    }
    List<String> request = request(there);
    Run planned = portmapctl(request, "-o", "plan");
    check(planned.exit() == 0, "not planned: " + planned.err());
    Path file = folder.resolve("plan");
    Files.writeString(file, planned.out());
    Host then = host();
    Run again = portmapctl(request, "-o", "json");
    Run shown = portmapctl(List.of("apply", "--show", file.toString()), "-o", "json");

    List<String> drifts = new ArrayList<>();
    int how = random.nextInt(4);
    boolean done = how == 0 && random.nextBoolean();
    if (done) {
      drifts.add("done");
      must(portmapctl(request, "--apply", LOCK, lock()));
    } else {
      for (int i = 0; i < how; i++) {
        drifts.add(drift());
      }
    }
    check(again.out().equals(shown.out()), "shown otherwise: " + shown.out() + shown.err());
    shown = portmapctl(List.of("apply", "--show", file.toString()), "-o", "json");
    check(again.out().equals(shown.out()), "shown otherwise later: " + shown.out() + shown.err());

    Host now = host();
    String expected =
        isThere(now, done) ? "there" : matters(then).equals(matters(now)) ? "same" : "other";
    Run run = portmapctl(List.of("apply", file.toString()), LOCK, lock());
    Host after = host();
    String about = command + " " + drifts + ", " + expected + ": " + run.exit() + run.err();
    counts.merge(expected, 1, Integer::sum);
    if (expected.equals("other")) {
      boolean both = run.exit() == 4 && run.err().contains("both");
      check(run.exit() == 5 || both, about + difference(matters(then), matters(now)));
      check(both || run.out().startsWith("--- the saved plan\n+++ "), about + run.out());
      check(after.equals(now), "something was changed: " + about);
      return;
    }
    check(run.exit() == 0, about + run.out());
    check(run.err().contains("there already") == expected.equals("there"), about);
    if (expected.equals("there")) {
      check(after.equals(now), "something was changed: " + about);
      return;
    }
    check(isMade(after), "not made: " + about);
    check(strangers(after).equals(strangers(now)), "others' rules moved: " + about);
    Run twice = portmapctl(List.of("apply", file.toString()), LOCK, lock());
    check(
        twice.exit() == 0 && twice.err().contains("there already"),
        "a second time: " + twice.err());
    check(host().equals(after), "a second time changed something: " + about);
  }

  private static String difference(Map<String, List<String>> a, Map<String, List<String>> b) {
    return "\nthen " + a + "\nnow  " + b;
  }

  private String lock() {
    return folder.resolve("lock").toString();
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  private static Run must(Run run) {
    check(run.exit() == 0, run.err());
    return run;
  }

  private Run portmapctl(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    if (!words.get(0).equals("apply") && !words.contains("--iptables")) {
      all.addAll(List.of("--iptables", variant.equals("legacy") ? "legacy" : "auto"));
    }
    all.addAll(List.of(more));
    return Run.with(Map.of("PATH", System.getenv("PATH")), "", all);
  }

  private static Run run(String input, String... command) throws Exception {
    return Namespace.process(input, List.of(command));
  }

  private String program(String family) {
    return family + "tables-" + variant;
  }

  private void iptables(String family, String words) throws Exception {
    List<String> command = new ArrayList<>(List.of(program(family), "-w", "-t", "nat"));
    command.addAll(List.of(words.split(" ")));
    must(run("", command.toArray(new String[0])));
  }

  /** An empty host, but for what somebody else has. */
  private void reset() throws Exception {
    for (String each : List.of("nft", "legacy")) {
      for (String family : FAMILIES) {
        run("", family + "tables-" + each, "-t", "nat", "-F");
        run("", family + "tables-" + each, "-t", "nat", "-X");
      }
    }
    Files.writeString(SETTING, "0");
    for (String family : FAMILIES) {
      iptables(family, "-N DOCKER");
      iptables(family, "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER");
      for (int i = random.nextInt(4); i > 0; i--) {
        stranger(family);
      }
    }
  }

  private int anyPort() {
    return List.of(7000, 8000, 8001, 8002, 8100, 8110, 9000).get(random.nextInt(7));
  }

  private String anyMatch() {
    String protocol = random.nextInt(3) == 0 ? "udp" : "tcp";
    int port = anyPort();
    return switch (random.nextInt(6)) {
      case 0 -> "-p " + protocol + " --dport " + port + ":" + (port + 1);
      case 1 -> "-p " + protocol + " -m multiport --dports " + port + ",60000";
      case 2 -> "-p " + protocol;
      case 3 -> "-p icmp";
      default -> "-p " + protocol + " --dport " + port;
    };
  }

  /** Somebody else's rule, anywhere. */
  private void stranger(String family) throws Exception {
    String to = family.equals("ip") ? "10.99.0.9" : "fd99::9";
    String match = anyMatch();
    if (match.equals("-p icmp") && family.equals("ip6")) {
      match = "-p ipv6-icmp";
    }
    String target =
        match.contains("dport") && random.nextBoolean() ? "DNAT --to-destination " + to : "RETURN";
    switch (random.nextInt(5)) {
      case 0 -> iptables(family, "-A DOCKER " + match + " -j " + target);
      case 1 -> iptables(family, "-I PREROUTING " + match + " -j " + target);
      case 2 -> iptables(family, "-A OUTPUT " + match + " -j " + target);
      case 3 -> iptables(family, "-I POSTROUTING " + match + " -j MASQUERADE");
      default -> iptables(family, "-A PREROUTING " + match + " -j " + target);
    }
  }

  private static String address(String id, boolean v6) {
    int number = 1 + Math.floorMod(id.hashCode(), 200);
    return v6 ? "fd00:89::" + number + "/32" : "10.89.3." + number + "/16";
  }

  private List<String> words(String id, int port, String what) {
    List<String> words =
        new ArrayList<>(List.of(what, "--net", "web", "--container-id", id, "--layout", "mark"));
    words.addAll(List.of("--ip", address(id, false), "--ip", address(id, true)));
    words.addAll(List.of("-p", port + ":80", "-p", (port + 1) + ":53/udp"));
    return words;
  }

  private Run container(String id, int port, String what, String... more) {
    List<String> all = new ArrayList<>(List.of("--apply", LOCK, lock()));
    all.addAll(List.of(more));
    List<String> words = words(id, port, what);
    // the other variant may have chains by now: whoever adds knows where
    words.addAll(List.of("--iptables", variant));
    return portmapctl(words, all.toArray(new String[0]));
  }

  private void claims(int port) {
    claimed.add("tcp " + port);
    claimed.add("udp " + (port + 1));
  }

  private void owns(String id) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-512").digest(("web" + id).getBytes(StandardCharsets.UTF_8));
    String digits = HexFormat.of().formatHex(hash).substring(0, 21);
    own.add("CNI-DN-" + digits);
    own.add("CNI-SN-" + digits);
  }

  private List<String> request(int there) throws Exception {
    int kind = random.nextInt(there == 0 ? 1 : 4);
    int port = 8000;
    String id = kind == 0 ? "new" : "old" + random.nextInt(there);
    owns(id);
    if (kind != 0) {
      claims(8100 + 10 * Integer.parseInt(id.substring(3)));
    }
    switch (kind) {
      case 0, 1 -> {
        command = "add";
        captures = true;
        claims(port);
        return words(id, port, "add");
      }
      case 2 -> {
        command = "del";
        return List.of("del", "--net", "web", "--container-id", id);
      }
      default -> {
        command = "gc";
        Path living = folder.resolve("living");
        Files.createDirectories(living);
        // who comes late lives, or the sweep would take it too
        for (String each : List.of("old0", "old1", "old2", "old3", "late")) {
          Path record = living.resolve(each + ".json");
          Files.deleteIfExists(record);
          if (!id.equals(each)) {
            Files.writeString(
                record,
                "{\"containerID\":\""
                    + each
                    + "\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"1.0.0\",\"name\":"
                    + "\"web\",\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[]}}}");
          }
        }
        return List.of("gc", living.toString());
      }
    }
  }

  /** Somebody changes something; what. */
  private String drift() throws Exception {
    String family = FAMILIES.get(random.nextInt(2));
    List<String> rules = new ArrayList<>();
    for (String line : must(run("", program(family) + "-save", "-t", "nat")).out().split("\n")) {
      if (line.startsWith("-A ")) {
        rules.add(line);
      }
    }
    switch (random.nextInt(9)) {
      case 0, 1 -> {
        stranger(family);
        return "stranger";
      }
      case 2 -> {
        rules.removeIf(r -> r.contains("CNI-"));
        String rule = rules.get(random.nextInt(rules.size())).substring(3);
        iptables(family, "-D " + rule);
        iptables(family, (random.nextBoolean() ? "-I " : "-A ") + rule);
        return "moved";
      }
      case 3 -> {
        rules.removeIf(r -> !r.contains("CNI-") || r.contains("comment"));
        if (!rules.isEmpty()) {
          iptables(family, "-D " + rules.get(random.nextInt(rules.size())).substring(3));
        }
        return "ours gone";
      }
      case 4 -> {
        Files.writeString(SETTING, random.nextBoolean() ? "1" : "0");
        return "setting";
      }
      case 5 -> {
        must(container("late", 8200, "add"));
        return "another container";
      }
      case 6 -> {
        must(container("late", random.nextBoolean() ? 8000 : 8100, "add", "--force"));
        return "a port taken";
      }
      case 7 -> {
        must(container("late", 8200, "add"));
        must(container("late", 8200, "del"));
        return "a container that came and went";
      }
      default -> {
        if (variant.equals("nft") && random.nextInt(3) == 0) {
          must(run("", family + "tables-legacy", "-t", "nat", "-N", "CNI-HOSTPORT-DNAT"));
          return "the other variant";
        }
        must(
            run(
                must(run("", program(family) + "-save", "-t", "nat")).out(),
                program(family) + "-restore"));
        return "restored";
      }
    }
  }

  private Host host() throws Exception {
    Map<String, List<String>> chains = new TreeMap<>();
    for (String family : FAMILIES) {
      String save = must(run("", program(family) + "-save", "-t", "nat")).out();
      for (String line : save.split("\n")) {
        if (line.startsWith(":")) {
          chains.put(family + " " + line.substring(1).split(" ")[0], new ArrayList<>());
        } else if (line.startsWith("-A ")) {
          chains.get(family + " " + line.split(" ")[1]).add(line);
        }
      }
    }
    String other = "";
    if (variant.equals("nft") && loaded()) {
      for (String family : FAMILIES) {
        other += run("", family + "tables-legacy-save", "-t", "nat").out().replaceAll("#.*\n", "");
      }
    }
    return new Host(chains, Files.readString(SETTING).strip(), other.replaceAll("\\[.*]", ""));
  }

  private static boolean loaded() throws IOException {
    Path names = Path.of("/proc/net/ip_tables_names");
    return Files.exists(names) && Files.readString(names).contains("nat");
  }

  /** The second reading of what matters: of each chain, as words. */
  private Map<String, List<String>> matters(Host host) {
    Map<String, List<String>> matters = new TreeMap<>();
    for (String family : FAMILIES) {
      Set<String> reached = reached(host, family);
      host.chains()
          .forEach(
              (key, rules) -> {
                if (!key.startsWith(family + " ")) {
                  return;
                }
                String chain = key.substring(family.length() + 1);
                boolean whole = own.contains(chain) || chain.matches("CNI-HOSTPORT-(SETMARK|MASQ)");
                List<String> kept = new ArrayList<>();
                for (String rule : rules) {
                  String target = target(rule);
                  boolean shared = target.startsWith("CNI-HOSTPORT-") && !chain.startsWith("CNI-");
                  if (whole
                      || own.contains(target)
                      || shared
                      || reached.contains(chain) && isClaimed(rule)) {
                    kept.add(rule);
                  }
                }
                if (whole || chain.startsWith("CNI-HOSTPORT-") || !kept.isEmpty()) {
                  matters.put(key, kept);
                }
              });
    }
    if (command.equals("add")) {
      matters.put("setting", List.of(host.setting()));
    }
    matters.put("other variant", List.of(host.other().contains("CNI-") ? "CNI" : ""));
    return matters;
  }

  private Set<String> reached(Host host, String family) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of("PREROUTING", "OUTPUT"));
    while (!open.isEmpty()) {
      String chain = open.remove();
      if (reached.add(chain)) {
        for (String rule : host.chains().getOrDefault(family + " " + chain, List.of())) {
          if (isClaimed(rule) && host.chains().containsKey(family + " " + target(rule))) {
            open.add(target(rule));
          }
        }
      }
    }
    return reached;
  }

  private static String target(String rule) {
    return rule.replaceAll(".* -j ([^ ]+).*", "$1");
  }

  /** Whether some packet to a claimed port may match. */
  private boolean isClaimed(String rule) {
    for (String each : claimed) {
      String protocol = each.split(" ")[0];
      int port = Integer.parseInt(each.split(" ")[1]);
      if (rule.contains(" -p ") && !rule.contains(" -p " + protocol + " ")) {
        continue;
      }
      String ports =
          rule.contains(" --dport") ? rule.replaceAll(".* --dports? ([^ ]+).*", "$1") : "";
      if (ports.isEmpty()) {
        return true;
      }
      for (String range : ports.split(",")) {
        String[] ends = range.split(":");
        if (Integer.parseInt(ends[0]) <= port && port <= Integer.parseInt(ends[ends.length - 1])) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the host is as the plan would make it. */
  private boolean isThere(Host host, boolean done) {
    return done || !command.equals("add") && isMade(host) && !host.other().contains("CNI-");
  }

  private boolean isMade(Host host) {
    List<String> all = new ArrayList<>();
    host.chains().forEach((chain, rules) -> all.addAll(rules));
    if (!command.equals("add")) {
      return host.chains().keySet().stream().noneMatch(c -> own.contains(c.split(" ")[1]))
          && all.stream().noneMatch(r -> own.contains(target(r)));
    }
    Map<String, Integer> found = new LinkedHashMap<>();
    for (String rule : all) {
      if (own.contains(rule.split(" ")[1]) && rule.contains("-j DNAT")) {
        found.merge(rule.replaceAll(".* --dport ([0-9]+).*", "$1"), 1, Integer::sum);
      }
    }
    return found.equals(Map.of("8000", 2, "8001", 2)) && host.setting().equals("1") && captures;
  }

  private static Map<String, List<String>> strangers(Host host) {
    Map<String, List<String>> strangers = new TreeMap<>();
    host.chains()
        .forEach(
            (chain, rules) -> {
              if (!chain.contains("CNI-")) {
                strangers.put(chain, rules.stream().filter(r -> !r.contains("CNI-")).toList());
              }
            });
    return strangers;
  }
}
