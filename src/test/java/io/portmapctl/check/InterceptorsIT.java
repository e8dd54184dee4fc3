package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Foreign rules before and among ours in real kernels, and a real connection of each kind: what
 * check says of the live host is what becomes of them. {@code -Dportmapctl.insertions=N} sets how
 * many times, 500 in the long form; nft and legacy take turns.
 */
@Tag("live")
class InterceptorsIT {
  private static final int ROUNDS = Rounds.of("insertions", 25, 250);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** Who connects to what. */
  private enum Connection {
    LAN("192.0.2.1"),
    LAN_TO_BRIDGE("10.89.5.1"),
    HOST("192.0.2.1"),
    HOST_TO_BRIDGE("10.89.5.1"),
    LOCALHOST("127.0.0.1"),
    SELF("192.0.2.1"),
    SIBLING("192.0.2.1");

    private final String address;

    Connection(String address) {
      this.address = address;
    }

    private Namespace from(Site site) {
      return switch (this) {
        case LAN, LAN_TO_BRIDGE -> site.peer();
        case HOST, HOST_TO_BRIDGE, LOCALHOST -> site.host();
        case SELF -> site.container();
        case SIBLING -> site.sibling();
      };
    }
  }

  /** The container's word, or nothing. */
  private static boolean connects(Site site, Connection connection) throws Exception {
    String to = "TCP4:" + connection.address + ":8080,connect-timeout=1";
    Run run =
        connection.from(site).run("hello\n", List.of("timeout", "4", "socat", "-T1", "-", to));
    return run.out().contains("here");
  }

