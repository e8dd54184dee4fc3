package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.host.snapshot.SnapshotHost;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Words;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A snapshot answers as its host did: random hosts in namespaces, each with a cache of its own in
 * the place of the machine's.
 */
class SnapshotIT {
  private static final int HOSTS = Rounds.of("snapshotHosts", 4, 10);
  private static final String CACHE = "/var/lib/cni/results";

  /** The folder of the cache is in a layer that ends with the command. */
  private static final String WITH_CACHE =
      "mount -t tmpfs none /var/lib && mkdir -p "
          + CACHE
          + " && cp -a \"$1\"/. "
          + CACHE
          + " && shift && exec \"$@\"";

  @TempDir private Path folder;

  /** A host with its containers, and what asks it. */
  private record Site(Namespace host, Path cache, String variant, Generator random) {

    Run ask(List<String> args) throws Exception {
      List<String> command = new ArrayList<>(List.of("sh", "-c", WITH_CACHE, "sh"));
      command.add(cache.toString());
      command.add(Namespace.launcher());
      command.addAll(args);
      return host.run("", command);
    }

    void must(String... command) throws Exception {
      host.must("", command);
    }
  }

  private Site make(long seed, String variant) throws Exception {
    Namespace host = Namespace.withBridge();
    Path cache = Files.createDirectories(folder.resolve("cache-" + seed));
    Site site = new Site(host, cache, variant, new Generator(seed));
    links(site);
    foreign(site);
    for (int i = 2 + site.random.below(5); i > 0; i--) {
      container(site, i);
    }
    int localnet = site.random.below(2); // to make a mapping has set it
    site.must("sysctl", "-qw", "net.ipv4.conf.cni-test0.route_localnet=" + localnet);
    return site;
  }

  private static void links(Site site) throws Exception {
    Generator random = site.random;
    site.must("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0p");
    site.must("ip", "addr", "add", "192.0.2.1/24", "brd", "+", "dev", "eth0");
    site.must("ip", "addr", "add", "2001:db8::1/64", "dev", "eth0", "nodad");
    if (!random.chance(3)) {
      site.must("ip", "link", "set", "eth0", "up");
      site.must("ip", "link", "set", "eth0p", "up");
      site.must("ip", "route", "add", "default", "via", "192.0.2.254");
    }
    if (random.chance(2)) {
      site.must("ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo");
    }
    if (random.chance(4)) {
      site.must("ip", "link", "set", "cni-test0", "down");
    }
    for (String setting : List.of("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")) {
      site.must("sysctl", "-qw", setting + "=" + random.below(2));
    }
    io.portmapctl.testing.Site.settle(site.host);
  }

  /** Others' rules, with bytes of any kind in their comments. */
  private static void foreign(Site site) throws Exception {
    Generator random = site.random;
    for (Family family : Family.values()) {
      boolean v4 = family == Family.IPV4;
      StringBuilder nat = new StringBuilder("*nat\n:DOCKER - [0:0]\n");
      List<String> rules =
          List.of(
              "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
              "-A DOCKER -p tcp -m tcp --dport 8003 -j DNAT --to-destination "
                  + (v4 ? "172.17.0.2:80" : "[fd00:17::2]:80"),
              "-A PREROUTING -p tcp -m tcp --dport 8000:8004 -j ACCEPT",
              "-A POSTROUTING -s " + (v4 ? "172.17.0.0/16" : "fd00:17::/64") + " -j MASQUERADE",
              "-A OUTPUT -m comment --comment "
                  + Words.quote(random.octets().replace('\n', ' ') + '\u00ff')
                  + " -j RETURN");
      for (String rule : rules) {
        nat.append(random.chance(2) ? rule + "\n" : "");
      }
      site.host.must(
          nat.append("COMMIT\n").toString(),
          family.program() + "-" + site.variant + "-restore",
          "--noflush");
      if (random.chance(2)) {
        String filter =
            "*filter\n:FORWARD "
                + random.pick("DROP", "ACCEPT")
                + " [0:0]\n"
                + random.pick("", "-A FORWARD -i eth0 -j REJECT\n", "-A FORWARD -j ACCEPT\n")
                + "COMMIT\n";
        String other = random.pick("nft", "legacy");
        site.host.must(filter, family.program() + "-" + other + "-restore", "--noflush");
      }
    }
  }

