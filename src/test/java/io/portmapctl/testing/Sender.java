package io.portmapctl.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Sends first packets of connections; run inside a network namespace. Each line of standard input
 * is {@code PROTOCOL SOURCE PORT DESTINATION PORT}, each line of output how it went.
 */
public final class Sender implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;

  private Sender(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Starts one in a namespace. */
  public static Sender in(Namespace namespace) throws IOException {
    return new Sender(
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                namespace.name(),
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                "target/test-classes",
                Sender.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Sends one packet. */
  public void send(String protocol, String source, int port, String destination, int to)
      throws IOException {
    String line = String.join(" ", protocol, source, "" + port, destination, "" + to) + "\n";
    process.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    String answer = answers.readLine();
    if (!"sent".equals(answer)) {
      throw new IOException(line.strip() + ": " + answer);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }

  /** The other side. */
  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      try {
        InetSocketAddress from = address(words[1], words[2]);
        InetSocketAddress to = address(words[3], words[4]);
        if (words[0].equals("udp")) {
          udp(from, to);
        } else {
          tcp(from, to);
        }
        System.out.println("sent");
      } catch (IOException e) {
        System.out.println(e);
      }
    }
  }

  private static InetSocketAddress address(String ip, String port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(ip), Integer.parseInt(port));
  }

  private static void udp(InetSocketAddress from, InetSocketAddress to) throws IOException {
    boolean v6 = from.getAddress() instanceof Inet6Address;
    try (DatagramChannel channel =
        DatagramChannel.open(v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
      channel.bind(from);
      channel.send(ByteBuffer.wrap(new byte[] {1}), to);
    }
  }

  /** The first packet is sent at once; whether anybody answers does not matter. */
  private static void tcp(InetSocketAddress from, InetSocketAddress to) throws IOException {
    boolean v6 = from.getAddress() instanceof Inet6Address;
    try (SocketChannel channel =
        SocketChannel.open(v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
      channel.configureBlocking(false);
      channel.bind(from);
      try {
        channel.connect(to);
      } catch (java.net.ConnectException e) {
        // refused already: it was sent
      }
    }
  }
}
