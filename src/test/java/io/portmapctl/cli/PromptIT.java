package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Screen;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The question and the confirmation, in a real terminal. */
@Tag("live")
class PromptIT {
  @TempDir private Path folder;

  private String add(String more) {
    return Namespace.launcher()
        + " add testdata/quickstart.json --apply --lock-file "
        + folder.resolve("lock")
        + " "
        + more;
  }

  private static boolean mapped(Namespace host) throws Exception {
    return host.must("", "iptables-save", "-t", "nat").contains("--dport 8080");
  }

  private static void waitUntilTakenBack(Namespace host) throws Exception {
    for (int i = 0; i < 300 && mapped(host); i++) {
      Thread.sleep(100);
    }
    assertThat(mapped(host)).isFalse();
  }

  @Test
  void noIsTheDefaultAndAnythingElseThanYes() throws Exception {
    for (String answer : new String[] {"", "n", "no", "ja"}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, add(""))) {
        screen.waitFor("Apply these changes? [y/N]");
        screen.keys(answer, "Enter");
        String seen = screen.waitFor("EXIT=");
        assertThat(seen).contains("Nothing was changed.").contains("EXIT=1");
        assertThat(mapped(host)).isFalse();
      }
    }
  }

  @Test
  void yesAppliesWhatWasShown() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add(""))) {
      assertThat(screen.waitFor("Apply these changes? [y/N]"))
          .contains("+-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT")
          .contains("Plan: 4 chains to create, 0 to delete; 13 rules to add, 0 to delete.");
      assertThat(mapped(host)).isFalse();
      screen.keys("y", "Enter");
      assertThat(screen.waitFor("EXIT=")).contains("Applied.").contains("EXIT=0");
      assertThat(mapped(host)).isTrue();
    }
  }

  @Test
  void theQuestionIsAsBriefAsWasAskedFor() throws Exception {
    for (String more : new String[] {"-o brief", "-q"}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, add(more))) {
        assertThat(screen.waitFor("Apply these changes? [y/N]"))
            .contains("+ tcp *:8080 -> 10.89.5.6:80")
            .contains("+ udp *:5353 -> 10.89.5.6:53")
            .contains("Plan: 4 chains to create, 0 to delete; 13 rules to add, 0 to delete.")
            .doesNotContain("-A PREROUTING");
        screen.keys("y", "Enter");
        assertThat(screen.waitFor("EXIT=0").contains("Applied.")).isEqualTo(!more.equals("-q"));
        assertThat(mapped(host)).isTrue();
      }
    }
  }

  /** A plan longer than the screen is followed by what it means. */
  @Test
  void theMeaningStandsAtTheQuestion() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add(""))) {
      String seen = screen.waitFor("Apply these changes? [y/N]");
      int count = seen.indexOf("Plan: 4 chains");
      assertThat(seen.substring(0, count)).contains("+ tcp *:8080 -> 10.89.5.6:80");
      assertThat(seen.substring(count)).contains("+ tcp *:8080 -> 10.89.5.6:80");
    }
  }

  /** What is piped on is not seen: the plan is shown beside the question. */
  @Test
  void thePlanIsSeenBeforeTheQuestionThoughItIsPipedOn() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add("") + " | tail -1")) {
      assertThat(screen.waitFor("Apply these changes? [y/N]"))
          .contains("+-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT");
      screen.keys("y", "Enter");
      assertThat(screen.waitFor("EXIT=")).contains("Applied: 4 chains created, 0 deleted;");
      assertThat(mapped(host)).isTrue();
    }
  }

  @Test
  void whatChangedMeanwhileIsShownAndAskedAgain() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add(""))) {
      screen.waitFor("Apply these changes? [y/N]");
      host.must("", "iptables", "-t", "nat", "-N", "CNI-HOSTPORT-DNAT");
      screen.keys("y", "Enter");
      screen.waitFor("Somebody else changed the rules meanwhile; the plan is now:");
      screen.waitFor("Plan: 3 chains to create, 0 to delete; 13 rules to add, 0 to delete.");
      screen.keys("yes", "Enter");
      assertThat(screen.waitFor("EXIT=")).contains("EXIT=0");
      assertThat(mapped(host)).isTrue();
    }
  }

  @Test
  void endOfInputAndInterruptChangeNothing() throws Exception {
    for (String key : new String[] {"C-d", "C-c", "closed"}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, add(""))) {
        screen.waitFor("Apply these changes? [y/N]");
        if (key.equals("closed")) {
          screen.closeTerminal();
        } else {
          screen.keys(key);
        }
        if (key.equals("C-d")) {
          assertThat(screen.waitFor("EXIT=")).contains("EXIT=1");
        }
        Thread.sleep(500);
        assertThat(mapped(host)).isFalse();
      }
    }
  }

  @Test
  void theWordYesKeepsAChange() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add("--yes --confirm 20"))) {
      screen.waitFor("Type yes within 20 seconds to keep them:");
      assertThat(mapped(host)).isTrue();
      screen.keys("y", "Enter");
      screen.waitFor("Only the whole word yes keeps them, no takes them back:");
      assertThat(mapped(host)).isTrue();
      screen.keys("yes", "Enter");
      assertThat(screen.waitFor("EXIT=")).contains("EXIT=0");
      assertThat(mapped(host)).isTrue();
    }
  }

  /** An input that was left out is told by the exit code, and takes away no question. */
  @Test
  void whereAnInputWasLeftOutItIsAskedAllTheSame() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen = Screen.start(host, add("/no/such --keep-going --yes --confirm 20"))) {
      screen.waitFor("Type yes within 20 seconds to keep them:");
      assertThat(mapped(host)).isTrue();
      screen.keys("yes", "Enter");
      assertThat(screen.waitFor("EXIT=")).contains("EXIT=3");
      assertThat(mapped(host)).isTrue();
    }
  }

  @Test
  void anotherWordEndOfInputAndTimeTakeItBack() throws Exception {
    for (String key : new String[] {"y", "no", "C-d", ""}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, add("--yes --confirm 3"))) {
        screen.waitFor("Type yes within 3 seconds to keep them:");
        assertThat(mapped(host)).isTrue();
        if (key.equals("y") || key.equals("no")) {
          screen.keys(key, "Enter");
        } else if (!key.isEmpty()) {
          screen.keys(key);
        }
        assertThat(screen.waitFor("EXIT="))
            .contains("Not confirmed: the changes are taken back.")
            .contains("EXIT=1");
        assertThat(mapped(host)).isFalse();
      }
    }
  }

  @Test
  void anInterruptAndAClosedTerminalTakeItBack() throws Exception {
    for (boolean closed : new boolean[] {false, true}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, add("--yes --confirm " + (closed ? 5 : 60)))) {
        screen.waitFor("seconds to keep them:");
        assertThat(mapped(host)).isTrue();
        if (closed) {
          screen.closeTerminal();
        } else {
          screen.keys("C-c");
        }
        waitUntilTakenBack(host);
      }
    }
  }

  @Test
  void aTableIsAsWideAsTheTerminal() throws Exception {
    String list =
        "unset COLUMNS; LC_ALL=C "
            + Namespace.launcher()
            + " list -q --ruleset testdata/podman-host/iptables-save-counters.txt"
            + " --ruleset6 testdata/podman-host/ip6tables-save.txt";
    for (int width : new int[] {60, 80, 100}) {
      try (Namespace host = Namespace.make();
          Screen screen = Screen.start(host, width, list)) {
        String seen = screen.waitFor("EXIT=0");
        List<String> table = seen.lines().filter(l -> l.contains("9000-9019")).toList();
        assertThat(table).hasSize(2).allMatch(l -> l.length() <= width);
        // the whole address needs more than 80 columns
        assertThat(seen.contains("[fd00:89:5::8]:9000-9019")).isEqualTo(width > 80);
        assertThat(seen.contains("CONNS")).isEqualTo(width > 60);
      }
    }
  }
}
