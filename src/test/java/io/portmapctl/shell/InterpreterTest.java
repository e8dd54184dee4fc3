package io.portmapctl.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.ShellWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines, and the questions of an add. */
@Tag("fast")
class InterpreterTest {
  private static final ChosenRuleset EMPTY = new ChosenRuleset("empty", Optional.empty());

  private static int run(Surroundings around, ChosenRuleset ruleset, String line) {
    ShellRuleset work = new ShellRuleset(around.session(), ruleset);
    return new Interpreter(work, Optional.of(around))
        .run(around.session(), ShellWords.ofCommandLine(line));
  }

  @Test
  void whatIsMissingIsAskedForUntilItIsRight() {
    Surroundings around =
        new Surroundings("", "no net", "web", "5f3c", "10.89.5.6", "10.89.5.6/24", "80", "8080:80");
    assertThat(run(around, EMPTY, "add")).isZero();
    assertThat(around.asked).hasSize(8);
    assertThat(around.err())
        .contains("it is needed")
        .contains("network name \"no net\": allowed are")
        .contains("--ip 10.89.5.6: give the prefix")
        .contains("-p: found \"80\", expected [HOSTIP:]HOSTPORT:CONTAINERPORT")
        .contains("so the plan is only shown");
    assertThat(around.out()).contains("--to-destination 10.89.5.6:80");
  }

  @Test
  void severalAddressesAndPortsInOneAnswer() {
    Surroundings around =
        new Surroundings("10.89.5.6/24 fd00:89:5::6/64", "8080:80  9000-9001:9000-9001/udp");
    assertThat(run(around, EMPTY, "add --net web --container-id 5f3c")).isZero();
    assertThat(around.out())
        .contains("[fd00:89:5::6]:80")
        .contains("--dport 9001 -j DNAT --to-destination 10.89.5.6:9001");
  }

  @Test
  void namesOfTheRulesetAreOfferedAndTheOnlyOneIsTheDefault() {
    Surroundings around = new Surroundings("db");
    assertThat(run(around, Surroundings.PODMAN, "add")).isEqualTo(1);
    assertThat(around.offered.get(0)).containsExactly("db", "web");
    assertThat(around.offered.get(1)).hasSize(2).noneMatch(id -> id.startsWith("26447870"));
    assertThat(around.err()).contains("Nothing was changed.");
    Surroundings one = new Surroundings("", "", "10.1.1.5/24", "81:80");
    ChosenRuleset file = new ChosenRuleset("testdata/inputs/one-container.save", Optional.empty());
    assertThat(run(one, file, "add")).isZero();
    assertThat(one.asked.get(0)).contains("Network name [web]");
    assertThat(one.asked.get(1)).contains("Container ID [5f3c]");
  }

  /** The line is one that can be typed again, and leads to the same. */
  @Test
  void theLineThatWasMadeIsLeftInTheHistory() {
    Surroundings around = new Surroundings("5f3c", "10.89.5.6/24", "8080:80 81:81/udp");
    assertThat(run(around, EMPTY, "add --net web --condition-v4 '-s 192.0.2.0/24'")).isZero();
    String line =
        "add --net web --condition-v4 '-s 192.0.2.0/24' --container-id 5f3c --ip 10.89.5.6/24"
            + " -p 8080:80 -p 81:81/udp";
    assertThat(around.remembered).containsExactly(line);
    assertThat(around.err()).contains(line);
    Surroundings again = new Surroundings();
    assertThat(run(again, EMPTY, line)).isZero();
    assertThat(again.out()).isEqualTo(around.out());
    Surroundings own = new Surroundings("5f3c", "10.89.5.6/24", "8080:80");
    assertThat(run(own, Surroundings.PODMAN, "add --ruleset empty --net web")).isZero();
    assertThat(own.remembered).allMatch(l -> l.startsWith("add --ruleset empty --net web"));
  }

  @Test
  void aPortThatIsTakenIsSaidAtThePort() {
    String add = "add --net web --container-id 5f3c --ip 10.89.5.60/24";
    Surroundings around = new Surroundings("8080:80 82:80", "8443:80", "127.0.0.2:8443:80");
    assertThat(run(around, Surroundings.PODMAN, add)).isZero();
    assertThat(around.err())
        .contains("tcp port 8080 is taken: container 26447870ce46 (network web) has it")
        .contains("tcp port 8443 on 127.0.0.1 is taken:");
    assertThat(around.out()).contains("-d 127.0.0.2/32 -p tcp -m tcp --dport 8443");
    // who insists goes on, and the plan says what comes of it
    Surroundings insisting = new Surroundings("8080:80", "8080:80");
    assertThat(run(insisting, Surroundings.PODMAN, add)).isEqualTo(5);
    assertThat(insisting.asked).hasSize(2);
    // its own port, another protocol, or a family in which nobody has it
    for (String free : List.of("8080:80/udp", "9200:80")) {
      Surroundings other = new Surroundings(free);
      assertThat(run(other, Surroundings.PODMAN, add)).isZero();
      assertThat(other.err()).doesNotContain("is taken");
    }
    Surroundings six = new Surroundings("8080:80");
    assertThat(run(six, Surroundings.PODMAN, "add --net web --container-id 5f3c --ip fd00::6/64"))
        .isZero();
    assertThat(six.err()).doesNotContain("is taken");
    String own =
        "add --net web --ip 10.89.5.7/24 --container-id"
            + " 26447870ce462b982f1c11276d224a3771528d03c9b89deccb9a67b088072d92";
    Surroundings same = new Surroundings("8080:80");
    assertThat(run(same, Surroundings.PODMAN, own)).isZero();
    assertThat(same.err()).doesNotContain("is taken");
  }

