package io.portmapctl.host.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.route.Decider;
import io.portmapctl.route.Decision;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Refusal;
import io.portmapctl.route.Route;
import io.portmapctl.route.Routed;
import io.portmapctl.route.Routing;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.NamespaceHost;
import io.portmapctl.testing.Rounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random hosts, asked by {@code ip route get} for one packet after another. */
@Tag("live")
class RouteIT {
  private static final int QUESTIONS = 60;
  private Random random = new Random(0);
  private int seed;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  /** A packet, and where it comes from. */
  private record Question(
      boolean v6,
      Optional<String> in,
      String source,
      String destination,
      int mark,
      Optional<IpProtocol> protocol,
      int sport,
      int dport,
      int uid) {

    String words() {
      StringBuilder words = new StringBuilder(v6 ? "-6 " : "-4 ");
      words.append("-j route get ").append("%s").append(destination);
      words.append(source.isEmpty() ? "" : " from " + source);
      in.ifPresent(i -> words.append(" iif ").append(i));
      if (mark != 0) {
        words.append(" mark ").append(mark);
      }
      if (protocol.isPresent()) {
        words.append(" ipproto ").append(protocol.get().number());
        words.append(" sport ").append(sport).append(" dport ").append(dport);
      }
      if (in.isEmpty()) {
        words.append(" uid ").append(uid);
      }
      return words.toString();
    }

    PacketSet packet(PacketSpace space) {
      PacketSet set =
          space
              .of(Field.INPUT_INTERFACE, in.map(Interval::ofInterface).orElse(Interval.of(0)))
              .and(source.isEmpty() ? space.all() : space.of(Field.SOURCE, address(source)))
              .and(space.of(Field.DESTINATION, address(destination)))
              .and(space.ofMark(mark, 0xffffffffL))
              .and(space.of(Field.SOURCE_PORT, Interval.of(protocol.isPresent() ? sport : 0)))
              .and(space.of(Field.DESTINATION_PORT, Interval.of(protocol.isPresent() ? dport : 0)))
              .and(
                  space.of(
                      Field.PROTOCOL,
                      Interval.of(protocol.map(IpProtocol::number).orElse(untold()))));
      return in.isPresent()
          ? set
          : set.and(space.of(Field.SOCKET, Interval.of(1)))
              .and(space.of(Field.UID, Interval.of(uid)));
    }

    /** What ip asks about where it is not told: of what comes in by IPv4, UDP. */
    private int untold() {
      return !v6 && in.isPresent() ? IpProtocol.UDP.number() : 99;
    }

    private static IpAddress address(String text) {
      return IpAddress.parse(text).orElseThrow();
    }
  }

