package io.portmapctl.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.fault.FileFault.Unwritten;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written where, in folders of one's own and in one that everybody writes to. */
@Tag("fast")
class WholeFileTest {
  @TempDir private Path folder;
  private Path shared = Path.of("");

  @BeforeEach
  void makeFolders() throws Exception {
    shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
  }

  private static Optional<Unwritten> write(Path file, String content, boolean streams) {
    try {
      if (streams) {
        WholeFile.write(file.toString(), content.getBytes(UTF_8));
      } else {
        WholeFile.replace(file.toString(), content.getBytes(UTF_8));
      }
      return Optional.empty();
    } catch (UnwrittenException e) {
      return Optional.of(e.fault().why());
    }
  }

  private static Optional<Unwritten> replace(Path file, String content) {
    return write(file, content, false);
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  private List<String> names(Path of) throws Exception {
    try (Stream<Path> all = Files.list(of)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void must(String... command) throws Exception {
    Run run = Namespace.process("", List.of(command));
    assertThat(run.exit()).as(run.err()).isZero();
  }

  @Test
  void aFileIsForItsOwnerAloneWhateverItWas() throws Exception {
    Path file = folder.resolve("file");
    assertThat(replace(file, "one")).isEmpty();
    assertThat(mode(file)).isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Path name = Files.createLink(folder.resolve("other-name"), file);
    assertThat(write(file, "two", true)).isEmpty();
    assertThat(Files.readString(file)).isEqualTo("two");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(Files.readString(name)).as("what another name leads to").isEqualTo("one");
    assertThat(names(folder)).containsExactly("file", "other-name", "shared");
  }

  @Test
  void whatWasThereStaysWhereItCannotBeWritten() throws Exception {
    assertThat(replace(folder.resolve("no/such"), "x")).contains(Unwritten.NO_FOLDER);
    assertThat(replace(folder, "x")).contains(Unwritten.FOLDER);
    assertThat(replace(folder.resolve("shared/.."), "x")).contains(Unwritten.FOLDER);
    Path file = Files.writeString(folder.resolve("file"), "old");
    assertThat(replace(file.resolve("below"), "x")).contains(Unwritten.NO_FOLDER);
    assertThat(replace(folder.resolve("n".repeat(256)), "x")).contains(Unwritten.SYSTEM);
    assertThat(replace(folder.resolve("n".repeat(255)), "x")).isEmpty();
    assertThat(replace(Path.of("/proc/no-file-is-made-here"), "x")).isPresent();
    assertThat(Files.readString(file)).isEqualTo("old");
    assertThat(names(folder)).hasSize(3);
  }

  @Test
  void aLinkIsFollowedWhereOnlyThisUserCanHavePutIt() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Files.createSymbolicLink(folder.resolve("one"), Path.of("two"));
    Files.createSymbolicLink(folder.resolve("two"), folder.resolve("./shared/../target"));
    assertThat(replace(folder.resolve("one"), "new")).isEmpty();
    assertThat(Files.readString(target)).isEqualTo("new");
    assertThat(folder.resolve("two")).isSymbolicLink();
    Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("made"));
    assertThat(replace(folder.resolve("nowhere"), "new")).isEmpty();
    assertThat(Files.readString(folder.resolve("made"))).isEqualTo("new");
    Files.createSymbolicLink(folder.resolve("round"), Path.of("round"));
    assertThat(replace(folder.resolve("round"), "x")).contains(Unwritten.LINK);
  }

  @Test
  void noLinkIsFollowedWhereOthersCanWrite() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path inside = Files.createDirectory(shared.resolve("inside"));
    List<Path> links =
        List.of(
            Files.createSymbolicLink(shared.resolve("file"), target),
            Files.createSymbolicLink(shared.resolve("dangling"), folder.resolve("made")),
            Files.createSymbolicLink(shared.resolve("folder"), folder).resolve("made"),
            Files.createSymbolicLink(folder.resolve("to"), Path.of("shared/file")));
    for (Path link : links) {
      for (boolean streams : List.of(true, false)) {
        assertThat(write(link, "new", streams)).as("%s", link).contains(Unwritten.LINK);
      }
    }
    assertThat(Files.readString(target)).isEqualTo("old");
    assertThat(folder.resolve("made")).doesNotExist();
    assertThat(replace(shared.resolve("own"), "new")).isEmpty();
    // a sticky folder keeps what is one's own: nobody else has put a link into that
    Files.createSymbolicLink(inside.resolve("link"), target);
    assertThat(replace(inside.resolve("link"), "new")).isEmpty();
    Files.setAttribute(shared, "unix:mode", 0777);
    assertThat(replace(inside.resolve("link"), "newer")).contains(Unwritten.LINK);
    assertThat(Files.readString(target)).isEqualTo("new");
  }

