package io.portmapctl.host.probe;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Attempt;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Connections that are tried, of this host and of its containers; each ends by itself soon. */
public final class Connections {
  /** How long one may take: the first packet may be lost, and is sent again after a second. */
  private static final int MILLIS = 2000;

  /** The exit status of timeout(1) for what it ended. */
  private static final int LATE = 124;

  /** Address and port are arguments: no word of anybody's is read as one of a shell's. */
  private static final String TCP = "exec 3<>\"/dev/tcp/$0/$1\"";

  private static final String UDP = "exec 3<>\"/dev/udp/$0/$1\" && echo >&3 && read -r -t 1 -u 3";

  private Connections() {}

  /** From this host, which chooses its address as for any program. */
  public static Attempt here(Protocol protocol, IpAddress address, int port) {
    try {
      // a literal: no name is looked up
      InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(address.toString()), port);
      return switch (protocol) {
        case TCP -> stream(to);
        case UDP -> datagram(to);
        case SCTP -> Attempt.PROTOCOL;
      };
    } catch (IOException e) {
      return told(String.valueOf(e.getMessage()), Attempt.FAILED);
    }
  }

  private static Attempt stream(InetSocketAddress to) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(to, MILLIS);
      return Attempt.CONNECTED;
    } catch (SocketTimeoutException e) {
      return Attempt.TIMED_OUT;
    }
  }

  private static Attempt datagram(InetSocketAddress to) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(to);
      socket.setSoTimeout(MILLIS / 2);
      byte[] line = {'\n'};
      socket.send(new DatagramPacket(line, line.length));
      socket.receive(new DatagramPacket(new byte[1], 1));
      return Attempt.ANSWERED;
    } catch (PortUnreachableException e) {
      return Attempt.REFUSED; // it has no words
    } catch (SocketTimeoutException e) {
      return Attempt.SILENT;
    }
  }

  /**
   * From inside another network namespace.
   *
   * @param inside the host as it looks from there
   */
  public static Attempt inside(Host inside, Protocol protocol, IpAddress address, int port) {
    if (protocol == Protocol.SCTP) {
      return Attempt.PROTOCOL;
    }
    Optional<Path> timeout = inside.find("timeout");
    Optional<Path> bash = inside.find("bash");
    if (timeout.isEmpty() || bash.isEmpty()) {
      return Attempt.NO_PROGRAM;
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of(timeout.get().toString(), String.valueOf(MILLIS / 1000)));
    command.addAll(List.of(bash.get().toString(), "-c", protocol == Protocol.TCP ? TCP : UDP));
    command.addAll(List.of(address.toString(), String.valueOf(port)));
    try {
      Exec.Result result = inside.ask(command);
      if (protocol == Protocol.UDP) {
        return result.exit() == 0 ? Attempt.ANSWERED : told(result.error(), Attempt.SILENT);
      }
      return result.exit() == 0
          ? Attempt.CONNECTED
          : result.exit() == LATE ? Attempt.TIMED_OUT : told(result.error(), Attempt.FAILED);
    } catch (IOException e) {
      return Attempt.FAILED;
    }
  }

  /** What the kernel's words for an error say. */
  static Attempt told(String error, Attempt otherwise) {
    if (error.contains("refused") || error.contains("Port Unreachable")) {
      return Attempt.REFUSED;
    }
    if (error.contains("timed out")) {
      return Attempt.TIMED_OUT;
    }
    if (error.contains("unreachable") || error.contains("No route")) {
      return Attempt.UNREACHABLE;
    }
    return error.contains("not permitted") || error.contains("Permission denied")
        ? Attempt.NOT_PERMITTED
        : otherwise;
  }
}