  private boolean once(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String address(boolean v6) {
    if (v6) {
      return switch (random.nextInt(12)) {
        case 0 -> "fe80::" + (1 + random.nextInt(3));
        case 1 -> any(List.of("::1", "ff02::1", "ff02::5", "ff01::1", "ff05::2", "::"));
        default ->
            "fd00:0:0:" + random.nextInt(4) + "::" + (random.nextInt(2) * 16 + random.nextInt(4));
      };
    }
    return switch (random.nextInt(12)) {
      case 0 -> "127.0." + random.nextInt(2) + "." + random.nextInt(3);
      case 1 ->
          any(
              List.of(
                  "255.255.255.255",
                  "224.0.0.1",
                  "224.0.0.9",
                  "239.1.1.1",
                  "240.0.0.1",
                  "0.1.2.3",
                  "169.254.0.3",
                  "10.0.0.255",
                  "10.0.1.255",
                  "10.0.2.0"));
      default -> "10.0." + random.nextInt(4) + "." + (random.nextInt(2) * 128 + random.nextInt(4));
    };
  }

  private String network(boolean v6) {
    if (v6) {
      return switch (random.nextInt(5)) {
        case 0 -> "fd00::/" + (60 + random.nextInt(4));
        case 1 -> "fd00:0:0:" + random.nextInt(4) + "::" + random.nextInt(4) + "/128";
        case 2 -> "fd00:0:0:" + random.nextInt(4) + "::/124";
        default -> "fd00:0:0:" + random.nextInt(4) + "::/64";
      };
    }
    return switch (random.nextInt(6)) {
      case 0 -> "10.0." + random.nextInt(2) * 2 + ".0/" + (22 + random.nextInt(2));
      case 1 -> "10.0." + random.nextInt(4) + "." + random.nextInt(4) + "/32";
      case 2 -> "10.0." + random.nextInt(4) + ".128/25";
      case 3 -> "127.0.0." + random.nextInt(3) + "/32";
      default -> "10.0." + random.nextInt(4) + ".0/24";
    };
  }

  /** The commands that make a random host; those that the kernel refuses do nothing. */
  private List<String> host(List<String> devices) {
    List<String> lines = new ArrayList<>();
    lines.add("ip link set lo up");
    lines.add("ip link add br0 type bridge; ip link set br0 up");
    for (int i = 0; i < 5; i++) {
      String device = i < 3 ? "e" + i : "v" + (i - 3);
      lines.add("ip link add " + device + " type veth peer name " + device + "p");
      lines.add(i < 3 ? "" : "ip link set " + device + " master br0");
      lines.add(once(12) ? "" : "ip link set " + device + " up");
      lines.add(once(4) ? "" : "ip link set " + device + "p up");
    }
    List<String> l3 = List.of("e0", "e1", "e2", "br0");
    for (String device : List.of("e0", "e0", "e1", "e2", "br0", "br0", "lo")) {
      if (!once(4)) {
        lines.add(
            "ip addr add 10.0."
                + random.nextInt(4)
                + "."
                + random.nextInt(4)
                + "/"
                + any(List.of(24, 24, 25, 32, 16))
                + " dev "
                + device
                + (once(3) ? " brd +" : ""));
        lines.add(
            "ip addr add fd00:0:0:"
                + random.nextInt(4)
                + "::"
                + random.nextInt(4)
                + "/"
                + any(List.of(64, 64, 128))
                + " dev "
                + device
                + " nodad");
      }
    }
    for (String device : l3) {
      lines.add("ip addr add fe80::" + random.nextInt(4) + "/64 dev " + device + " nodad");
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      boolean v6 = once(3);
      String ip = v6 ? "ip -6" : "ip";
      String to = once(6) ? "default" : network(v6);
      String way =
          switch (random.nextInt(9)) {
            case 0 -> any(List.of("blackhole ", "unreachable ", "prohibit ", "throw ")) + to;
            case 1 -> "local " + to + " dev " + any(List.of("lo", "e0", "br0"));
            case 2, 3 ->
                to
                    + " via "
                    + (v6
                        ? "fd00:0:0:" + random.nextInt(4) + "::77"
                        : "10.0." + random.nextInt(4) + ".77");
            default -> to + " dev " + any(l3);
          };
      lines.add(
          ip
              + " route add "
              + way
              + (once(2) ? " table " + any(List.of("100", "101", "100", "local", "default")) : "")
              + (once(3) ? " metric " + random.nextInt(3) : ""));
    }
    for (int i = once(3) ? 0 : random.nextInt(6); i > 0; i--) {
      lines.add(rule(once(3)));
    }
    lines.add("ip rule del prio 0; ip rule add lookup local prio " + any(List.of(0, 0, 0, 150)));
    if (!lines.get(lines.size() - 1).endsWith("150")) {
      lines.remove(lines.size() - 1);
    }
    List<String> all = new ArrayList<>(l3);
    all.addAll(List.of("all", "lo", "v0"));
    lines.add("sysctl -qw net.ipv4.ip_forward=" + (once(6) ? 0 : 1));
    lines.add("sysctl -qw net.ipv6.conf.all.forwarding=" + (once(5) ? 0 : 1));
    for (int i = random.nextInt(14); i > 0; i--) {
      String device = any(all);
      lines.add(
          "sysctl -qw net.ipv4.conf."
              + device
              + "."
              + any(
                  List.of(
                      "rp_filter=1",
                      "rp_filter=1",
                      "rp_filter=2",
                      "rp_filter=2",
                      "forwarding=0",
                      "accept_local=1",
                      "route_localnet=1",
                      "src_valid_mark=1",
                      "send_redirects=0",
                      "bc_forwarding=1",
                      "ignore_routes_with_linkdown=1")));
      if (once(3)) {
        lines.add(
            "sysctl -qw net.ipv6.conf."
                + any(l3)
                + "."
                + any(List.of("force_forwarding=1", "ignore_routes_with_linkdown=1")));
      }
    }
    devices.addAll(l3);
    devices.add("v0");
    return lines;
  }

  private String rule(boolean v6) {
    StringBuilder rule = new StringBuilder(v6 ? "ip -6 rule add" : "ip rule add");
    int priority = 1 + random.nextInt(30000);
    rule.append(" prio ").append(priority);
    if (once(6)) {
      rule.append(" not");
    }
    if (once(2)) {
      rule.append(" from ").append(network(v6));
    }
    if (once(3)) {
      rule.append(" to ").append(network(v6));
    }
    if (once(3)) {
      rule.append(" iif ").append(any(List.of("e0", "br0", "lo", "e1", "gone")));
    }
    if (once(10)) {
      rule.append(" oif ").append(any(List.of("e0", "br0")));
    }
    if (once(3)) {
      rule.append(" fwmark ").append(any(List.of("1", "0x2/0x2", "0x10/0xf0", "0/0x1")));
    }
    if (once(6)) {
      rule.append(" ipproto ").append(any(List.of("tcp", "udp")));
      if (once(2)) {
        rule.append(" dport ").append(any(List.of("80", "80-90", "1-79")));
      }
      if (once(4)) {
        rule.append(" sport 1000-2000");
      }
    }
    if (once(8)) {
      rule.append(" uidrange ").append(any(List.of("0-0", "1000-1001")));
    }
    switch (random.nextInt(12)) {
      case 0 -> rule.append(" blackhole");
      case 1 -> rule.append(" unreachable");
      case 2 -> rule.append(" prohibit");
      case 3 -> rule.append(" goto ").append(any(List.of(32766, 32767, 31000)));
      case 4 -> rule.append(" lookup main suppress_prefixlength ").append(any(List.of(0, 24)));
      case 5 -> rule.append(" lookup main");
      default -> rule.append(" lookup ").append(any(List.of("100", "101")));
    }
    return rule.toString();
  }

  private Question question(List<String> devices) {
    boolean v6 = once(3);
    Optional<String> in = once(3) ? Optional.empty() : Optional.of(any(devices));
    Optional<IpProtocol> protocol =
        once(2) ? Optional.of(any(List.of(IpProtocol.TCP, IpProtocol.UDP))) : Optional.empty();
    String source = address(v6);
    while (source.equals("::") || source.startsWith("ff")) {
      source = address(v6);
    }
    return new Question(
        v6,
        in,
        in.isEmpty() && once(2) ? "" : source,
        address(v6),
        once(2) ? 0 : any(List.of(1, 2, 3, 0x10, 0x12)),
        protocol,
        any(List.of(1500, 40000)),
        any(List.of(80, 85, 443)),
        any(List.of(0, 1000)));
  }

  /** What the kernel says: the type, the interface and the router, or its error. */
  private static String kernel(String out, boolean input) throws IpFormatException {
    if (out.startsWith("RTNETLINK answers: ")) {
      return out.substring("RTNETLINK answers: ".length()).lines().findFirst().orElse("");
    }
    List<IpJson> found = IpJson.parse(out, FileFault.Content.ROUTES);
    if (found.isEmpty()) {
      return out;
    }
    IpJson json = found.get(0);
    String type = json.text("type");
    if (type.equals("local") || type.equals("anycast") || input && !type.isEmpty()) {
      return type;
    }
    String via = json.text("gateway");
    if (json.object("via").isPresent()) {
      via = json.object("via").get().text("host");
    }
    return json.text("dev") + (via.isEmpty() ? "" : " via " + via);
  }

  /** What we say, in the kernel's words; several where the kernel's tell less. */
  private record Told(boolean v6, boolean input, boolean forwards)
      implements Decision.Visitor<List<String>> {
    @Override
    public List<String> local(Decision.Local decision) {
      String type = decision.type().name().toLowerCase(Locale.ROOT);
      return decision.open().contains(Missing.GROUPS)
          ? List.of(type, "Invalid argument")
          : List.of(type);
    }

    @Override
    public List<String> leaves(Decision.Leaves decision) {
      return List.of(decision.device() + decision.via().map(v -> " via " + v).orElse(""));
    }

    @Override
    public List<String> refused(Decision.Refused decision) {
      boolean later =
          decision.why() == Refusal.NOT_FORWARDING || decision.why() == Refusal.LINK_LOCAL_SOURCE;
      if (v6 && later) {
        // ip asks for the route alone
        return decision.by().stream()
            .filter(Decider.ByRoute.class::isInstance)
            .flatMap(d -> ((Decider.ByRoute) d).route().hops().stream())
            .map(h -> h.device() + h.via().map(v -> " via " + v).orElse(""))
            .toList();
      }
      boolean silent = input && !v6 && !decision.told();
      return switch (decision.why()) {
        case BLACKHOLE -> List.of(silent && !forwards ? "No route to host" : "Invalid argument");
        case UNREACHABLE ->
            List.of(
                silent || decision.by().stream().anyMatch(Decider.ByRoute.class::isInstance)
                    ? "No route to host"
                    : "Network is unreachable");
        case PROHIBIT -> List.of(silent ? "No route to host" : "Permission denied");
        case NO_ROUTE -> List.of(silent ? "No route to host" : "Network is unreachable");
        case NOT_FORWARDING -> List.of("No route to host");
        case FOREIGN_SOURCE -> List.of("Network is unreachable");
        default -> List.of("Invalid argument", "Invalid cross-device link");
      };
    }

    @Override
    public List<String> unknown(Decision.Unknown decision) {
      return List.of("?");
    }
  }

  @Test
  void decisionsAreTheKernels() throws Exception {
    int hosts = Rounds.of("routeHosts", 6, 300);
    int first = Integer.getInteger("portmapctl.seed", 0);
    for (int i = first; i < first + hosts; i++) {
      random = new Random(i);
      seed = i;
      try (Namespace namespace = Namespace.make()) {
        host(namespace);
      }
    }
    System.out.println("RouteIT: " + hosts + " hosts, " + counts);
    assertThat(wrong).isEmpty();
    assertThat(counts.getOrDefault("equal", 0)).isGreaterThan(hosts * QUESTIONS / 2);
  }

  private void host(Namespace namespace) throws Exception {
    List<String> devices = new ArrayList<>();
    List<String> script = host(devices);
    namespace.run(String.join("\n", script), List.of("sh"));
    List<Question> questions = new ArrayList<>();
    StringBuilder asked = new StringBuilder("exec 2>&1\n");
    for (int k = 0; k < QUESTIONS; k++) {
      Question question = question(devices);
      questions.add(question);
      for (String how : List.of("", "fibmatch ")) {
        asked.append("ip ").append(String.format(question.words(), how)).append("; echo @@\n");
      }
    }
    // links settle first
    Thread.sleep(300);
    Routing routing = new Routing(new ReadRouting(new NamespaceHost(namespace)));
    String[] answers = namespace.run(asked.toString(), List.of("sh")).out().split("@@\n", -1);
    for (int k = 0; k < QUESTIONS; k++) {
      compare(
          routing, questions.get(k), answers[2 * k].strip(), answers[2 * k + 1].strip(), script);
    }
  }

  private void compare(
      Routing routing, Question question, String answer, String match, List<String> script)
      throws Exception {
    PacketSpace space = new PacketSpace();
    PacketSet packet = question.packet(space);
    List<Routed> routed =
        question.in().isPresent()
            ? routing.input(packet)
            : question.source().isEmpty()
                ? routing.unbound(packet, Optional.empty())
                : routing.output(packet, Optional.empty());
    assertThat(routed).hasSize(1);
    Decision decision = routed.get(0).decision();
    boolean hop = decision.open().stream().anyMatch(o -> o.kind() == Missing.Kind.NEXT_HOP);
    boolean absent =
        decision instanceof Decision.Refused refused && refused.why() == Refusal.NO_INTERFACE;
    // what IPv6 drops before it looks for a route, and groups, which ip refuses to ask about
    boolean before =
        question.v6()
            && (question.destination().startsWith("ff")
                || decision instanceof Decision.Refused refused
                    && (refused.why() == Refusal.LOOPBACK
                        || refused.why() == Refusal.MARTIAN_SOURCE));
    if (hop || absent || before) {
      count(hop ? "several next hops" : absent ? "interface down" : "not asked");
      return;
    }
    boolean forwards =
        question.in().isEmpty()
            || routing.forwarding(Family.IPV4, question.in().get()).value().orElse(true);
    List<String> told =
        decision.accept(new Told(question.v6(), question.in().isPresent(), forwards));
    String kernel = kernel(answer, question.in().isPresent());
    if (told.contains(kernel)) {
      count("equal");
      count(kernelKind(decision));
      route(question, decision, match, script);
      if (question.source().isEmpty() && answer.startsWith("[")) {
        source(routing, question, decision, answer, script);
      }
    } else {
      differs(question, kernel + " but " + told, decision, script);
    }
  }

  /** The route that decides must be the one that the kernel says matched. */
  private void route(Question question, Decision decision, String match, List<String> script)
      throws Exception {
    Optional<Route> mine =
        decision.by().stream()
            .filter(Decider.ByRoute.class::isInstance)
            .map(d -> ((Decider.ByRoute) d).route())
            .reduce((first, second) -> second);
    if (!match.startsWith("[") || mine.isEmpty() || decision instanceof Decision.Refused) {
      return;
    }
    Route kernel = RouteReader.read(match).get(0);
    // what is one table to the kernel it does not name
    String text = mine.get().text().replace(" table local", "");
    // and the type it tells by the destination
    text = text.replaceFirst("^(multicast|broadcast) ", "");
    if (kernel
        .text()
        .replaceFirst("^(multicast|broadcast) ", "")
        .replace(" table local", "")
        .replaceFirst(" iif \\S+", "")
        .equals(text)) {
      count("same route");
    } else {
      differs(question, "matched " + kernel.text() + " but " + text, decision, script);
    }
  }

  /** The source that it gives to what has none. */
  private void source(
      Routing routing, Question question, Decision decision, String answer, List<String> script)
      throws Exception {
    String kernel = IpJson.parse(answer, FileFault.Content.ROUTES).get(0).text("prefsrc");
    String mine =
        routing
            .sources()
            .of(decision, IpAddress.parse(question.destination()).orElseThrow())
            .value()
            .orElseThrow()
            .map(IpAddress::toString)
            .orElse("");
    if (mine.equals(kernel)) {
      count("same source");
    } else {
      differs(question, "source " + kernel + " but " + mine, decision, script);
    }
  }

  private static String kernelKind(Decision decision) {
    if (decision instanceof Decision.Refused refused) {
      return refused.why().name();
    }
    return decision.getClass().getSimpleName();
  }

  private static String by(Decider decider) {
    if (decider instanceof Decider.ByRule rule) {
      return rule.rule().text();
    }
    return decider instanceof Decider.ByRoute route ? route.route().text() : decider.toString();
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void differs(Question question, String how, Decision decision, List<String> script) {
    count("different");
    if (wrong.size() < 20) {
      List<String> by = decision.by().stream().map(RouteIT::by).toList();
      wrong.add(
          seed
              + ": "
              + String.format(question.words(), "")
              + ": "
              + how
              + " by "
              + by
              + (wrong.stream().noneMatch(w -> w.startsWith(seed + ":"))
                  ? "\n" + String.join("\n", script)
                  : ""));
    }
  }

  /** Networks of one family stay in it. */
  @Test
  void networksAreNetworks() {
    for (int i = 0; i < 100; i++) {
      assertThat(Cidr.parse(network(true))).isPresent();
      assertThat(Cidr.parse(network(false))).isPresent();
    }
  }
}
