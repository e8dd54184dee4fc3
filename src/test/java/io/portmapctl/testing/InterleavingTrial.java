package io.portmapctl.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes a table while somebody else does, inside the network namespace that it is started in:
 * programs on PATH let the other go first at moments that a seed chooses.
 */
public final class InterleavingTrial {
  /** Of container c1 on network web. */
  private static final String OWN = "8258b412696a053f12fb2";

  private static final List<String> MATCHES =
      List.of("", "-m connlimit --connlimit-above 2", "-m string --algo bm --string x");

  private final Path folder;
  private final String variant;
  private final Generator make;
  private boolean rough;

  private InterleavingTrial(Path folder, String variant, long seed) {
    this.folder = folder;
    this.variant = variant;
    this.make = new Generator(seed);
  }

  /**
   * Prints a line a seed: its number and what came of it.
   *
   * @param args a folder, the variant, the first seed and the one after the last
   */
  public static void main(String... args) throws Exception {
    Path folder = Path.of(args[0]);
    Path here = Path.of("/proc/self/ns/net"); // where rules are only tried nobody else comes
    Files.writeString(folder.resolve("host"), Files.readSymbolicLink(here) + "\n");
    for (int seed = Integer.parseInt(args[2]); seed < Integer.parseInt(args[3]); seed++) {
      System.out.println(seed + "\t" + new InterleavingTrial(folder, args[1], seed).run());
    }
  }

  /** The programs that let somebody else go first. */
  public static void programs(Path folder, String variant) throws Exception {
    Files.createDirectories(folder.resolve("events"));
    List<String> names = new ArrayList<>(List.of("nft"));
    for (String name : List.of("iptables-", "ip6tables-")) {
      for (String end : List.of("", "-save", "-restore")) {
        names.add(name + variant + end);
      }
    }
    for (String name : names) {
      // somebody else has the kernel's own lock, not the one that our programs are given under it
      String event = folder.resolve("events/" + name).toString();
      String script =
          "#!/bin/sh\n"
              + "if [ \"$(readlink /proc/self/ns/net)\" = \"$(cat HOST)\" ]; then\n"
              + "c=$(cat EVENT.count 2>/dev/null || echo 0); c=$((c+1)); echo $c >EVENT.count\n"
              + "[ -e EVENT.$c ] && env -u XTABLES_LOCKFILE sh EVENT.$c >/dev/null 2>&1 </dev/null\n"
              + "fi\nexec /usr/sbin/NAME \"$@\"\n";
      Path file = folder.resolve(name);
      Files.writeString(
          file,
          script
              .replace("EVENT", event)
              .replace("NAME", name)
              .replace("HOST", folder.resolve("host").toString()));
      file.toFile().setExecutable(true);
    }
  }

  private String run() throws Exception {
    clear();
    for (String program : List.of("iptables", "ip6tables")) {
      for (String chain : List.of("PREROUTING", "OUTPUT", "POSTROUTING")) {
        for (int i = 1; i <= 2; i++) {
          other(program, "-A", chain, "-m", "comment", "--comment", "x" + i, "-j", "RETURN");
        }
      }
    }
    boolean both = make.chance(2);
    must(ask("add", "c9", "9000:90", "", both));
    String match = make.pick(MATCHES);
    boolean there = make.chance(2);
    if (there) {
      must(ask("add", "c1", "8080:80", match, both));
    }
    String verb = there && make.chance(2) ? "del" : "add";
    String next = make.pick(MATCHES);
    List<String> before = List.of(table("iptables"), table("ip6tables"));
    clearEvents();
    for (int i = 1 + make.below(3); i > 0; i--) {
      event();
    }
    Run run = ask(verb, "c1", "8081:80", next, both);
    List<String> after = List.of(table("iptables"), table("ip6tables"));
    List<String> seen =
        List.of(left("iptables").orElse(before.get(0)), left("ip6tables").orElse(before.get(1)));
    clearEvents();
    for (int i = 0; i < 2; i++) {
      if (!others(after.get(i)).equals(others(seen.get(i)))) {
        return "others' rules differ: " + others(seen.get(i)) + " became " + others(after.get(i));
      }
    }
    if (run.exit() == 0) {
      List<String> words = words(verb, "c1", "8081:80", next, both);
      words.add("--exit-code");
      Run again = Run.with(environment(), "", words);
      return again.exit() == 0 ? "made" : "not as planned: " + again.out() + again.err();
    }
    boolean kept = true;
    for (int i = 0; i < 2; i++) {
      List<String> was = own(before.get(i));
      List<String> is = own(after.get(i));
      kept &= rough ? was.containsAll(is) : was.equals(is);
    }
    boolean said = run.exit() == 4 && run.err().contains("portmapctl: apply: ");
    return said && (kept || run.err().contains("could not be taken back"))
        ? "given up"
        : "exit " + run.exit() + " " + run.err() + own(before.get(0)) + " is " + own(after.get(0));
  }

