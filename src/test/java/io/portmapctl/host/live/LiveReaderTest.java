package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.HostException;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.testing.Faults;
import io.portmapctl.text.Octets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a host whose programs answer by a script. */
@Tag("fast")
class LiveReaderTest {
  private static final String EMPTY =
      "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
          + ":POSTROUTING ACCEPT [0:0]\nCOMMIT\n";
  private static final String CNI = EMPTY.replace("COMMIT", ":CNI-HOSTPORT-DNAT - [0:0]\nCOMMIT");
  private static final List<Family> BOTH = List.of(Family.IPV4, Family.IPV6);
  private static final String CURE =
      "; run it with sudo, or plan on --ruleset empty or on a saved file (--ruleset FILE)";

  @TempDir private Path root;
  private final Map<String, Exec.Result> answers = new HashMap<>();
  private final List<List<String>> calls = new ArrayList<>();
  private final List<HostNotice> notices = new ArrayList<>();

  @BeforeEach
  void aHostWithIpv6() throws IOException {
    Files.createFile(root.resolve("if_inet6"));
  }

  private void program(String name, int exit, String output, String error) throws IOException {
    Path file = root.resolve(name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    answers.put(file.toString(), new Exec.Result(exit, output, error));
  }

  private void legacyTables(String names) throws IOException {
    Files.writeString(root.resolve("ip_tables_names"), names);
  }

  private Table read(VariantChoice variant, Family family) throws HostException {
    Exec exec =
        (command, input) -> {
          calls.add(command);
          return answers.get(command.get(0));
        };
    LocalHost host = new LocalHost(List.of(root), root, exec);
    LiveReader.Reading reading = new LiveReader(host, variant, false).read(family);
    notices.addAll(reading.notices());
    return reading.table();
  }

  private Table read() throws HostException {
    return read(VariantChoice.AUTO, Family.IPV4);
  }

  @Test
  void oneProgramIsCalledForOneFamily() throws Exception {
    program("iptables-save", 0, CNI, "");
    assertThat(read().chain("CNI-HOSTPORT-DNAT")).isPresent();
    assertThat(calls).containsExactly(List.of(root + "/iptables-save", "-t", "nat"));
    assertThat(notices).isEmpty();
  }

  @Test
  void aMissingProgramIsNoEmptyTable() {
    assertThat(Faults.told(this::read))
        .isEqualTo("iptables-save is not installed (Debian: package iptables)" + CURE);
  }

  @Test
  void aRefusalSaysTheCure() throws Exception {
    program("iptables-save", 4, "", "iptables-save: Permission denied (you must be root)\n");
    assertThat(Faults.told(this::read))
        .isEqualTo("the live IPv4 ruleset cannot be read: permission denied" + CURE);
  }

  @Test
  void anotherFailureIsQuoted() throws Exception {
    program("iptables-save", 3, "", "no such module\n");
    assertThat(Faults.told(this::read))
        .isEqualTo(root + "/iptables-save failed with exit status 3: no such module" + CURE);
  }

  @Test
  void halfAnAnswerIsAnError() throws Exception {
    program("iptables-save", 0, EMPTY.replace("COMMIT\n", ""), "");
    assertThat(Faults.told(this::read))
        .isEqualTo(
            root
                + "/iptables-save -t nat: line 5: table nat of line 1 has no COMMIT: cut off?"
                + CURE);
  }

  @Test
  void anAnswerWithoutNatIsAnError() throws Exception {
    program("iptables-save", 0, "", "warning: nothing\n");
    assertThat(Faults.told(this::read))
        .isEqualTo(root + "/iptables-save -t nat printed no nat table (warning: nothing)" + CURE);
  }

  @Test
  void rulesOfNftItselfAreAnError() throws Exception {
    program("iptables-save", 0, "# Table `nat' is incompatible, use 'nft' tool.\n", "");
    assertThat(Faults.told(this::read))
        .contains("the nat table holds rules that iptables cannot show");
  }

  @Test
  void whatAProgramSaysBesideItsAnswerIsPassedOnOnce() throws Exception {
    program("iptables-save", 0, EMPTY, "# odd\n");
    program("iptables-legacy-save", 0, EMPTY, "# odd\n");
    legacyTables("nat\n");
    read();
    assertThat(notices)
        .containsExactly(new HostNotice.SaidByProgram("iptables-save", new Octets("# odd")));
  }

  @Test
  void legacyTablesThatNobodyReadsAreTold() throws Exception {
    String hint = "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them";
    program("iptables-save", 0, EMPTY + hint + "\n", "");
    legacyTables("nat\n");
    read();
    assertThat(notices).containsExactly(new HostNotice.LegacyTablesUnread(Family.IPV4));
    notices.clear();
    program("iptables-legacy-save", 0, EMPTY, "");
    read();
    assertThat(notices).isEmpty();
  }

  @Test
  void aLegacyTableThatIsNotLoadedIsNotLookedAt() throws Exception {
    program("iptables-save", 0, EMPTY, "");
    program("iptables-legacy-save", 0, CNI, "");
    assertThat(read().chain("CNI-HOSTPORT-DNAT")).isEmpty();
    assertThat(read(VariantChoice.LEGACY, Family.IPV4))
        .isEqualTo(Table.empty(TableName.NAT, Family.IPV4));
    legacyTables("filter\n");
    assertThat(read(VariantChoice.LEGACY, Family.IPV4))
        .isEqualTo(Table.empty(TableName.NAT, Family.IPV4));
    assertThat(calls).hasSize(1);
  }

  @Test
  void theOtherVariantIsReadWhereOnlyItHoldsCniChains() throws Exception {
    program("iptables-save", 0, EMPTY, "");
    program("iptables-legacy-save", 0, CNI, "");
    legacyTables("nat\n");
    assertThat(read().chain("CNI-HOSTPORT-DNAT")).isPresent();
    assertThat(notices)
        .containsExactly(new HostNotice.OnlyOtherVariant(Family.IPV4, Variant.LEGACY));
  }

  @Test
  void bothVariantsWithCniChainsAreWarnedAbout() throws Exception {
    program("iptables-save", 0, CNI, "");
    program("iptables-legacy-save", 0, CNI, "");
    legacyTables("nat\n");
    assertThat(read().chain("CNI-HOSTPORT-DNAT")).isPresent();
    assertThat(notices).containsExactly(new HostNotice.BothVariants(Family.IPV4, Variant.LEGACY));
  }

  @Test
  void aNamedVariantIsTheOnlyOneCalled() throws Exception {
    program("iptables-save", 0, EMPTY, "");
    program("iptables-nft-save", 0, CNI, "");
    legacyTables("nat\n");
    assertThat(read(VariantChoice.NFT, Family.IPV4).chain("CNI-HOSTPORT-DNAT")).isPresent();
    assertThat(calls).containsExactly(List.of(root + "/iptables-nft-save", "-t", "nat"));
  }

  @Test
  void aKernelWithoutIpv6HasAnEmptyTable() throws Exception {
    Files.delete(root.resolve("if_inet6"));
    assertThat(read(VariantChoice.AUTO, Family.IPV6))
        .isEqualTo(Table.empty(TableName.NAT, Family.IPV6));
    assertThat(calls).isEmpty();
  }

  /** Programs that say when they are begun, when they are asked, and when they are given up. */
  private final class Told implements Exec {
    private final List<String> told = new ArrayList<>();

    private String name(List<String> command) {
      return String.valueOf(Path.of(command.get(0)).getFileName());
    }

    @Override
    public Exec.Result run(List<String> command, String input) {
      told.add("run " + name(command));
      return answers.get(command.get(0));
    }

    @Override
    public Exec.Running start(List<String> command, String input) {
      told.add("begin " + name(command));
      return new Exec.Running() {
        @Override
        public Exec.Result result() {
          told.add("ask " + name(command));
          return answers.get(command.get(0));
        }

        @Override
        public void close() {
          told.add("give up " + name(command));
        }
      };
    }
  }

  private IptablesBackend backend(Told exec) {
    LocalHost host = new LocalHost(List.of(root), root, exec);
    return new IptablesBackend(exec, host, VariantChoice.AUTO, 7, false);
  }

  @Test
  void bothFamiliesAndVariantsAreReadSideBySide() throws Exception {
    program("iptables-save", 0, CNI, "");
    program("ip6tables-save", 0, EMPTY, "");
    program("iptables-legacy-save", 0, EMPTY, "");
    program("ip6tables-legacy-save", 0, EMPTY, "");
    legacyTables("nat\n"); // IPv6's table is not loaded, and looking would load it
    Told exec = new Told();
    IptablesBackend backend = backend(exec);
    List<Backend.Reading> readings = backend.read(BOTH);
    assertThat(readings).extracting(r -> r.table().family()).isEqualTo(BOTH);
    assertThat(readings.get(0).table().chain("CNI-HOSTPORT-DNAT")).isPresent();
    assertThat(exec.told)
        .containsExactly(
            "begin iptables-save",
            "begin iptables-legacy-save",
            "begin ip6tables-save",
            "ask iptables-save",
            "ask iptables-legacy-save",
            "ask ip6tables-save");
    exec.told.clear();
    List<Table> tables = readings.stream().map(Backend.Reading::table).toList();
    assertThat(backend.tablesUnless(tables)).allMatch(Optional::isEmpty);
    assertThat(exec.told)
        .containsExactly(
            "begin iptables-save",
            "begin ip6tables-save",
            "ask iptables-save",
            "ask ip6tables-save");
  }

  @Test
  void whatWasBegunAndNotAskedIsNeverTakenForLaterAnswers() throws Exception {
    program("iptables-save", 1, "", "broken");
    program("ip6tables-save", 0, EMPTY, "");
    Told exec = new Told();
    IptablesBackend backend = backend(exec);
    assertThatThrownBy(() -> backend.read(BOTH)).isInstanceOf(HostException.class);
    assertThat(exec.told)
        .containsExactly(
            "begin iptables-save",
            "begin ip6tables-save",
            "ask iptables-save",
            "give up ip6tables-save");
    exec.told.clear();
    backend.read(Family.IPV6);
    assertThat(exec.told).containsExactly("run ip6tables-save");
  }

  /** What is written of a host is what was asked, in the order of that. */
  @Test
  void aRecordingHostRemembersWhatWasAskedOfWhatWasBegun() throws Exception {
    program("one", 0, "1", "");
    program("two", 0, "2", "");
    program("three", 0, "3", "");
    Told exec = new Told();
    RecordingHost recorded =
        new RecordingHost(new LocalHost(List.of(root), root, exec), exec, root);
    Exec.Running one = recorded.begin(List.of(root + "/one"));
    Exec.Running two = recorded.begin(List.of(root + "/two"));
    Exec.Running three = recorded.begin(List.of(root + "/three"));
    assertThat(two.result().output()).isEqualTo("2");
    three.close();
    assertThat(one.result().output()).isEqualTo("1");
    assertThat(recorded.answers().commands())
        .extracting(r -> r.command().get(0))
        .containsExactly(root + "/two", root + "/one");
    assertThat(exec.told).containsSubsequence("ask two", "give up three", "ask one");
  }
}
