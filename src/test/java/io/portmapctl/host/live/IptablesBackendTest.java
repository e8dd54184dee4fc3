package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.host.Applier;
import io.portmapctl.host.Exec;
import io.portmapctl.host.HostException;
import io.portmapctl.host.Kernel;
import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.view.FaultText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an apply spawns, and what its programs' failures become; the programs answer by a script.
 */
@Tag("fast")
class IptablesBackendTest {
  private static final List<Family> BOTH = List.of(Family.IPV4, Family.IPV6);

  @TempDir private Path root;
  private final List<String> spawned = new ArrayList<>();
  private final MemoryBackend memory = new MemoryBackend(List.of());
  private Exec.Result restoreAnswer = new Exec.Result(0, "", "");
  private List<Plan.Part> planned = List.of();

  @BeforeEach
  void programs() throws IOException {
    Files.createFile(root.resolve("if_inet6"));
    for (String name :
        List.of("iptables-save", "iptables-restore", "ip6tables-save", "ip6tables-restore")) {
      Files.createFile(
          root.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
  }

  /** Programs that work on tables in memory. */
  private Exec.Result run(List<String> command, String input) throws IOException {
    String program = String.valueOf(Path.of(command.get(0)).getFileName());
    spawned.add(program);
    Family family = program.startsWith("ip6") ? Family.IPV6 : Family.IPV4;
    if (program.endsWith("-save")) {
      return new Exec.Result(0, SaveFormat.print(memory.table(family), false), "");
    }
    assertThat(command.subList(1, command.size())).containsExactly("--noflush", "-w", "7");
    if (restoreAnswer.exit() == 0) {
      Plan.Part part =
          planned.stream().filter(p -> p.before().family() == family).findFirst().orElseThrow();
      assertThat(input).isEqualTo(RestoreScript.of(part.before(), part.changes()));
      try {
        memory.apply(part);
      } catch (HostException e) {
        throw new IOException(e);
      }
    }
    return restoreAnswer;
  }

  private IptablesBackend backend() {
    LocalHost host = new LocalHost(List.of(root), root, this::run);
    return new IptablesBackend(this::run, host, VariantChoice.AUTO, 7, false);
  }

  private Applier.Result apply(Attachment attachment) throws HostException {
    return new Applier(backend(), new NoKernel(), (plan, all) -> true)
        .apply(
            BOTH,
            (tables, notices) -> {
              Request request =
                  new Request.Publish(
                      attachment, new LayoutChoice(Layouts.MARK, LayoutReason.ASKED));
              Plan plan = Plans.of(tables, List.of(request));
              if (plan.hasChanges()) {
                planned = plan.families();
              }
              return plan;
            });
  }

  private record NoKernel() implements Kernel {
    @Override
    public boolean unroutable(IpAddress address) {
      return false;
    }

    @Override
    public Optional<String> interfaceTowards(IpAddress container) {
      return Optional.empty();
    }

    @Override
    public Optional<String> routeLocalnet(String networkInterface) {
      return Optional.empty();
    }

    @Override
    public void setRouteLocalnet(String networkInterface, String value) {}

    @Override
    public Optional<String> listener(PublishedPort port) {
      return Optional.empty();
    }

    @Override
    public void forgetFlows(List<Plan.Stale> stale) {}
  }

  private static Attachment attachment(int ports, String... addresses) {
    List<PortMapping> mappings = new ArrayList<>();
    for (int i = 0; i < ports; i++) {
      mappings.add(new PortMapping(8000 + i, 80, Protocol.TCP, Optional.empty()));
    }
    List<Cidr> cidrs = new ArrayList<>();
    for (String address : addresses) {
      cidrs.add(Cidr.parse(address).orElseThrow());
    }
    return new Attachment(
        new Identity("web", "abc"),
        "eth0",
        "1.0.0",
        mappings,
        true,
        List.of(),
        List.of(),
        OptionalInt.empty(),
        Optional.empty(),
        false,
        cidrs,
        false,
        Optional.empty());
  }

  @Test
  void oneAndAThousandMappingsSpawnTheSame() throws Exception {
    for (int ports : List.of(1, 1000)) {
      memory.replace(Table.empty(TableName.NAT, Family.IPV4));
      memory.replace(Table.empty(TableName.NAT, Family.IPV6));
      spawned.clear();
      assertThat(apply(attachment(ports, "10.1.2.3/24", "fd00::3/64")).made()).isTrue();
      assertThat(spawned)
          .containsExactly(
              "iptables-save",
              "ip6tables-save",
              "iptables-restore",
              "ip6tables-restore",
              "iptables-save",
              "ip6tables-save");
    }
  }

  @Test
  void aFamilyThatDoesNotChangeIsReadOnce() throws Exception {
    assertThat(apply(attachment(3, "10.1.2.3/24")).made()).isTrue();
    assertThat(spawned)
        .containsExactly("iptables-save", "ip6tables-save", "iptables-restore", "iptables-save");
  }

  private void refusal(int exit, String error, HostException.Kind kind, String message) {
    restoreAnswer = new Exec.Result(exit, "", error);
    assertThatThrownBy(() -> apply(attachment(1, "10.1.2.3/24")))
        .isInstanceOfSatisfying(
            HostException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(FaultText.of(e.fault()))
                  .isEqualTo(message.replace("ROOT", root.toString()));
            });
    assertThat(memory.table(Family.IPV4)).isEqualTo(Table.empty(TableName.NAT, Family.IPV4));
  }

  @Test
  void whatRestoreSaysBecomesAKindOfFailure() {
    refusal(
        4,
        "iptables-restore: Permission denied (you must be root)",
        HostException.Kind.NOT_PERMITTED,
        "the live ruleset cannot be changed: permission denied; run it with sudo");
    refusal(
        4,
        "Another app is currently holding the xtables lock; still 0s 0us time ahead",
        HostException.Kind.BUSY,
        "another program holds the lock of iptables; --wait SECONDS waits longer");
    refusal(
        1,
        "iptables-restore: line 7 failed",
        HostException.Kind.FAILED,
        "ROOT/iptables-restore refused the change (exit status 1): iptables-restore: line 7"
            + " failed");
  }

  /** A step that was made stays made when the one behind it is refused and has to be split. */
  @Test
  void whatIsRefusedAloneIsMadeOtherwise() throws Exception {
    Files.createFile(
        root.resolve("nft"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    String head = "*nat\n:PREROUTING ACCEPT [0:0]\n:X - [0:0]\n";
    String unshown = "-A X [unsupported revision] -j ACCEPT\n";
    String odd = "-A X -m odd --way 1 -j ACCEPT\n";
    Table before = Generator.parse(Family.IPV4, head + unshown + odd + "COMMIT\n");
    List<RuleEntry> rows = before.rows("X");
    List<Change> changes =
        List.of(
            new Change.DeleteRule(Family.IPV4, "X", 1, rows.get(0)),
            new Change.DeleteRule(Family.IPV4, "X", 1, rows.get(1)));
    Table after = Generator.parse(Family.IPV4, head + "COMMIT\n");
    List<Table> left =
        List.of(before, Generator.parse(Family.IPV4, head + odd + "COMMIT\n"), after);
    List<String> deleted = new ArrayList<>();
    Exec exec =
        (command, input) -> {
          String program = String.valueOf(Path.of(command.get(0)).getFileName());
          Table now = left.get(deleted.size());
          if (program.endsWith("-save")) {
            return new Exec.Result(0, SaveFormat.print(now, false), "");
          }
          if (program.endsWith("-restore")) {
            return new Exec.Result(1, "", "line 2: RULE_DELETE failed (Invalid argument)");
          }
          if (input.contains("delete")) {
            deleted.add(input);
            return new Exec.Result(0, "", "");
          }
          String rules =
              now.rows("X").stream()
                  .map(r -> "{\"rule\": {\"chain\": \"X\", \"handle\": " + r.text().length() + "}}")
                  .collect(Collectors.joining(", "));
          return new Exec.Result(0, "{\"nftables\": [" + rules + "]}", "");
        };
    IptablesBackend backend =
        new IptablesBackend(
            exec, new LocalHost(List.of(root), root, exec), VariantChoice.AUTO, 7, false);
    backend.read(Family.IPV4);
    List<Integer> made = new ArrayList<>();
    backend.apply(new Plan.Part(before, after, changes), part -> made.add(part.changes().size()));
    assertThat(made).containsExactly(1, 1);
    assertThat(deleted)
        .hasSize(2)
        .satisfiesExactly(
            first -> assertThat(first).contains("\"handle\": " + rows.get(0).text().length() + "}"),
            second ->
                assertThat(second).contains("\"handle\": " + rows.get(1).text().length() + "}"));
  }
}
