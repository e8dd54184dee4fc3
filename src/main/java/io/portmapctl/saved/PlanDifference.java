package io.portmapctl.saved;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.SequenceDiff;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a plan that is made now differs from a saved one.
 *
 * @param parts what differs, part by part
 */
public record PlanDifference(List<Part> parts) {

  /** Which part of a plan. */
  public enum Kind {
    /** The documents that it was made from. */
    SOURCES,
    /** The changes. */
    CHANGES,
    /** The settings of the kernel. */
    SYSCTLS,
    /** The entries of connection tracking. */
    CONNTRACK,
    /** The documents that are kept. */
    KEPT,
    /** The rules that it stands on. */
    STATE,
    /** What other tables do with the ports. */
    ELSEWHERE
  }

  /**
   * One part with its lines, those that stay among them.
   *
   * @param family whose rules, where it is about those of a family
   */
  public record Part(Kind kind, Optional<Family> family, List<SequenceDiff.Step<Octets>> lines) {}

  /** Whether there is any that keeps a plan from being carried out. */
  public boolean matters() {
    return parts.stream().anyMatch(p -> p.kind() != Kind.SOURCES);
  }

  /** The difference between two plans, and the documents that they were made from. */
  public static PlanDifference between(
      Essence saved,
      Essence now,
      List<SavedPlan.Source> savedSources,
      List<SavedPlan.Source> nowSources) {
    List<Part> parts = new ArrayList<>();
    add(parts, Kind.SOURCES, Optional.empty(), sources(savedSources), sources(nowSources));
    add(parts, Kind.CHANGES, Optional.empty(), changes(saved), changes(now));
    add(parts, Kind.SYSCTLS, Optional.empty(), settings(saved), settings(now));
    add(parts, Kind.CONNTRACK, Optional.empty(), flows(saved), flows(now));
    add(parts, Kind.KEPT, Optional.empty(), kept(saved), kept(now));
    Map<Family, List<Octets>> before = states(saved);
    Map<Family, List<Octets>> after = states(now);
    for (Family family : Family.values()) {
      add(
          parts,
          Kind.STATE,
          Optional.of(family),
          before.getOrDefault(family, List.of()),
          after.getOrDefault(family, List.of()));
      add(
          parts,
          Kind.ELSEWHERE,
          Optional.of(family),
          elsewhere(saved, family),
          elsewhere(now, family));
    }
    return new PlanDifference(List.copyOf(parts));
  }

  private static void add(
      List<Part> parts, Kind kind, Optional<Family> family, List<Octets> saved, List<Octets> now) {
    if (!saved.equals(now)) {
      parts.add(new Part(kind, family, List.copyOf(SequenceDiff.between(saved, now))));
    }
  }

  private static List<Octets> sources(List<SavedPlan.Source> sources) {
    return sources.stream().map(s -> Octets.utf8(s.digest() + " " + s.name())).toList();
  }

  private static List<Octets> changes(Essence essence) {
    List<Octets> lines = new ArrayList<>();
    for (Essence.Step step : essence.changes()) {
      lines.add(
          new Octets(
              step.family().id()
                  + " "
                  + step.op().name().toLowerCase(Locale.ROOT).replace('_', '-')
                  + " "
                  + step.chain().latin1()
                  + (step.rule().isEmpty() ? "" : " " + step.rule().latin1())));
    }
    return lines;
  }

  private static List<Octets> settings(Essence essence) {
    return essence.settings().stream()
        .map(
            s ->
                Octets.utf8(
                    "net/ipv4/conf/"
                        + s.networkInterface()
                        + "/route_localnet="
                        + s.from()
                        + " -> 1 "
                        + s.towards()))
        .toList();
  }

  private static List<Octets> flows(Essence essence) {
    List<Octets> lines = new ArrayList<>();
    for (Plan.Stale flow : essence.flows()) {
      String address = flow.hostIp().map(Object::toString).orElse("*");
      lines.add(Octets.utf8(flow.family().id() + " udp " + address + " " + flow.hostPort()));
    }
    return lines;
  }

  private static List<Octets> kept(Essence essence) {
    List<Octets> lines = new ArrayList<>();
    for (Essence.Kept document : essence.kept()) {
      lines.add(Octets.utf8(document.file() + (document.content().isPresent() ? "" : " -")));
      for (String line : document.content().orElse(Octets.EMPTY).latin1().split("\n", -1)) {
        lines.add(new Octets("  " + line));
      }
    }
    return lines;
  }

  private static Map<Family, List<Octets>> states(Essence essence) {
    Map<Family, List<Octets>> states = new LinkedHashMap<>();
    for (Essence.State state : essence.state()) {
      List<Octets> lines = new ArrayList<>();
      lines.add(Octets.utf8(state.program()));
      lines.addAll(state.rules());
      states.put(state.family(), lines);
    }
    return states;
  }

  private static List<Octets> elsewhere(Essence essence, Family family) {
    return essence.state().stream()
        .filter(s -> s.family() == family)
        .flatMap(s -> s.elsewhere().stream())
        .toList();
  }
}
