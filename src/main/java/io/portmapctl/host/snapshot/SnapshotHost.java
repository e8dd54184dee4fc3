package io.portmapctl.host.snapshot;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host that answers from a snapshot, as it answered when that was taken. Documents in the folders
 * that a snapshot holds are those of the snapshot, others are this machine's.
 */
public final class SnapshotHost implements Host {
  /** What would act on it: it refuses. */
  public static final Exec UNCHANGEABLE = new Unchangeable();

  private static final Path SYSCTLS = Path.of("/proc/sys");

  private final Snapshot snapshot;
  private final boolean alone;
  private final Map<List<String>, Snapshot.Reply> replies = new HashMap<>();

  /** Those of {@code /proc/sys} from which something was recorded. */
  private final Set<Path> settingFolders = new HashSet<>();

  /** Of a snapshot. */
  public SnapshotHost(Snapshot snapshot) {
    this(snapshot, false);
  }

  /** Of what a {@link RecordingHost} has answered: nothing of this machine is looked at. */
  public static SnapshotHost alone(Snapshot answers) {
    return new SnapshotHost(answers, true);
  }

  private SnapshotHost(Snapshot snapshot, boolean alone) {
    this.snapshot = snapshot;
    this.alone = alone;
    snapshot.commands().forEach(reply -> replies.put(reply.command(), reply));
    for (Map.Entry<Path, Snapshot.Entry> file : snapshot.files().entrySet()) {
      Path folder = file.getKey().getParent();
      boolean there = file.getValue().kind() == Snapshot.Kind.FILE;
      if (there && folder != null && folder.startsWith(SYSCTLS)) {
        settingFolders.add(folder);
      }
    }
  }

  private record Unchangeable() implements Exec {
    @Override
    public Exec.Result run(List<String> command, String input) throws IOException {
      throw new IOException("a snapshot cannot be changed");
    }

    @Override
    public void write(Path file, byte[] value) throws IOException {
      throw new IOException("a snapshot cannot be changed");
    }
  }

  /** Gives the answers that programs with an input gave; nothing else can be done. */
  public Exec answering() {
    return new Answering();
  }

  private final class Answering implements Exec {
    @Override
    public Exec.Result run(List<String> command, String input) throws IOException {
      return ask(RecordingHost.key(command, input));
    }

    @Override
    public void write(Path file, byte[] value) throws IOException {
      UNCHANGEABLE.write(file, value);
    }
  }

  @Override
  public Optional<Path> find(String program) {
    return Optional.ofNullable(snapshot.programs().get(program));
  }

  /** By the longest part of the path that is known; what follows it has no links. */
  @Override
  public Path real(Path path) {
    for (Path known = path; known != null; known = known.getParent()) {
      Path real = snapshot.realPaths().get(known);
      if (real != null) {
        return known.equals(path) ? real : real.resolve(known.relativize(path));
      }
    }
    return path;
  }

  private Snapshot.Entry entry(Path path) {
    Snapshot.Entry entry = snapshot.files().get(path);
    if (entry != null) {
      return entry;
    }
    // only an interface that was not there has no settings at all; others were not asked for
    Path folder = path.getParent();
    boolean stranger = isOfInterface(path) && !settingFolders.contains(folder);
    return path.startsWith(SYSCTLS) && !stranger
        ? new Snapshot.Entry(
            Snapshot.Kind.FAILED, "the snapshot does not hold this setting", List.of())
        : Snapshot.Entry.of(Snapshot.Kind.MISSING);
  }

  /** Whether it is a setting of one interface. */
  private static boolean isOfInterface(Path path) {
    return path.getNameCount() > 3 && path.getName(path.getNameCount() - 3).equals(Path.of("conf"));
  }

  @Override
  public boolean exists(Path path) {
    return entry(path).kind() != Snapshot.Kind.MISSING;
  }

  @Override
  public Optional<NetworkNamespace> namespace(Path path) throws IOException {
    if (snapshot.namespaces().isEmpty()) {
      throw new IOException("the snapshot does not hold which network namespaces there are");
    }
    for (Path spelled : List.of(path, real(path))) {
      Optional<NetworkNamespace> there = snapshot.namespaces().get(spelled);
      if (there != null && there.map(n -> n.id().isEmpty()).orElse(false)) {
        throw new AccessDeniedException(path.toString());
      }
      if (there != null) {
        return there;
      }
    }
    if (Recorder.looksThrough(path)) {
      return Optional.empty();
    }
    throw new IOException("the snapshot does not hold what is there");
  }

