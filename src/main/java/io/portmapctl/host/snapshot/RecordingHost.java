package io.portmapctl.host.snapshot;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A host that remembers what it was asked and what it answered, so that a plan can be made again
 * from the same answers. Nothing is asked that nobody asks.
 */
public final class RecordingHost implements Host, Exec {
  private final Host host;
  private final Exec exec;
  private final Path folder;
  private final Map<String, Path> programs = new TreeMap<>();
  private final Map<Path, Path> realPaths = new TreeMap<>();
  private final Map<List<String>, Snapshot.Reply> commands = new LinkedHashMap<>();
  private final Map<Path, Snapshot.Entry> files = new TreeMap<>();
  private final Map<Path, Optional<Host.NetworkNamespace>> namespaces = new TreeMap<>();
  private final Map<String, String> holders = new TreeMap<>();
  private final Map<Path, byte[]> sources = new TreeMap<>();
  private List<HostInterface> interfaces = List.of();
  private String noInterfaces = "unasked";

  /**
   * What answers.
   *
   * @param folder from which names of documents count
   */
  public RecordingHost(Host host, Exec exec, Path folder) {
    this.host = host;
    this.exec = exec;
    this.folder = folder;
  }

  /** What was asked so far, and the answers. */
  public Snapshot answers() {
    return new Snapshot(
        "",
        new TreeMap<>(programs),
        new TreeMap<>(realPaths),
        List.copyOf(commands.values()),
        interfaces,
        noInterfaces,
        new TreeMap<>(files),
        new TreeMap<>(namespaces),
        new TreeMap<>(holders));
  }

  /** By what an answer to a program with input is known: the words, then the input. */
  static List<String> key(List<String> command, String input) {
    List<String> key = new ArrayList<>(command);
    key.add(input);
    return List.copyOf(key);
  }

  @Override
  public Exec.Result run(List<String> command, String input) throws IOException {
    return answer(key(command, input), () -> exec.run(command, input));
  }

  @Override
  public void write(Path file, byte[] value) throws IOException {
    SnapshotHost.UNCHANGEABLE.write(file, value); // what is recorded only looks
  }

  private interface Question {
    Exec.Result ask() throws IOException;
  }

  private Exec.Result answer(List<String> key, Question question) throws IOException {
    try {
      Exec.Result result = question.ask();
      commands.put(key, new Snapshot.Reply(key, Optional.of(result), ""));
      return result;
    } catch (IOException e) {
      commands.put(key, new Snapshot.Reply(key, Optional.empty(), String.valueOf(e.getMessage())));
      throw e;
    }
  }

  @Override
  public Optional<Path> find(String program) {
    Optional<Path> path = host.find(program);
    path.ifPresent(p -> programs.put(program, p));
    return path;
  }

  @Override
  public Path real(Path path) throws IOException {
    Path real = host.real(path);
    realPaths.put(path, real);
    return real;
  }

  @Override
  public boolean exists(Path path) {
    boolean exists = host.exists(path);
    files.putIfAbsent(
        path, Snapshot.Entry.of(exists ? Snapshot.Kind.SPECIAL : Snapshot.Kind.MISSING));
    return exists;
  }

  @Override
  public Optional<NetworkNamespace> namespace(Path path) throws IOException {
    try {
      Optional<NetworkNamespace> there = host.namespace(path);
      namespaces.put(path, there);
      return there;
    } catch (IOException e) {
      namespaces.put(path, Optional.of(new NetworkNamespace("", false)));
      throw e;
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    try {
      byte[] bytes = host.read(file);
      files.put(file, Recorder.waiting(file, Recorder.content(bytes)));
      return bytes;
    } catch (IOException e) {
      files.put(file, Recorder.unread(e));
      throw e;
    }
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    try {
      List<String> names = host.names(folder);
      files.put(folder, new Snapshot.Entry(Snapshot.Kind.FOLDER, "", List.copyOf(names)));
      return names;
    } catch (IOException e) {
      files.put(folder, Recorder.unread(e));
      throw e;
    }
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    return answer(List.copyOf(command), () -> host.ask(command));
  }

  /** An answer is remembered when it is asked for: what is written has the order of that. */
  @Override
  public Exec.Running begin(List<String> command) {
    Exec.Running running = host.begin(command);
    return new Exec.Running() {
      @Override
      public Exec.Result result() throws IOException {
        return answer(List.copyOf(command), running::result);
      }

      @Override
      public void close() {
        running.close();
      }
    };
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    try {
      interfaces = host.interfaces();
      noInterfaces = "";
      return interfaces;
    } catch (IOException e) {
      noInterfaces = String.valueOf(e.getMessage());
      throw e;
    }
  }

  @Override
  public Map<String, String> holders(Set<String> sockets) {
    Map<String, String> found = host.holders(sockets);
    holders.putAll(found);
    return found;
  }

  @Override
  public SourceFiles documents() {
    return new Read(host.documents());
  }

  /** The documents that are read, by the paths by which they are asked for. */
  private final class Read implements SourceFiles {
    private final SourceFiles documents;

    Read(SourceFiles documents) {
      this.documents = documents;
    }

    private Path at(Path path) {
      return RecordingHost.this.folder.resolve(path);
    }

    private Path key(Path path) {
      return path.normalize();
    }

    private void found(Path path, Snapshot.Kind kind) {
      Snapshot.Entry known = files.get(key(path));
      if (known == null || known.kind() == Snapshot.Kind.SPECIAL) {
        files.put(key(path), Snapshot.Entry.of(kind));
      }
    }

    @Override
    public boolean exists(Path path) {
      boolean exists = documents.exists(at(path));
      found(path, exists ? Snapshot.Kind.SPECIAL : Snapshot.Kind.MISSING);
      return exists;
    }

    @Override
    public boolean isFolder(Path path) {
      boolean folder = documents.isFolder(at(path));
      if (folder) {
        found(path, Snapshot.Kind.FOLDER);
      }
      return folder;
    }

    @Override
    public boolean isFile(Path path) {
      boolean file = documents.isFile(at(path));
      if (file) {
        found(path, Snapshot.Kind.FILE);
      }
      return file;
    }

    @Override
    public boolean isReadable(Path path) {
      boolean readable = documents.isReadable(at(path));
      if (!readable && documents.exists(at(path))) {
        files.put(key(path), Snapshot.Entry.of(Snapshot.Kind.FORBIDDEN));
      }
      return readable;
    }

    @Override
    public List<Path> entries(Path folder) throws IOException {
      List<String> names = new ArrayList<>();
      documents.entries(at(folder)).forEach(e -> names.add(String.valueOf(e.getFileName())));
      List<Path> entries = names.stream().map(folder::resolve).toList();
      names.sort(null);
      files.put(key(folder), new Snapshot.Entry(Snapshot.Kind.FOLDER, "", List.copyOf(names)));
      return entries;
    }

    @Override
    public byte[] read(Path file) throws IOException {
      try {
        byte[] bytes = documents.read(at(file));
        files.put(key(file), Snapshot.Entry.file(new String(bytes, StandardCharsets.ISO_8859_1)));
        sources.put(key(file), bytes);
        return bytes;
      } catch (IOException e) {
        files.put(key(file), Recorder.unread(e));
        throw e;
      }
    }
  }

  /** The documents that were read, by their paths, and their bytes. */
  public Map<Path, byte[]> sources() {
    return new TreeMap<>(sources);
  }
}
