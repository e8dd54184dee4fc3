package io.portmapctl.host.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * This machine.
 *
 * @param programs the folders in which programs are looked for, in order
 * @param network what stands for {@code /proc/net}
 * @param exec starts the programs
 */
public record LocalHost(List<Path> programs, Path network, Exec exec) implements Host {
  /** The kernel cuts the name of a process (TASK_COMM_LEN less its end). */
  private static final int LONGEST_NAME = 15;

  private static final int WRITABLE_BY_OTHERS = 0022;

  private static final Path PROC_NET = Path.of("/proc/net");

  /** This machine as it is; {@code /usr/sbin} and {@code /sbin} are looked through after PATH. */
  public static LocalHost of(String path, Exec exec) {
    List<Path> folders = new ArrayList<>();
    for (String folder : ProcessExec.folders(path)) {
      folders.add(Path.of(folder));
    }
    return new LocalHost(List.copyOf(folders), PROC_NET, exec);
  }

  private Path place(Path path) {
    return path.startsWith(PROC_NET) ? network.resolve(PROC_NET.relativize(path)) : path;
  }

  @Override
  public Optional<Path> find(String program) {
    for (Path folder : programs) {
      Path file = folder.resolve(program);
      if (Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  @Override
  public Path real(Path path) throws IOException {
    return path.toRealPath();
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(place(path));
  }

  /** All namespaces are files of one file system of the kernel's, nsfs. */
  @Override
  public Optional<NetworkNamespace> namespace(Path path) throws IOException {
    Object nsfs = Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:dev");
    Map<String, Object> file;
    try {
      file = Files.readAttributes(path, "unix:dev,ino");
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (e instanceof AccessDeniedException) {
        throw e;
      }
      return Optional.empty(); // a file where a folder should be, or links in a circle
    }
    return nsfs.equals(file.get("dev"))
        ? Optional.of(new NetworkNamespace(String.valueOf(file.get("ino")), isReal(path)))
        : Optional.empty();
  }

  /** A process's namespace is a link that leads to no name. */
  private static boolean isReal(Path path) {
    try {
      return path.toRealPath().isAbsolute();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return Files.readAllBytes(place(file));
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(place(folder))) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    return exec.run(command, "");
  }

  @Override
  public Exec.Running begin(List<String> command) {
    return exec.start(command, "");
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    List<HostInterface> interfaces = new ArrayList<>();
    // Java gives them in another order than the kernel
    List<NetworkInterface> all =
        NetworkInterface.networkInterfaces()
            // by no comparator of the JDK's: its lambda can be in no class-data archive
            .sorted((one, other) -> Integer.compare(one.getIndex(), other.getIndex()))
            .toList();
    for (NetworkInterface each : all) {
      List<Cidr> addresses = new ArrayList<>();
      List<IpAddress> broadcasts = new ArrayList<>();
      for (InterfaceAddress address : each.getInterfaceAddresses()) {
        String text = address.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        IpAddress.parse(zone < 0 ? text : text.substring(0, zone))
            .ifPresent(a -> addresses.add(new Cidr(a, address.getNetworkPrefixLength())));
        if (address.getBroadcast() != null) {
          IpAddress.parse(address.getBroadcast().getHostAddress()).ifPresent(broadcasts::add);
        }
      }
      interfaces.add(new HostInterface(each.getName(), addresses, broadcasts, each.isUp()));
    }
    return List.copyOf(interfaces);
  }

  @Override
  public Map<String, String> holders(Set<String> sockets) {
    Map<String, String> holders = new HashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holders.size() == sockets.size()) {
          break;
        }
        addHeld(process, sockets, holders);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return holders; // what was seen until then
    }
    return holders;
  }

  /** What one process holds of them, where nobody before it does. */
  private static void addHeld(Path process, Set<String> sockets, Map<String, String> holders) {
    String prefix = "socket:[";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        String target = Files.readSymbolicLink(file).toString();
        if (target.startsWith(prefix)) {
          String inode = target.substring(prefix.length(), target.length() - 1);
          if (sockets.contains(inode) && !holders.containsKey(inode)) {
            holders.put(inode, named(process));
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // another user's, or it ended
    }
  }

  /**
   * Name and number of a process; empty where it ended. Any process may give itself any name: one
   * that only such have as hold ports for containers stands alone where its program bears it out.
   */
  private static String named(Path process) {
    try {
      String name = new String(Files.readAllBytes(process.resolve("comm")), ISO_8859_1).strip();
      String program = Sockets.isHolder(name) ? pretended(process, name) : "";
      return name + program + " (process " + process.getFileName() + ")";
    } catch (IOException e) {
      return "";
    }
  }

  /** The program of a process, where it is not an administrator's of that name. */
  private static String pretended(Path process, String name) {
    Path link = process.resolve("exe");
    try {
      String program = Files.readSymbolicLink(link).toString();
      String file = program.substring(program.lastIndexOf('/') + 1).replace(" (deleted)", "");
      boolean named = name.length() < LONGEST_NAME ? file.equals(name) : file.startsWith(name);
      boolean roots = Integer.valueOf(0).equals(Files.getAttribute(link, "unix:uid"));
      int mode = (Integer) Files.getAttribute(link, "unix:mode");
      return named && roots && (mode & WRITABLE_BY_OTHERS) == 0 ? "" : " [" + program + "]";
    } catch (IOException e) {
      return " [?]";
    }
  }

  @Override
  public SourceFiles documents() {
    return SourceFiles.LOCAL;
  }
}