  /** One that is as it should be, dead, without rules, without a record, or listened for. */
  private void container(Site site, int number) throws Exception {
    Generator random = site.random;
    Attachment attachment = random.attachment(random.identity());
    String document = Attachments.document(attachment);
    Path file = folder.resolve("document.json");
    Files.writeString(file, document, StandardCharsets.ISO_8859_1);
    if (!random.chance(5)) {
      List<String> add =
          List.of("add", file.toString(), "--apply", "-q", "--force", "--iptables", site.variant);
      List<String> all = new ArrayList<>(add);
      all.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
      Run run = site.ask(all);
      assertThat(run.exit()).as(run.err()).isLessThan(4);
    }
    String netns =
        random.pick(
            "/var/run/netns/" + site.host.name(),
            "/run/netns/" + site.host.name(),
            link("/run/netns/" + site.host.name()),
            link("/run/netns/portmapctl-gone"),
            "/proc/1/ns/net",
            "/proc/self/ns/net",
            "/proc/99999999/ns/net",
            "/run/netns/portmapctl-gone");
    if (!random.chance(5)) {
      Files.writeString(
          site.cache.resolve("web-" + number + "-eth0"),
          Attachments.record(
              new String(document.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8),
              netns));
    }
    if (random.chance(3) && !attachment.mappings().isEmpty()) {
      int port = attachment.mappings().get(0).hostPort();
      site.host.start("socat", "TCP-LISTEN:" + port + ",fork,reuseaddr", "SYSTEM:true");
    }
  }

  /** A path outside the folders where namespaces are mounted. */
  private String link(String target) throws Exception {
    Path link = folder.resolve("link-" + target.substring(target.lastIndexOf('/') + 1));
    Files.deleteIfExists(link);
    return Files.createSymbolicLink(link, Path.of(target)).toString();
  }

  private static List<List<String>> questions(Site site, Path document) {
    List<List<String>> all = new ArrayList<>();
    for (String line :
        List.of(
            "list",
            "list -o wide",
            "list -o json",
            "list --state orphan --exit-code",
            "list --iptables nft",
            "list --iptables legacy -o json",
            "list --attachments DOCUMENT",
            "check CACHE",
            "check CACHE -o json --include-dead",
            "check DOCUMENT --layout mark -v",
            "explain --port 8000",
            "explain -o json CACHE --keep-going",
            "explain --port 8003",
            "explain -v --port 192.0.2.1:8001/udp -o json",
            "explain --packet tcp_192.0.2.77:4000_->_192.0.2.1:8003 --iptables VARIANT",
            "add CACHE --keep-going",
            "add DOCUMENT -o json --force",
            "add DOCUMENT -o save --family ipv4 --iptables VARIANT",
            "add DOCUMENT -o restore --family ipv6 --force",
            "add --net new --container-id n1 --ip 10.89.7.7/16 -p 8003:80/udp -o commands",
            "del CACHE --prune -o json",
            "del DOCUMENT -v --exit-code",
            "gc CACHE",
            "gc CACHE --all-networks -o json")) {
      List<String> words = new ArrayList<>();
      for (String word : line.split(" ", -1)) {
        words.add(
            word.replace('_', ' ')
                .replace("CACHE", CACHE)
                .replace("DOCUMENT", document.toString())
                .replace("VARIANT", site.variant));
      }
      all.add(words);
    }
    return all;
  }