  /** Somebody else's doing before a call of a program. */
  private void event() throws Exception {
    String name = make.pick("iptables-", "iptables-", "ip6tables-");
    String moment = make.pick("-save", "-restore", "-restore", "nft");
    String file = moment.equals("nft") ? "nft" : name + variant + moment;
    StringBuilder script = new StringBuilder();
    for (int i = 1 + make.below(2); i > 0; i--) {
      script.append(change("/usr/sbin/" + name + variant + " -w 1 -t nat ")).append('\n');
    }
    for (String program : List.of("iptables", "ip6tables")) {
      script
          .append("/usr/sbin/" + program + "-" + variant + "-save -t nat >")
          .append(folder.resolve("events/left-" + program))
          .append('\n');
    }
    Files.writeString(
        folder.resolve("events/" + file + "." + (1 + make.below(3))), script.toString());
  }

  private String change(String iptables) {
    String chain =
        make.pick("PREROUTING", "OUTPUT", "POSTROUTING", "CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-DNAT");
    String rule = " -m comment --comment y" + make.below(100000) + " -j RETURN";
    switch (make.below(7)) {
      case 0 -> {
        return iptables + "-A " + chain + rule;
      }
      case 1 -> {
        return iptables + "-D PREROUTING -m comment --comment x1 -j RETURN";
      }
      case 2 -> {
        rough = true;
        return iptables + "-F " + chain;
      }
      case 3 -> {
        rough = true;
        return iptables + "-R " + chain + " 1" + rule;
      }
      case 4 -> {
        return variant.equals("nft") && Files.isExecutable(GoPlugin.PATH)
            ? plugin(make.pick("ADD", "DEL"))
            : iptables + "-N other-" + make.below(100);
      }
      default -> {
        return iptables + "-I " + chain + " 1" + rule;
      }
    }
  }

  private static String plugin(String verb) {
    return "echo '{\"cniVersion\":\"1.0.0\",\"name\":\"web\",\"type\":\"portmap\",\"runtimeConfig\":"
        + "{\"portMappings\":[{\"hostPort\":9001,\"containerPort\":80,\"protocol\":\"tcp\"}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.89.1.8/24\"}]}}'"
        + " | env CNI_COMMAND="
        + verb
        + " CNI_CONTAINERID=c8 CNI_NETNS=/proc/self/ns/net CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni "
        + "PATH=/usr/sbin:/usr/bin:/sbin:/bin "
        + GoPlugin.PATH;
  }

  private Map<String, String> environment() {
    return Map.of("PATH", folder + ":" + System.getenv("PATH"));
  }

  private Run ask(String verb, String id, String port, String match, boolean both) {
    List<String> words = words(verb, id, port, match, both);
    words.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    return Run.with(environment(), "", words);
  }

  private List<String> words(String verb, String id, String port, String match, boolean both) {
    List<String> words = new ArrayList<>(List.of(verb, "--net", "web", "--container-id", id));
    words.addAll(List.of("--iptables", variant, "--family", both ? "both" : "ipv4"));
    if (verb.equals("add")) {
      words.addAll(List.of("--layout", "mark", "-p", port, "--ip", "10.89.1.2/24"));
      words.addAll(List.of("--force", "--ip", "fd00:89::2/64"));
      if (!match.isEmpty()) {
        words.addAll(List.of("--condition-v4", match, "--condition-v6", match));
      }
    }
    return words;
  }

  private static void must(Run run) {
    if (run.exit() != 0) {
      throw new AssertionError(run.err());
    }
  }

  private void other(String program, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/sbin/" + program + "-" + variant));
    command.addAll(List.of("-w", "-t", "nat"));
    command.addAll(List.of(words));
    must(Namespace.process("", command));
  }

  private String table(String program) throws Exception {
    return Namespace.process(
            "", List.of("/usr/sbin/" + program + "-" + variant + "-save", "-t", "nat"))
        .out();
  }

  /** What somebody else left, where he came. */
  private Optional<String> left(String program) throws IOException {
    Path file = folder.resolve("events/left-" + program);
    return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  private void clear() throws Exception {
    clearEvents();
    for (String program : List.of("iptables", "ip6tables")) {
      other(program, "-F");
      other(program, "-X");
    }
  }

  private void clearEvents() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("events"))) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static List<String> own(String save) {
    return save.lines().filter(l -> l.startsWith("-A ") && l.contains(OWN)).toList();
  }

  /** All that is neither the container's nor what containers share, chain by chain. */
  private static List<String> others(String save) {
    return save.lines()
        .filter(l -> l.startsWith("-A ") && !l.contains(OWN))
        .filter(l -> !l.contains("-j CNI-HOSTPORT-DNAT") && !l.contains("-j CNI-HOSTPORT-MASQ"))
        .filter(l -> !l.startsWith("-A CNI-HOSTPORT-SETMARK -m comment --comment \"CNI"))
        .filter(l -> !l.startsWith("-A CNI-HOSTPORT-MASQ -m mark"))
        .sorted(Comparator.comparing(l -> l.split(" ", 3)[1]))
        .toList();
  }
}
