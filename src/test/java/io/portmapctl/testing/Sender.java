package io.portmapctl.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends first packets of connections, and later ones, and answers them; run inside a network
 * namespace. Each line of standard input is {@code PROTOCOL SOURCE PORT DESTINATION PORT}, with
 * {@code open-} before it for a connection that stays open, or {@code more} for another packet of
 * that; each line of output is how it went.
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

  /**
   * Starts one in a namespace.
   *
   * @param ports where it answers, TCP and UDP, at every address that the namespace has now
   */
  public static Sender in(Namespace namespace, Integer... ports) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                namespace.name(),
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classes(),
                Sender.class.getName()));
    for (int port : ports) {
      command.add("" + port);
    }
    return new Sender(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Where this class is. */
  private static String classes() {
    return Sender.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  /** Waits until it answers at its ports. */
  public void ready() throws IOException {
    String answer = answers.readLine();
    if (!"ready".equals(answer)) {
      throw new IOException("no sender: " + answer);
    }
  }

  /** Sends one packet. */
  public void send(String protocol, String source, int port, String destination, int to)
      throws IOException {
    String refusal = trial(protocol, source, port, destination, to);
    if (!refusal.isEmpty()) {
      throw new IOException(String.join(" ", protocol, source, destination) + ": " + refusal);
    }
  }

  /** Sends one packet; why the kernel would not, empty where it did. */
  public String trial(String protocol, String source, int port, String destination, int to)
      throws IOException {
    return said(String.join(" ", protocol, source, "" + port, destination, "" + to));
  }

  /** Sends the next packet of the connection that was opened last. */
  public String more() throws IOException {
    return said("more");
  }

  private String said(String words) throws IOException {
    String line = words + "\n";
    process.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    String answer = answers.readLine();
    return "sent".equals(answer) ? "" : String.valueOf(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }

  /** The other side. */
  public static void main(String[] args) throws IOException {
    if (args.length > 0) {
      listen(args);
      System.out.println("ready");
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    SelectableChannel opened = DatagramChannel.open();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      try {
        if (words[0].equals("more")) {
          more((ByteChannel) opened);
        } else {
          InetSocketAddress from = address(words[1], words[2]);
          InetSocketAddress to = address(words[3], words[4]);
          SelectableChannel channel = words[0].endsWith("udp") ? udp(from, to) : tcp(from, to);
          opened.close();
          opened = channel;
          if (!words[0].startsWith("open-")) {
            channel.close();
          }
        }
        System.out.println("sent");
      } catch (IOException e) {
        System.out.println(e);
      }
    }
  }

  /** Answers are sent from the very address that was asked: a socket for each. */
  private static void listen(String[] ports) throws IOException {
    Selector selector = Selector.open();
    List<InetAddress> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> !a.isLinkLocalAddress())
            .toList();
    for (String port : ports) {
      for (InetAddress address : own) {
        DatagramChannel channel = DatagramChannel.open(family(address));
        channel.bind(new InetSocketAddress(address, Integer.parseInt(port)));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
      }
      ServerSocketChannel server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress(Integer.parseInt(port)));
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
    }
    Thread thread = new Thread(() -> answer(selector));
    thread.setDaemon(true);
    thread.start();
  }

  private static void answer(Selector selector) {
    while (true) {
      try {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.channel() instanceof ServerSocketChannel server) {
            SocketChannel accepted = server.accept();
            if (accepted != null) {
              accepted.configureBlocking(false);
              accepted.register(selector, SelectionKey.OP_READ);
            }
          } else if (key.channel() instanceof SocketChannel channel) {
            echo(channel);
          } else {
            DatagramChannel channel = (DatagramChannel) key.channel();
            ByteBuffer bytes = ByteBuffer.allocate(64);
            SocketAddress from = channel.receive(bytes);
            bytes.flip();
            // who is answered by another that answers would do so for ever
            if (from != null && bytes.hasRemaining() && bytes.get(0) > 0) {
              channel.send(bytes.put(0, (byte) -bytes.get(0)), from);
            }
          }
        }
        selector.selectedKeys().clear();
      } catch (IOException e) {
        continue; // who asked has gone, or may not be answered
      }
    }
  }

  /** Gives back what comes, until nothing more does. */
  private static void echo(SocketChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    try {
      if (channel.read(bytes) < 0) {
        channel.close();
      } else {
        channel.write(bytes.flip());
      }
    } catch (IOException e) {
      channel.close(); // who asked has gone
    }
  }

  private static StandardProtocolFamily family(InetAddress address) {
    return address instanceof Inet6Address
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }

  private static InetSocketAddress address(String ip, String port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(ip), Integer.parseInt(port));
  }

  private static SelectableChannel udp(InetSocketAddress from, InetSocketAddress to)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open(family(from.getAddress()));
    try {
      channel.bind(from);
      channel.connect(to);
      channel.write(ByteBuffer.wrap(new byte[] {1}));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The first packet is sent at once; whether anybody answers does not matter. */
  private static SelectableChannel tcp(InetSocketAddress from, InetSocketAddress to)
      throws IOException {
    SocketChannel channel = SocketChannel.open(family(from.getAddress()));
    try {
      channel.configureBlocking(false);
      channel.bind(from);
      channel.connect(to);
    } catch (java.net.ConnectException e) {
      // refused already: it was sent
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return channel;
  }

  private static void more(ByteChannel channel) throws IOException {
    if (channel instanceof SocketChannel socket && !socket.finishConnect()) {
      throw new IOException("no connection yet");
    }
    channel.write(ByteBuffer.wrap(new byte[] {2}));
  }
}
