package io.portmapctl.testing;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.Protocol;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Planner;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.SetTracer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is measured of reading, sets of packets and planning: a host of so many containers that
 * publish a port each, and what is done with it. The benchmarks repeat it, a test holds that it
 * does what they say.
 */
public final class Workload {
  private static final int FIRST_PORT = 1024;
  private static final int MOST = 60_000;

  private final int containers;
  private final String text;
  private final Table table;

  /** A host of containers, {@code MOST} at most. */
  public Workload(int containers) {
    if (containers > MOST) {
      throw new IllegalArgumentException("no more than " + MOST + " ports");
    }
    this.containers = containers;
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < containers; i++) {
      requests.add(published("c" + i, FIRST_PORT + i, 1));
    }
    Plan.Part all = Planner.plan(Generator.parse(Family.IPV4, EMPTY), requests).part();
    this.text = SaveFormat.print(all.after(), true);
    this.table = parsed();
  }

  private static final String EMPTY =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      :INPUT ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      COMMIT
      """;

  private static Request published(String container, int first, int ports) {
    List<PortMapping> mappings = new ArrayList<>();
    for (int i = 0; i < ports; i++) {
      mappings.add(new PortMapping(first + i, 80, Protocol.TCP, Optional.empty()));
    }
    Attachment attachment =
        new Attachment(
            new Identity("web", container),
            "eth0",
            "1.0.0",
            mappings,
            true,
            List.of(),
            List.of(),
            OptionalInt.empty(),
            Optional.empty(),
            false,
            List.of(Cidr.parse("10.89.5.6/16").orElseThrow()),
            false,
            Optional.empty());
    return new Request.Publish(attachment, new LayoutChoice(Layouts.MARK, LayoutReason.ASKED));
  }

  /** Reads the save, every rule of it. */
  public Table parsed() {
    try {
      return SaveFormat.table(Family.IPV4, TableName.NAT, text).orElseThrow();
    } catch (SaveFormat.FormatException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What becomes of all packets that come in: where they leave, in parts. */
  public List<Leaving> parts() {
    PacketSpace space = new PacketSpace();
    return new SetTracer(new RuleIndex(table), HostAddresses.UNKNOWN, space)
        .through(Hook.PREROUTING, space.all())
        .leaving();
  }

  /** Plans so many mappings of one more container. */
  public Plan.Part planned(int mappings) {
    return Planner.plan(table, List.of(published("one-more", FIRST_PORT + containers, mappings)))
        .part();
  }

  /** Plans the same containers once more: nothing is to be done. */
  public Plan.Part plannedAgain() {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < containers; i++) {
      requests.add(published("c" + i, FIRST_PORT + i, 1));
    }
    return Planner.plan(table, requests).part();
  }
}