  @Override
  public byte[] read(Path file) throws IOException {
    Snapshot.Entry entry = entry(file);
    return switch (entry.kind()) {
      case FILE -> entry.content().getBytes(StandardCharsets.ISO_8859_1);
      case MISSING -> throw new NoSuchFileException(file.toString());
      case FORBIDDEN -> throw new AccessDeniedException(file.toString());
      case FAILED -> throw new IOException(entry.content());
      case FOLDER, SPECIAL -> throw new IOException("not a regular file");
    };
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    Snapshot.Entry entry = entry(folder);
    if (entry.kind() != Snapshot.Kind.FOLDER) {
      read(folder);
      throw new IOException("not a folder");
    }
    return entry.names();
  }

  /** What was asked without counters was recorded with them. */
  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    Snapshot.Reply reply = replies.get(command);
    boolean counted = true;
    if (reply == null && command.size() > 1) {
      List<String> counting = new ArrayList<>(command);
      counting.add(1, "-c");
      reply = replies.get(counting);
      counted = false;
    }
    if (reply == null) {
      throw new IOException("the snapshot does not hold what it printed");
    }
    if (reply.result().isEmpty()) {
      throw new IOException(reply.reason());
    }
    Exec.Result result = reply.result().get();
    return counted
        ? result
        : new Exec.Result(result.exit(), withoutCounters(result.output()), result.error());
  }

  /** Drops {@code [PACKETS:BYTES]} before rules; a quoted word may hold line breaks. */
  static String withoutCounters(String save) {
    StringBuilder out = new StringBuilder(save.length());
    boolean quoted = false;
    int at = 0;
    while (at < save.length()) {
      boolean lineStart = at == 0 || save.charAt(at - 1) == '\n';
      if (lineStart && !quoted) {
        at = afterCounters(save, at);
        if (at < save.length() && save.charAt(at) == '#') {
          int end = save.indexOf('\n', at);
          int next = end < 0 ? save.length() : end + 1;
          out.append(save, at, next);
          at = next;
          continue;
        }
      }
      char c = save.charAt(at);
      if (c == '\\' && quoted && at + 1 < save.length()) {
        out.append(c);
        at++;
      } else if (c == '"') {
        quoted = !quoted;
      }
      out.append(save.charAt(at));
      at++;
    }
    return out.toString();
  }

  /** Behind the counters of a rule whose line begins there, or where it begins without them. */
  private static int afterCounters(String save, int start) {
    if (save.charAt(start) != '[') {
      return start;
    }
    int at = start + 1;
    while (at < save.length() && "0123456789:".indexOf(save.charAt(at)) >= 0) {
      at++;
    }
    return save.startsWith("] -A ", at) ? at + 2 : start;
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    if (!snapshot.noInterfaces().isEmpty()) {
      throw new IOException(snapshot.noInterfaces());
    }
    return snapshot.interfaces();
  }

  @Override
  public Map<String, String> holders(Set<String> sockets) {
    Map<String, String> holders = new HashMap<>(snapshot.holders());
    holders.keySet().retainAll(sockets);
    return holders;
  }

  @Override
  public SourceFiles documents() {
    return new Kept();
  }

  /** The documents of a snapshot, and beside them this machine's. */
  private final class Kept implements SourceFiles {

    private boolean isKept(Path path) {
      Path normal = path.normalize();
      return alone || Recorder.DOCUMENTS.stream().anyMatch(normal::startsWith);
    }

    private Snapshot.Kind kind(Path path) {
      return entry(path.normalize()).kind();
    }

    @Override
    public boolean exists(Path path) {
      return isKept(path) ? kind(path) != Snapshot.Kind.MISSING : LOCAL.exists(path);
    }

    @Override
    public boolean isFolder(Path path) {
      return isKept(path) ? kind(path) == Snapshot.Kind.FOLDER : LOCAL.isFolder(path);
    }

    @Override
    public boolean isFile(Path path) {
      return isKept(path)
          ? exists(path)
              && kind(path) != Snapshot.Kind.FOLDER
              && kind(path) != Snapshot.Kind.SPECIAL
          : LOCAL.isFile(path);
    }

    @Override
    public boolean isReadable(Path path) {
      return isKept(path)
          ? exists(path) && kind(path) != Snapshot.Kind.FORBIDDEN
          : LOCAL.isReadable(path);
    }

    @Override
    public List<Path> entries(Path folder) throws IOException {
      if (!isKept(folder)) {
        return LOCAL.entries(folder);
      }
      List<Path> entries = new ArrayList<>();
      for (String name : names(folder.normalize())) {
        entries.add(folder.resolve(name));
      }
      return entries;
    }

    @Override
    public byte[] read(Path file) throws IOException {
      return isKept(file) ? SnapshotHost.this.read(file.normalize()) : LOCAL.read(file);
    }
  }
}