  @Test
  void aPastedBlockIsItsLines() {
    assertThat(Block.lines("list\n\nlist --port 80\r\n  help \n"))
        .containsExactly("list", "list --port 80", "help");
    assertThat(Block.lines("add --net web \\\n  -p 80:80\nlist"))
        .containsExactly("add --net web   -p 80:80", "list");
    assertThat(Block.lines("list 'a\nb'\nlist")).containsExactly("list 'a\nb'", "list");
    assertThat(Block.lines("list a\\\\\nlist # it's\nlist"))
        .containsExactly("list a\\\\", "list # it's", "list");
    assertThat(Block.lines(" \n")).isEmpty();
  }

  @Test
  void aLineMayBeginAsItWouldOutside() {
    for (String line :
        List.of("list", "portmapctl list", "sudo portmapctl list", "$ sudo portmapctl list")) {
      Surroundings around = new Surroundings();
      assertThat(run(around, Surroundings.PODMAN, line)).as(line).isZero();
      assertThat(around.out()).contains("8443");
    }
  }

  @Test
  void nothingIsAskedWhereTheLineIsWrongOrHasASourceOrWantsHelp() {
    for (String line :
        List.of("add -p 0:1", "add --bad", "add -h", "add testdata/quickstart.json")) {
      Surroundings around = new Surroundings();
      run(around, EMPTY, line);
      assertThat(around.asked).as(line).isEmpty();
    }
  }

  @Test
  void aLineWithItsOwnRulesetKeepsIt() {
    Surroundings around = new Surroundings();
    assertThat(run(around, EMPTY, "list --ruleset testdata/podman-host/iptables-save.txt -q"))
        .isZero();
    assertThat(around.out()).contains("8443");
    Surroundings other = new Surroundings();
    assertThat(run(other, EMPTY, "list")).isZero();
    assertThat(other.err()).contains("No mappings.");
  }

  @Test
  void resultsGoToAFileUnlessTheLineFails(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("web.json");
    Surroundings around = new Surroundings();
    String add = "add --net web --container-id c --ip 10.1.1.1/24 -p 80:80 -o document > ";
    assertThat(run(around, EMPTY, add + file)).isZero();
    assertThat(around.out()).isEmpty();
    assertThat(Files.readString(file)).contains("\"containerID\"");
    assertThat(run(around, EMPTY, "add " + file + " -o save > " + folder.resolve("x"))).isZero();
    assertThat(run(around, EMPTY, "add " + folder.resolve("no") + " > " + file)).isEqualTo(3);
    assertThat(Files.readString(file)).contains("\"containerID\"");
    assertThat(run(around, EMPTY, add + folder.resolve("no/such/folder"))).isEqualTo(4);
    assertThat(run(around, EMPTY, "del --net '>' --container-id '>' '>'")).isEqualTo(3);
  }

  @Test
  void resultsGoNowhereThatSomebodyElsePointsTo(@TempDir Path folder) throws IOException {
    String add = "add --net web --container-id c --ip 10.1.1.1/24 -p 80:80 -o document > ";
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    Path link = Files.createSymbolicLink(shared.resolve("link"), target);
    Surroundings around = new Surroundings();
    assertThat(run(around, EMPTY, add + link)).isEqualTo(4);
    assertThat(around.err()).contains(link + " is a symbolic link that somebody else may have put");
    assertThat(run(around, EMPTY, add + folder)).isEqualTo(4);
    assertThat(around.err()).contains(folder + ": cannot be written: it is a folder");
    assertThat(run(around, EMPTY, add + "/dev/full")).isEqualTo(4);
    assertThat(around.err()).contains("/dev/full: cannot be written: No space left on device");
    assertThat(run(around, EMPTY, add + "/dev/null")).isZero();
    assertThat(Files.readString(target)).isEqualTo("old");
  }

  @Test
  void aWrongLineIsAUsageErrorAndLeavesNothing() {
    Surroundings around = new Surroundings();
    assertThat(run(around, EMPTY, "list '")).isEqualTo(2);
    assertThat(run(around, EMPTY, "use")).isEqualTo(2);
    assertThat(run(around, EMPTY, "exit now")).isEqualTo(2);
    assertThat(run(around, EMPTY, "use no-such-file")).isEqualTo(3);
    assertThat(run(around, EMPTY, "delete")).isEqualTo(2);
    assertThat(run(around, EMPTY, "")).isZero();
  }
}