  @Test
  void aPipeOrADeviceIsNoPlaceForWhatMustLast() throws Exception {
    Path pipe = folder.resolve("pipe");
    must("mkfifo", pipe.toString());
    assertThat(replace(pipe, "x")).contains(Unwritten.NOT_REGULAR);
    assertThat(replace(Path.of("/dev/null"), "x")).contains(Unwritten.NOT_REGULAR);
    CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> content(pipe));
    assertThat(write(pipe, "through", true)).isEmpty();
    assertThat(read.get()).isEqualTo("through");
    assertThat(write(Path.of("/dev/null"), "x", true)).isEmpty();
    assertThat(Path.of("/dev/null")).exists();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(write(Path.of("/dev/full"), "x", true)).contains(Unwritten.SYSTEM);
    // somebody may listen there
    Path planted = shared.resolve("pipe");
    must("mkfifo", planted.toString());
    assertThat(write(planted, "x", true)).contains(Unwritten.NOT_REGULAR);
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anotherOpenFileOfTheProcessIsAppendedTo() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "one\n");
    try (var open = Files.newByteChannel(log, java.nio.file.StandardOpenOption.APPEND);
        Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      Path descriptor = all.filter(p -> content(p, log)).findFirst().orElseThrow();
      Path name = Path.of("/dev/fd").resolve(descriptor.getFileName());
      assertThat(write(name, "two\n", true)).isEmpty();
      assertThat(replace(name, "x")).contains(Unwritten.NOT_REGULAR);
      assertThat(open.isOpen()).isTrue();
    }
    assertThat(Files.readString(log)).isEqualTo("one\ntwo\n");
  }

  private static boolean content(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file.toRealPath());
    } catch (java.io.IOException e) {
      return false; // it was the one for the list
    }
  }

  @Test
  void aLockIsAPlainFileThatNobodyElseMayRead() throws Exception {
    Path lock = folder.resolve("lock");
    LockFile.open(lock.toString()).close();
    assertThat(mode(lock)).isEqualTo("rw-------");
    Path pipe = folder.resolve("pipe");
    must("mkfifo", pipe.toString());
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("elsewhere"));
    // another name of a file that others read
    Path others = Files.writeString(folder.resolve("others"), "");
    Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rw-r--r--"));
    LockFile.open(Files.createLink(shared.resolve("name"), others).toString()).close();
    assertThat(mode(others)).isEqualTo("rw-r--r--");
    for (Path wrong : List.of(pipe, link, folder, Path.of("/dev/null"))) {
      assertThat(opened(wrong)).as("%s", wrong).isPresent();
    }
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  private static Optional<Unwritten> opened(Path file) throws Exception {
    try {
      LockFile.open(file.toString()).close();
      return Optional.empty();
    } catch (UnwrittenException e) {
      return Optional.of(e.fault().why());
    }
  }

  @Test
  void whatIsKeptForTheUserNobodyElseHasAHandIn() throws Exception {
    Path made = folder.resolve("state/portmapctl");
    assertThat(OwnFile.in(made.toString(), "history")).contains(made.resolve("history"));
    assertThat(mode(made.resolve("history"))).isEqualTo("rw-------");
    assertThat(mode(made)).isEqualTo("rwx------");
    assertThat(OwnFile.in(made.toString(), "history")).isPresent();
    must("mkfifo", made.resolve("pipe").toString());
    Files.createSymbolicLink(made.resolve("link"), Path.of("history"));
    Files.createDirectory(made.resolve("folder"));
    Files.createFile(made.resolve("open"));
    Files.setPosixFilePermissions(
        made.resolve("open"), PosixFilePermissions.fromString("rw-rw-r--"));
    for (String wrong : List.of("pipe", "link", "folder", "open")) {
      assertThat(OwnFile.in(made.toString(), wrong)).as(wrong).isEmpty();
    }
    assertThat(OwnFile.in(shared.toString(), "history")).isEmpty();
    assertThat(OwnFile.in("/proc/none", "history")).isEmpty();
  }
}
