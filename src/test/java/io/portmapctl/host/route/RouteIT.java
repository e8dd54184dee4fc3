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
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random hosts, asked by {@code ip route get} for one packet after another. */
@Tag("live")
class RouteIT {
  private static final int QUESTIONS = 60;
  private RandomRouter make = new RandomRouter(0);
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

  private Question question(List<String> devices) {
    boolean v6 = make.once(3);
    Optional<String> in = make.once(3) ? Optional.empty() : Optional.of(make.any(devices));
    Optional<IpProtocol> protocol =
        make.once(2)
            ? Optional.of(make.any(List.of(IpProtocol.TCP, IpProtocol.UDP)))
            : Optional.empty();
    String source = make.address(v6);
    while (source.equals("::") || source.startsWith("ff")) {
      source = make.address(v6);
    }
    return new Question(
        v6,
        in,
        in.isEmpty() && make.once(2) ? "" : source,
        make.address(v6),
        make.once(2) ? 0 : make.any(List.of(1, 2, 3, 0x10, 0x12)),
        protocol,
        make.any(List.of(1500, 40000)),
        make.any(List.of(80, 85, 443)),
        make.any(List.of(0, 1000)));
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
          leadsNowhere(decision)
              || decision.why() == Refusal.NOT_FORWARDING
              || decision.why() == Refusal.LINK_LOCAL_SOURCE;
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

    /** By a route over loopback, whose packets are discarded later. */
    private static boolean leadsNowhere(Decision.Refused decision) {
      return decision.why() == Refusal.UNREACHABLE
          && decision.by().stream()
              .filter(Decider.ByRoute.class::isInstance)
              .flatMap(d -> ((Decider.ByRoute) d).route().hops().stream())
              .anyMatch(h -> h.device().equals("lo"));
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
      make = new RandomRouter(i);
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
    List<String> script = make.script(devices);
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
    boolean other = decision.open().contains(Missing.KERNEL);
    boolean absent =
        decision instanceof Decision.Refused refused && refused.why() == Refusal.NO_INTERFACE;
    // what IPv6 drops before it looks for a route, and groups, which ip refuses to ask about
    boolean before =
        question.v6()
            && (question.destination().startsWith("ff")
                || decision instanceof Decision.Refused refused
                    && (refused.why() == Refusal.LOOPBACK
                        || refused.why() == Refusal.MARTIAN_SOURCE));
    if (hop || other || absent || before) {
      String why = hop ? "several next hops" : other ? "not in every kernel" : "not asked";
      count(absent ? "interface down" : why);
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
      boolean refused = decision instanceof Decision.Refused;
      if (question.source().isEmpty() && answer.startsWith("[") && !refused) {
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
      assertThat(Cidr.parse(make.network(true))).isPresent();
      assertThat(Cidr.parse(make.network(false))).isPresent();
    }
  }
}