  @Test
  void aSnapshotAnswersAsItsHost() throws Exception {
    int answers = 0;
    Map<Integer, Integer> exits = new LinkedHashMap<>();
    StringBuilder said = new StringBuilder();
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < HOSTS; i++) {
      Site site = make(i, i % 2 == 0 ? "nft" : "legacy");
      try (Namespace host = site.host) {
        Path document = folder.resolve("document.json");
        Path snapshot = folder.resolve("snapshot-" + i + ".json");
        Thread.sleep(300); // who listens begins to
        Run taken = site.ask(List.of("snapshot", snapshot.toString()));
        assertThat(taken.exit()).as(taken.err()).isZero();
        for (List<String> question : questions(site, document)) {
          Run live = site.ask(question);
          List<String> offline = new ArrayList<>(question);
          offline.addAll(List.of("--host", snapshot.toString()));
          Run kept = Run.with(System.getenv(), "", offline);
          all.assertThat(kept).as("host %d (%s): %s", i, site.variant, question).isEqualTo(live);
          all.assertThat(live.exit()).as("%s: %s", question, live.err()).isNotEqualTo(2);
          said.append(live.out()).append(live.err());
          exits.merge(live.exit(), 1, Integer::sum);
          answers++;
        }
        rulesets(host, snapshot, all);
      }
    }
    all.assertAll();
    System.out.printf(
        "snapshots of %d hosts gave %d answers as live, by exit code %s%n", HOSTS, answers, exits);
    assertThat(exits.keySet()).contains(0, 1);
    if (HOSTS >= 10) { // all that is asked of a host was told of one
      assertThat(said.toString())
          .contains("of this host listens on")
          .contains("is no container's any more; passed over")
          .contains(" orphan ")
          .contains("ip_forward is 0")
          .contains("route_localnet is 0, not 1")
          .contains("chain FORWARD of table filter")
          .contains("no route without a gateway leads to")
          .contains("variant of iptables holds CNI chains");
    }
  }

  /** Each table as the program prints it, with counters and without; their moment apart. */
  private static void rulesets(Namespace host, Path snapshot, SoftAssertions all) throws Exception {
    SnapshotHost kept = new SnapshotHost(SnapshotFormat.parse(Files.readAllBytes(snapshot)));
    for (String program : List.of("iptables-nft-save", "ip6tables-nft-save")) {
      for (String table : List.of("nat", "filter")) {
        String path = kept.find(program).orElseThrow().toString();
        all.assertThat(rules(kept.ask(List.of(path, "-t", table)).output()))
            .as(program)
            .isEqualTo(rules(host.must("", program, "-t", table)));
        all.assertThat(rules(kept.ask(List.of(path, "-c", "-t", table)).output()))
            .as(program)
            .isEqualTo(rules(host.must("", program, "-c", "-t", table)));
      }
    }
  }

  private static List<String> rules(String save) {
    return save.lines().filter(l -> !l.startsWith("#") && !l.startsWith(":")).toList();
  }

  /** What an ordinary user could not read is told as it was told to that user. */
  @Test
  void whatCouldNotBeReadIsInItWithTheReason() throws Exception {
    Path snapshot = folder.resolve("snapshot.json");
    Path open = Files.createTempDirectory("portmapctl");
    try (Namespace host = Namespace.withBridge()) {
      String launcher = Namespace.launcherForAnybody(open);
      List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
      List<String> command = new ArrayList<>(nobody);
      command.addAll(List.of(launcher, "snapshot"));
      Run taken = host.run("", command);
      assertThat(taken.exit()).as(taken.err()).isZero();
      assertThat(taken.err()).contains("warning: ").contains("Permission denied");
      Files.writeString(snapshot, taken.out(), StandardCharsets.ISO_8859_1);
      for (String variant : List.of("auto", "nft", "legacy")) {
        List<String> list = new ArrayList<>(nobody);
        list.addAll(List.of(launcher, "list", "--iptables", variant));
        Run live = host.run("", list);
        assertThat(live.exit()).isEqualTo(4);
        assertThat(Run.of("list", "--iptables", variant, "--host", snapshot.toString()))
            .isEqualTo(live);
      }
    } finally {
      Namespace.process("", List.of("rm", "-rf", open.toString()));
    }
  }
}
