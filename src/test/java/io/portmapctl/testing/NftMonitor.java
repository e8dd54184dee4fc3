package io.portmapctl.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code nft monitor trace} prints in a namespace. A table of our own, {@code zz-obs}, marks
 * every packet at its very start and shows it once more where nothing comes after.
 */
public final class NftMonitor implements AutoCloseable {
  /** The table that makes packets seen. */
  public static final String TABLE = "zz-obs";

  private static final Pattern LINE =
      Pattern.compile(
          "trace id (\\S+) (\\S+) (\\S+) (\\S+) (packet:|rule|policy|verdict|unknown)(.*)");

  private static final Pattern HANDLE = Pattern.compile("# handle (\\d+) \\(verdict");
  private static final Pattern VERDICT = Pattern.compile("\\(verdict ([^)]*)\\)\\s*$");

  private final Process process;
  private final List<Line> lines = new ArrayList<>();
  private long last = System.nanoTime();

  /** What a line tells. */
  public enum Kind {
    /** A packet comes to a base chain. */
    PACKET,
    /** A rule matches. */
    RULE,
    /** A base chain's end. */
    POLICY,
    /** A chain's end. */
    END
  }

  /**
   * A line.
   *
   * @param id the packet's, while it is under way
   * @param text what comes after the kind
   */
  public record Line(String id, String family, String table, String chain, Kind kind, String text) {

    /** A field of a packet's line, as {@code ip saddr}; empty where it has none. */
    public String field(String name) {
      int at = (" " + text).indexOf(" " + name + " ");
      if (at < 0) {
        return "";
      }
      String rest = text.substring(at + name.length()).strip();
      int end = rest.indexOf(' ');
      return end < 0 ? rest : rest.substring(0, end);
    }

    /** A port of a packet's line. */
    public OptionalInt port(String name) {
      for (String protocol : List.of("tcp", "udp")) {
        String port = field(protocol + " " + name);
        if (!port.isEmpty()) {
          return OptionalInt.of(Integer.parseInt(port));
        }
      }
      return OptionalInt.empty();
    }

    /** An address of a packet's line: {@code saddr} or {@code daddr}. */
    public String address(String name) {
      String four = field("ip " + name);
      return four.isEmpty() ? field("ip6 " + name) : four;
    }

    /** Whether the rule or policy ends the packet's way. */
    public boolean drops() {
      return kind == Kind.POLICY ? text.startsWith("drop") : verdict().equals("drop");
    }

    /** What a rule says becomes of it. */
    public String verdict() {
      Matcher parts = VERDICT.matcher(text);
      return parts.find() ? parts.group(1) : "";
    }

    /** The rule's number for nf_tables. */
    public OptionalLong handle() {
      Matcher parts = HANDLE.matcher(text);
      return parts.find() ? OptionalLong.of(Long.parseLong(parts.group(1))) : OptionalLong.empty();
    }
  }

  private NftMonitor(Process process) {
    this.process = process;
  }

  /** Marks every packet of a namespace, and listens. */
  public static NftMonitor in(Namespace namespace) throws Exception {
    StringBuilder table = new StringBuilder("table inet " + TABLE + " {\n");
    for (String hook : List.of("prerouting", "output")) {
      table.append(chain(hook, "-500", "meta nftrace set 1"));
    }
    for (String hook : List.of("input", "postrouting")) {
      table.append(chain(hook, "1000", ""));
    }
    namespace.must(table.append("}\n").toString(), "nft", "-f", "-");
    Process process =
        new ProcessBuilder("ip", "netns", "exec", namespace.name(), "nft", "-a", "monitor", "trace")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    NftMonitor monitor = new NftMonitor(process);
    Thread reader = new Thread(monitor::read);
    reader.setDaemon(true);
    reader.start();
    return monitor;
  }

  private static String chain(String hook, String priority, String rule) {
    return "chain %s { type filter hook %s priority %s;\n%s\n}\n"
        .formatted(hook, hook, priority, rule);
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      return; // it was ended
    }
  }

  private synchronized void add(String text) {
    last = System.nanoTime();
    Matcher parts = LINE.matcher(text);
    if (parts.matches()) {
      Kind kind =
          switch (parts.group(5)) {
            case "packet:" -> Kind.PACKET;
            case "policy" -> Kind.POLICY;
            case "verdict" -> Kind.END;
            default -> Kind.RULE;
          };
      lines.add(
          new Line(
              parts.group(1),
              parts.group(2),
              parts.group(3),
              parts.group(4),
              kind,
              parts.group(6).strip()));
    }
  }

  /** Forgets what was seen. */
  public synchronized void clear() {
    lines.clear();
  }

  /** What was seen since then, in order. */
  public synchronized List<Line> seen() {
    return List.copyOf(lines);
  }

  /** How many nanoseconds ago something was seen for the last time. */
  public synchronized long quiet() {
    return System.nanoTime() - last;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
