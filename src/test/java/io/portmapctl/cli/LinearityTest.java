package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.portmapctl.testing.Run;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What commands do for a ruleset grows as the ruleset does. It is told by the memory that they ask
 * for, which does not depend on how busy a machine is: what is done again and again, rules that are
 * read, sets that are made, asks for some each time.
 */
@Tag("long")
class LinearityTest {
  private static final int FEW = 250;
  private static final int TIMES = 8;

  /** What grows beside: tables of hashes that are doubled. */
  private static final double AT_MOST = 1.3;

  @TempDir Path folder;

  /** Containers of which a good many publish the same ports, each on an address of its own. */
  private static String documents(int count, int portsOfAddress) {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String hostIp = "10.1." + i / portsOfAddress + ".1";
      StringBuilder ports = new StringBuilder();
      for (int k = 0; k < 3; k++) {
        int port = 20_000 + 3 * (i % portsOfAddress) + k;
        ports.append(k == 0 ? "" : ",").append("{\"hostPort\":").append(port);
        ports.append(",\"containerPort\":80,\"hostIP\":\"").append(hostIp).append("\"}");
      }
      String address = "10.2." + i / 250 + "." + (i % 250 + 2) + "/16";
      documents
          .append("{\"containerID\":\"c" + i + "\",\"config\":{\"cniVersion\":\"1.0.0\",")
          .append("\"type\":\"portmap\",\"name\":\"web\",\"runtimeConfig\":{\"portMappings\":[")
          .append(ports)
          .append("]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"")
          .append(address)
          .append("\"}]}}}\n");
    }
    return documents.toString();
  }

  /** Containers that publish a port each, of TCP first, then the same ones of UDP. */
  private static String ofBothProtocols(int count, int ports) {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < count; i++) {
      documents.append(
          """
          {"containerID":"c%d","config":{"cniVersion":"1.0.0","type":"portmap","name":"web",\
          "runtimeConfig":{"portMappings":[{"hostPort":%d,"containerPort":80,"protocol":"%s"}]},\
          "prevResult":{"cniVersion":"1.0.0","ips":[{"address":"10.2.%d.%d/16"}]}}}
          """
              .formatted(
                  i, 20_000 + i % ports, i / ports % 2 == 0 ? "tcp" : "udp", i / 250, i % 250 + 2));
    }
    return documents.toString();
  }

  private static Run run(String document, List<String> words) {
    Run run = Run.with(Map.of(), document, words);
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  private static long asked(String document, List<String> words) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    run(document, words);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest
  @CsvSource({
    "list, false",
    "check -, true",
    "explain --port 10.1.0.1:20001, false",
    "add --net web --container-id new --ip 10.2.200.2/16 -p 9:9, false",
    "add - -q, true"
  })
  void whatIsAskedForGrowsAsTheRulesetDoes(String command, boolean documents) throws Exception {
    grows(command, documents, count -> documents(count, FEW / 4));
  }

  @Test
  void whatIsPublishedByAnotherProtocolIsNotLookedAt() throws Exception {
    grows("list", false, count -> ofBothProtocols(count, TIMES * FEW / 2));
  }

  /** Of a host that has the address of each service of a cluster. */
  private static String routes(int addresses) {
    StringBuilder routes = new StringBuilder("[");
    for (int i = 0; i < addresses; i++) {
      routes
          .append("{\"type\":\"local\",\"dst\":\"10.96." + i / 250 + "." + (i % 250 + 1))
          .append("\",\"dev\":\"lo\",\"table\":\"local\",\"scope\":\"host\"},\n");
    }
    return routes
        + """
        {"type":"local","dst":"192.0.2.1","dev":"eth0","table":"local","scope":"host"},
        {"dst":"192.0.2.0/24","dev":"eth0","scope":"link"},
        {"dst":"10.2.0.0/16","dev":"cni0","scope":"link"},
        {"dst":"default","gateway":"192.0.2.254","dev":"eth0"}]
        """;
  }

  @Test
  void aPortOfAHostWithManyAddressesIsExplained() throws Exception {
    Path ruleset = folder.resolve("ruleset");
    List<String> made =
        List.of("add", "-", "--layout", "mark", "--ruleset", "empty", "-o", "save", "-q");
    Files.writeString(ruleset, run(ofBothProtocols(1, 1), made).out());
    List<Long> asked = new ArrayList<>();
    for (int count : List.of(50, 50, 400)) {
      Path file = Files.writeString(folder.resolve("routes"), routes(count));
      List<String> words =
          List.of(
              "explain",
              "--port",
              "20000",
              "--ruleset",
              ruleset.toString(),
              "--routes",
              file.toString());
      asked.add(asked("", words));
    }
    System.out.printf(
        "explain --port: of 50 addresses %d KB, of 400 %.1f times as much%n",
        asked.get(1) / 1000, (double) asked.get(2) / asked.get(1));
    assertThat(asked.get(2)).isLessThan(2 * 8 * asked.get(1));
  }

  private void grows(String command, boolean documents, IntFunction<String> containers)
      throws Exception {
    List<Long> asked = new ArrayList<>();
    for (int count : List.of(FEW, FEW, TIMES * FEW)) {
      String all = containers.apply(count);
      Path ruleset = folder.resolve("ruleset");
      List<String> made =
          List.of("add", "-", "--layout", "mark", "--ruleset", "empty", "-o", "save", "-q");
      Files.writeString(ruleset, run(all, made).out());
      List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
      words.addAll(List.of("--family", "ipv4", "--ruleset", ruleset.toString()));
      asked.add(asked(documents ? all : "", words));
    }
    // of the very first, the start is a part
    System.out.printf(
        "%s: of %d containers %d KB, of %d times as many %.1f times as much%n",
        command, FEW, asked.get(1) / 1000, TIMES, (double) asked.get(2) / asked.get(1));
    assertThat(asked.get(2)).isBetween(asked.get(1), (long) (AT_MOST * TIMES * asked.get(1)));
  }
}
