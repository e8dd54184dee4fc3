package io.portmapctl.path;

import io.portmapctl.testing.NftMonitor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the kernel did with a packet and with its answer.
 *
 * @param refusal why the sender's kernel would not send it; empty where it did
 * @param arrived where the packet came to: a namespace; empty where to none
 * @param owner whether that has the address that it had then; the host always
 * @param left whether it left the host
 * @param answered whether the answer came to the sender, from where the packet had been sent to
 * @param stranger whether an answer came to the sender from elsewhere
 * @param astray whether the answer came to the host by another interface than the packet left by
 * @param decided the rule or policy that ended the packet's way, or that of its answer
 * @param ofAnswer whether that was the answer
 * @param rejected whether the sender was told by the host
 * @param clear whether it is known for certain what ended it
 * @param lines what nft said of the packet on the host
 * @param hits what legacy's rules counted meanwhile
 */
record KernelWay(
    String refusal,
    Optional<String> arrived,
    boolean owner,
    boolean left,
    boolean answered,
    boolean stranger,
    boolean astray,
    Optional<Decider> decided,
    boolean ofAnswer,
    boolean rejected,
    boolean clear,
    List<NftMonitor.Line> lines,
    Map<String, Long> hits) {

  /**
   * A rule.
   *
   * @param variant whose it is, in the words of JSON
   * @param number its place in the chain, from 1; 0 for the chain's policy
   */
  record Decider(String variant, String family, String table, String chain, int number) {}

  private static final List<String> IPTABLES =
      List.of("raw", "mangle", "nat", "filter", "security");

  static KernelWay of(
      RandomHost.Sent sent,
      String refusal,
      Map<String, List<NftMonitor.Line>> seen,
      Map<String, Long> hits,
      Map<String, Integer> places) {
    List<NftMonitor.Line> host = seen.get("host");
    List<NftMonitor.Line> first = of(host, sent, true);
    List<NftMonitor.Line> back = of(host, sent, false);
    Optional<String> arrived = Optional.empty();
    boolean owner = false;
    for (Map.Entry<String, List<NftMonitor.Line>> each : seen.entrySet()) {
      String name = each.getKey();
      String chain = name.equals("host") ? "input" : "prerouting";
      for (NftMonitor.Line line : of(each.getValue(), sent, true)) {
        if (at(line, chain) && line.kind() == NftMonitor.Kind.PACKET) {
          boolean own = name.equals("host") || RandomHost.owns(name, line.address("daddr"));
          arrived = arrived.isEmpty() || own ? Optional.of(name) : arrived;
          owner |= own;
        }
      }
    }
    boolean left = first.stream().anyMatch(l -> at(l, "postrouting"));
    String end = sent.from().equals("host") ? "input" : "prerouting";
    boolean answered = false;
    boolean stranger = false;
    for (NftMonitor.Line line : of(seen.get(sent.from()), sent, false)) {
      if (at(line, end) && line.kind() == NftMonitor.Kind.PACKET) {
        boolean right =
            line.address("saddr").equals(sent.destination())
                && line.port("sport").equals(OptionalInt.of(sent.to()))
                && line.address("daddr").equals(sent.source());
        answered |= right;
        stranger |= !right;
      }
    }
    boolean ofAnswer = arrived.isPresent();
    List<Decider> drops = new ArrayList<>();
    boolean rejected = false;
    if (!answered) {
      for (NftMonitor.Line line : ofAnswer ? back : first) {
        if (line.drops()) {
          drops.add(decider(line, places));
          rejected |= line.text().contains("reject");
        }
      }
      if (drops.isEmpty()) {
        for (String hit : hits.keySet()) {
          String[] words = hit.split(" ", 4);
          boolean other = words[3].contains(sent.protocol().equals("tcp") ? " -p udp" : " -p tcp");
          // what is left of connections before is of the other protocol
          if (!other && (words[3].contains("-j DROP") || words[3].contains("-j REJECT"))) {
            String family = sent.v4() ? "ip" : "ip6";
            drops.add(
                new Decider("legacy", family, words[0], words[1], Integer.parseInt(words[2])));
            rejected |= words[3].contains("-j REJECT");
          }
        }
      }
    }
    return new KernelWay(
        refusal,
        arrived,
        owner,
        left,
        answered,
        stranger,
        astray(first, back),
        drops.stream().findFirst(),
        ofAnswer,
        rejected,
        drops.size() < 2,
        ofAnswer && !answered ? back : first,
        hits);
  }

  private static boolean astray(List<NftMonitor.Line> first, List<NftMonitor.Line> back) {
    Optional<String> out = device(first, "postrouting", "oif");
    Optional<String> in = device(back, "prerouting", "iif");
    return out.isPresent() && in.isPresent() && !out.equals(in);
  }

  private static Optional<String> device(List<NftMonitor.Line> lines, String chain, String field) {
    return lines.stream()
        .filter(l -> at(l, chain) && l.kind() == NftMonitor.Kind.PACKET)
        .map(l -> l.field(field))
        .findFirst();
  }

  private static boolean at(NftMonitor.Line line, String chain) {
    return line.table().equals(NftMonitor.TABLE) && line.chain().equals(chain);
  }

  /** What is said of the packet, or of the first answer to it, and of no later ones. */
  private static List<NftMonitor.Line> of(
      List<NftMonitor.Line> all, RandomHost.Sent sent, boolean forth) {
    Set<String> ids = new HashSet<>();
    Set<String> others = new HashSet<>();
    List<NftMonitor.Line> lines = new ArrayList<>();
    for (NftMonitor.Line line : all) {
      if (line.kind() == NftMonitor.Kind.PACKET && !ids.contains(line.id())) {
        boolean ours =
            line.port(forth ? "sport" : "dport").equals(OptionalInt.of(sent.port()))
                && (sent.later() || opens(line, forth));
        (ours ? ids : others).add(line.id());
      }
      if (ids.contains(line.id())) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** Of TCP only what opens a connection, and what answers that. */
  private static boolean opens(NftMonitor.Line line, boolean forth) {
    String flags = line.field("tcp flags ==");
    return flags.isEmpty()
        || (forth ? flags.equals("syn") : List.of("0x12", "0x14", "rst").contains(flags));
  }

  private static Decider decider(NftMonitor.Line line, Map<String, Integer> places) {
    boolean iptables = IPTABLES.contains(line.table()) && !line.family().equals("inet");
    String place = line.family() + " " + line.table() + " " + line.chain();
    int number =
        line.handle().isPresent()
            ? places.getOrDefault(place + " " + line.handle().getAsLong(), -1)
            : 0;
    return new Decider(
        iptables ? "nft" : "nftables", line.family(), line.table(), line.chain(), number);
  }
}