  private static Map<Connection, Boolean> connections(Site site) {
    Map<Connection, CompletableFuture<Boolean>> running = new EnumMap<>(Connection.class);
    for (Connection connection : Connection.values()) {
      running.put(
          connection,
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  // the first packet may be lost while neighbours are asked for
                  return connects(site, connection) || connects(site, connection);
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              }));
    }
    Map<Connection, Boolean> done = new EnumMap<>(Connection.class);
    running.forEach((connection, future) -> done.put(connection, future.join()));
    return done;
  }

  /** Rules of which each takes all of a kind of connections, or none, or those of another end. */
  private static String rule(Generator make, String layout) {
    boolean mark = layout.equals("mark");
    String from =
        make.pick("", "", "-s 10.89.5.0/24", "! -s 10.89.5.0/24", "-s 127.0.0.1", "! -s 127.0.0.1");
    String to =
        make.pick(
            "", "", "", "-d 192.0.2.1", "! -d 192.0.2.1", "-d 127.0.0.0/8", "! -d 127.0.0.0/8");
    String port =
        make.pick(
            "",
            "-p tcp",
            "-p udp",
            "-p tcp -m tcp --dport 8080",
            "-p tcp -m multiport --dports 80,8080",
            "-p tcp -m multiport ! --dports 80,8080",
            "-p tcp -m tcp --dport 9999");
    String chain =
        make.pick(
            "PREROUTING",
            "OUTPUT",
            "CNI-HOSTPORT-DNAT",
            "POSTROUTING",
            "POSTROUTING",
            mark ? "CNI-HOSTPORT-MASQ" : "CNI-HOSTPORT-SNAT",
            mark ? "CNI-HOSTPORT-SETMARK" : "POSTROUTING");
    String place = "-I " + chain + " ";
    return switch (chain) {
      case "PREROUTING" ->
          place
              + words(
                  from,
                  to,
                  port,
                  make.pick("", "", "-i p", "! -i p", "-i cni-web", "! -i cni-web", "-i tun+"))
              + make.pick("ACCEPT", "RETURN", "FOREIGN", marks(make), taker(port));
      case "OUTPUT", "CNI-HOSTPORT-DNAT" ->
          place
              + words(from, to, port, "")
              + make.pick("ACCEPT", "RETURN", "FOREIGN", marks(make), taker(port));
      case "CNI-HOSTPORT-SETMARK" -> "-A " + chain + " -j " + marks(make);
      case "CNI-HOSTPORT-SNAT" -> place + words(from, "", "", "") + make.pick("ACCEPT", "RETURN");
      default ->
          place
              + words(
                  from,
                  make.pick("", "-d 10.89.5.6", "! -d 10.89.5.6", "-d 10.89.5.7"),
                  make.pick("", "-p tcp -m tcp --dport 80", "-p tcp -m tcp --dport 81"),
                  chain.equals("POSTROUTING")
                      ? make.pick(
                          "", "-o cni-web", "! -o cni-web", "-o p", "-m conntrack --ctstate DNAT")
                      : "")
              + make.pick("ACCEPT", "RETURN", "FOREIGN", marks(make), "MASQUERADE");
    };
  }

  private static String words(String... parts) {
    List<String> all = new ArrayList<>(Arrays.stream(parts).filter(p -> !p.isEmpty()).toList());
    all.add("-j ");
    return String.join(" ", all);
  }

  private static String marks(Generator make) {
    return "MARK --set-xmark "
        + make.pick("0x0/0x2000", "0x2000/0x2000", "0x2000/0x0", "0x0/0xffffffff", "0x1/0x1");
  }

  private static String taker(String port) {
    return port.startsWith("-p tcp")
        ? "REDIRECT --to-ports 7777"
        : "DNAT --to-destination 10.89.5.7";
  }

  /** A site with a host whose table is emptied again and again. */
  private record Lab(Site site, Path folder, String iptables, String layout) {

    private List<String> portmapctl(String command, String... more) {
      List<String> words =
          new ArrayList<>(List.of(command, "--net", "web", "--container-id", "c1"));
      words.addAll(List.of("--ip", "10.89.5.6/24", "-p", "8080:80", "--layout", layout));
      words.addAll(List.of("--family", "ipv4", "--iptables", variant()));
      words.addAll(List.of(more));
      return words;
    }

    private String variant() {
      return iptables.endsWith("legacy") ? "legacy" : "nft";
    }

    private void publish() throws Exception {
      List<String> add =
          portmapctl("add", "--apply", "--lock-file", folder.resolve("lock").toString());
      Run made = site.host().portmapctl(add.toArray(new String[0]));
      assertThat(made.exit()).as(made.err()).isZero();
    }

    private void insert(String rules) throws Exception {
      for (String rule : rules.lines().toList()) {
        List<String> command = new ArrayList<>(List.of(iptables, "-w", "-t", "nat"));
        command.addAll(List.of(rule.split(" ")));
        site.host().must("", command.toArray(new String[0]));
      }
      // what was allowed once goes on without rules
      site.host().run("", List.of("conntrack", "-F"));
    }

    private void empty() throws Exception {
      site.host().must("", iptables, "-w", "-t", "nat", "-F");
      site.host().must("", iptables, "-w", "-t", "nat", "-X");
    }

    private Run check() throws Exception {
      return site.host().portmapctl(portmapctl("check", "-o", "json").toArray(new String[0]));
    }
  }

  /** What check claims, kind by kind, and what connections say to it. */
  private static void compare(
      String what,
      String layout,
      Run check,
      Map<Connection, Boolean> works,
      Map<String, Integer> counts)
      throws Exception {
    JsonNode finding =
        JSON.readTree(check.out().getBytes(StandardCharsets.ISO_8859_1)).get("attachments").get(0);
    String status = finding.get("status").asText();
    counts.merge(layout + " " + status, 1, Integer::sum);
    boolean lan = works.get(Connection.LAN) || works.get(Connection.LAN_TO_BRIDGE);
    boolean host =
        works.get(Connection.HOST)
            || works.get(Connection.HOST_TO_BRIDGE)
            || works.get(Connection.LOCALHOST);
    boolean mark = layout.equals("mark");
    boolean hairpin = !mark || works.get(Connection.SELF) || works.get(Connection.SIBLING);
    boolean all =
        works.entrySet().stream()
            .filter(e -> mark || e.getKey() != Connection.SELF && e.getKey() != Connection.SIBLING)
            .allMatch(Map.Entry::getValue);
    String told = what + ": " + works + ", check: " + status + " " + finding.get("shadowedBy");
    assertThat(status).as(told).isIn("ok", "shadowed", "partly-shadowed", "open");
    assertThat(check.exit()).as(told).isEqualTo(status.equals("shadowed") ? 1 : 0);
    boolean port = false;
    boolean masquerade = false;
    boolean other = false;
    for (JsonNode shadow : finding.get("shadowedBy")) {
      boolean every = shadow.get("extent").asText().equals("all");
      port |= every && shadow.get("effect").asText().equals("port");
      masquerade |= every && shadow.get("effect").asText().equals("masquerade");
      other |= shadow.get("effect").asText().equals("source");
    }
    if (port) {
      assertThat(lan && host).as("all of a kind is lost; %s", told).isFalse();
    }
    if (masquerade) {
      assertThat(hairpin && works.get(Connection.LOCALHOST))
          .as("all that is masqueraded of a kind is lost; %s", told)
          .isFalse();
    }
    // what comes through an interface that is not there yet is spared, though nobody sends it here
    boolean oneInterface = what.replace("! -i p ", "").contains("-i p ");
    if (!lan && host && oneInterface) {
      assertThat(status).as("nothing arrives yet; %s", told).isIn("shadowed", "partly-shadowed");
    } else if (!lan || !host) {
      assertThat(status).as("nothing arrives; %s", told).isEqualTo("shadowed");
    }
    if (!all) {
      assertThat(status).as("something does not arrive; %s", told).isNotIn("ok", "open");
    } else if (!other) {
      assertThat(status).as("all arrives; %s", told).isNotEqualTo("shadowed");
    }
  }

  @Test
  void whatCheckSaysIsWhatBecomesOfConnections() throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    int failed = 0;
    try (Site site = Site.make()) {
      Process server =
          site.container()
              .start("socat", "TCP4-LISTEN:80,fork,reuseaddr", "SYSTEM:read line; echo here");
      site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
      // where the kernel has no such setting, nothing of a bridge is shown
      site.host().run("", List.of("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0"));
      site.settle();
      for (int seed = 0; seed < ROUNDS; seed++) {
        Generator make = new Generator(seed);
        String iptables = seed % 2 == 0 ? "iptables-nft" : "iptables-legacy";
        String layout = make.pick("mark", "mark", "snat");
        Lab lab = new Lab(site, folder, iptables, layout);
        lab.publish();
        String rules = rule(make, layout);
        if (make.chance(3)) {
          rules = rules + "\n" + rule(make, layout);
        }
        boolean foreign = rules.contains("-j FOREIGN");
        lab.insert(
            (foreign
                    ? "-N FOREIGN\n-A FOREIGN "
                        + make.pick(
                            "-j ACCEPT",
                            "-j RETURN",
                            "-j MARK --set-xmark 0x1/0x1",
                            "! -s 127.0.0.1 -j ACCEPT")
                        + "\n"
                    : "")
                + rules);
        Run check = lab.check();
        Map<Connection, Boolean> works = connections(site);
        String what =
            "seed " + seed + ", " + iptables + ", " + layout + ": " + rules.replace("\n", "; ");
        try {
          compare(what, layout, check, works, counts);
        } catch (AssertionError e) {
          wrong.add(e.getMessage());
        }
        failed += works.containsValue(false) ? 1 : 0;
        lab.empty();
      }
      server.destroy();
    }
    System.out.println(
        "real connections among foreign rules: " + counts + ", in " + failed + " some failed");
    assertThat(wrong).isEmpty();
    assertThat(failed).isPositive();
  }
}
