package io.portmapctl.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.fault.FileFault.Unwritten;
import io.portmapctl.testing.Needs;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Root's files among another user's, who gives things other names at the wrong moment. */
@Tag("live")
class WholeFileIT {
  private static final int NOBODY = 65_534;
  private static final int WRITES = 2_000;
  private static final int TURNS = 100;

  @TempDir private Path folder;
  private Path theirs = Path.of("");
  private Path roots = Path.of("");

  @BeforeEach
  void makeFolders() throws Exception {
    Needs.that(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "root gives files away");
    theirs = given(Files.createDirectory(folder.resolve("theirs")));
    roots = Files.createDirectory(folder.resolve("roots"));
  }

  private static Path given(Path file) throws Exception {
    Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    return file;
  }

  private static Optional<Unwritten> replace(Path file) {
    try {
      WholeFile.replace(file.toString(), "new".getBytes(UTF_8));
      return Optional.empty();
    } catch (UnwrittenException e) {
      return Optional.of(e.fault().why());
    }
  }

  @Test
  void anotherUsersFolderHasNoLinkThatIsFollowed() throws Exception {
    Path target = Files.writeString(roots.resolve("target"), "old");
    Files.createSymbolicLink(theirs.resolve("file"), target);
    Files.createSymbolicLink(theirs.resolve("folder"), roots);
    assertThat(replace(theirs.resolve("file"))).contains(Unwritten.LINK);
    assertThat(replace(theirs.resolve("folder/target"))).contains(Unwritten.LINK);
    // a folder of root's that is below theirs they can move away
    Path inside = Files.createDirectory(theirs.resolve("inside"));
    Files.createSymbolicLink(inside.resolve("file"), target);
    assertThat(replace(inside.resolve("file"))).contains(Unwritten.LINK);
    assertThat(Files.readString(target)).isEqualTo("old");
    Files.writeString(theirs.resolve("plain"), "old");
    given(theirs.resolve("plain"));
    assertThat(replace(theirs.resolve("plain"))).isEmpty();
    assertThat(Files.getAttribute(theirs.resolve("plain"), "unix:uid")).isEqualTo(0);
    assertThat(OwnFile.in(theirs.resolve("state").toString(), "history")).isEmpty();
    assertThat(theirs.resolve("state")).doesNotExist();
  }

  /** A folder becomes a link to one of root's and a folder again, all the time. */
  @Test
  void aFolderThatBecomesALinkMeanwhileLeadsNowhere() throws Exception {
    Path real = Files.createDirectory(theirs.resolve("real"));
    Path moving = theirs.resolve("moving");
    Path link = Files.createSymbolicLink(theirs.resolve("link"), roots);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger turns = new AtomicInteger();
    Thread attacker = new Thread(() -> swap(real, link, moving, over, turns));
    attacker.start();
    int written = 0;
    int tries = 0;
    // a busy machine swaps slowly: as many swaps as the trial is about, however many writes it
    // takes
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (tries < WRITES || turns.get() < TURNS && System.nanoTime() < end) {
      written += replace(moving.resolve("file")).isEmpty() ? 1 : 0;
      tries++;
    }
    over.set(true);
    attacker.join();
    System.out.printf(
        "%d writes while the folder became a link and one again %d times: %d written%n",
        tries, turns.get(), written);
    assertThat(turns).hasValueGreaterThanOrEqualTo(TURNS);
    assertThat(written).isPositive();
    try (Stream<Path> all = Files.list(roots)) {
      assertThat(all).isEmpty();
    }
  }

  private static void swap(
      Path real, Path link, Path moving, AtomicBoolean over, AtomicInteger turns) {
    try {
      while (!over.get()) {
        Files.move(real, moving, StandardCopyOption.ATOMIC_MOVE);
        Thread.sleep(0, 200_000);
        Files.move(moving, real, StandardCopyOption.ATOMIC_MOVE);
        Files.move(link, moving, StandardCopyOption.ATOMIC_MOVE);
        Thread.sleep(0, 200_000);
        Files.move(moving, link, StandardCopyOption.ATOMIC_MOVE);
        turns.incrementAndGet();
      }
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
