package io.portmapctl;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How planning grows: mappings of one container, and ten mappings onto a ruleset of many
 * containers. Not a test; CONTRIBUTING.md says how to run it.
 */
final class Benchmark {
  private static final int[] SIZES = {1_000, 3_000, 10_000};
  private static final int RUNS = 7;

  private Benchmark() {}

  /** Prints a line a size: the median of several runs in this process, after a warm-up. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("portmapctl-benchmark");
    Path ruleset = folder.resolve("ruleset");
    for (int round = 0; round < 2; round++) {
      for (int size : SIZES) {
        String many = document("web", "abc", 20_000, size);
        report(round, size + " mappings onto an empty table", many, "empty");
      }
      for (int size : SIZES) {
        Files.writeString(ruleset, containers(size));
        String ten = document("web", "abc", 10, 10);
        report(round, "10 mappings onto " + size + " containers", ten, ruleset.toString());
        String file = ruleset.toString();
        report(round, "reading " + size + " containers", () -> parse(ruleset));
        report(round, "list of " + size + " containers", "", "list", "-q", "--ruleset", file);
        String last = "tcp 203.0.113.9:40000 -> 192.0.2.1:" + (1024 + (3 * (size - 1)) % 60_000);
        report(
            round,
            "a trace through " + size + " containers",
            "",
            "explain",
            "--packet",
            last,
            "--local-address",
            "192.0.2.1",
            "--ruleset",
            file);
        String all = documents(size);
        report(
            round, "check of " + size + " containers", all, "check", "-", "-q", "--ruleset", file);
      }
    }
    Files.delete(ruleset);
    Files.delete(folder);
  }

  private static void parse(Path ruleset) {
    try {
      String text = Files.readString(ruleset, StandardCharsets.ISO_8859_1);
      SaveFormat.table(Family.IPV4, TableName.NAT, text).orElseThrow();
    } catch (IOException | SaveFormat.FormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(int round, String what, String document, String ruleset) {
    report(round, what, document, "add", "-", "--ruleset", ruleset, "-o", "save", "-q", "--force");
  }

  private static void report(int round, String what, String document, String... args) {
    report(
        round,
        what,
        () -> {
          Run run = Run.with(Map.of(), document, List.of(args));
          if (run.exit() != 0) {
            throw new IllegalStateException(run.err());
          }
        });
  }

  private static void report(int round, String what, Runnable action) {
    long[] times = new long[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      action.run();
      times[i] = System.nanoTime() - start;
    }
    if (round > 0) {
      Arrays.sort(times);
      System.out.printf("%-40s %6d ms%n", what, times[RUNS / 2] / 1_000_000);
    }
  }

  /** An attachment with ports from a first one on. */
  private static String document(String network, String id, int first, int count) {
    StringBuilder ports = new StringBuilder();
    for (int i = 0; i < count; i++) {
      ports.append(i == 0 ? "" : ",");
      ports.append("{\"hostPort\":").append(first + i).append(",\"containerPort\":80}");
    }
    return "{\"containerID\":\""
        + id
        + "\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\""
        + network
        + "\",\"runtimeConfig\":{\"portMappings\":["
        + ports
        + "]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.2.3/24\"}]}}}\n";
  }

  /** The table of many containers with three ports each. */
  private static String containers(int count) {
    Run run =
        Run.with(
            Map.of(),
            documents(count),
            List.of("add", "-", "--ruleset", "empty", "-o", "save", "-q", "--force"));
    if (run.exit() != 0) {
      throw new IllegalStateException(run.err());
    }
    return run.out();
  }

  private static String documents(int count) {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < count; i++) {
      documents.append(document("net" + i % 7, "c" + i, 1024 + 3 * i % 60_000, 3));
    }
    return documents.toString();
  }
}
