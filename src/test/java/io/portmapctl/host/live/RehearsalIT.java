package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.host.Exec;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.view.FaultText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Plans tried in throw-away namespaces, which leave the machine's own rules alone. */
@Tag("live")
class RehearsalIT {
  private static final int PLANS = Rounds.of("rehearsals", 200, 2000);
  private static final LocalHost HERE = LocalHost.of(System.getenv("PATH"), new ProcessExec(60));

  /** As the user nobody: what it may do is what any user may. */
  private static Exec asNobody(Exec exec) {
    return (command, input) -> {
      List<String> all =
          new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      all.addAll(command);
      return exec.run(all, input);
    };
  }

  private static void requirePrograms() {
    for (String program : List.of("unshare", "setpriv", "iptables", "iptables-legacy")) {
      Needs.program(program);
    }
    Needs.that("root".equals(System.getProperty("user.name")), "to be another user needs root");
  }

  @Test
  void randomPlansAreTakenAndGivenBackAsPredicted() throws Exception {
    requirePrograms();
    Exec root = new ProcessExec(60);
    TreeMap<String, Integer> counts = new TreeMap<>();
    List<Table> tables =
        List.of(Table.empty(TableName.NAT, Family.IPV4), Table.empty(TableName.NAT, Family.IPV6));
    List<Attachment> there = new ArrayList<>();
    for (int seed = 0; seed < PLANS; seed++) {
      Generator make = new Generator(seed);
      Attachment attachment = Attachments.forKernels(make);
      boolean del = !there.isEmpty() && make.chance(4);
      Request request =
          del
              ? new Request.Withdraw(there.remove(make.below(there.size())).identity())
              : new Request.Publish(
                  attachment, LayoutChoice.auto(attachment, new PortmapState(tables)));
      if (!del) {
        there.add(attachment);
      }
      boolean ordinary = seed % 2 == 1;
      VariantChoice variant = seed % 4 < 2 ? VariantChoice.NFT : VariantChoice.LEGACY;
      Rehearsal rehearsal = new Rehearsal(ordinary ? asNobody(root) : root, HERE, variant);
      Plan plan = Plans.of(tables, List.of(request));
      List<Table> after = new ArrayList<>();
      for (Plan.Part part : plan.families()) {
        after.add(part.after());
        if (!part.changes().isEmpty()) {
          rehearsal.of(part);
          String who = (ordinary ? "nobody " : "root ") + variant.name().toLowerCase(Locale.ROOT);
          counts.merge(who + " " + part.before().family().id(), 1, Integer::sum);
        }
      }
      tables = List.copyOf(after);
    }
    System.out.println(PLANS + " plans rehearsed: " + counts);
    assertThat(counts).hasSize(8);
  }

  /** The plan, offline and without rehearsal, knows nothing of what only a kernel can refuse. */
  @Test
  void whatTheKernelRefusesOnlyRehearsalTells() throws Exception {
    requirePrograms();
    List<String> add =
        List.of(
            "add",
            "--net",
            "web",
            "--container-id",
            "a1",
            "--ip",
            "10.89.0.9/16",
            "-p",
            "80:80",
            "--ruleset",
            "empty",
            "-q");
    for (String condition :
        List.of(
            "-m owner --uid-owner 5", "-m nonsense --foo 5", "-m set --match-set nobodys src")) {
      List<String> words = new ArrayList<>(add);
      words.addAll(List.of("--condition-v4", condition));
      Run plain = Run.with(Map.of("PATH", System.getenv("PATH")), "", words);
      assertThat(plain.exit()).as(condition).isZero();
      assertThat(plain.err()).isEmpty();
      words.add("--rehearse");
      Run rehearsed = Run.with(Map.of("PATH", System.getenv("PATH")), "", words);
      assertThat(rehearsed.exit()).as(condition).isEqualTo(4);
      assertThat(rehearsed.out()).isEqualTo(plain.out());
      assertThat(rehearsed.err())
          .startsWith(
              condition.startsWith("-m owner")
                  ? "portmapctl: rehearsal: the kernel does not take the IPv4 plan: "
                  : "portmapctl: rehearsal: the IPv4 plan cannot be tried: a match's module or set is"
                      + " missing there: ")
          .hasLineCount(1);
    }
  }

  /** A rule that a kernel gives back as another one is told from one that it keeps. */
  @Test
  void whatComesBackOtherwiseIsTold() throws Exception {
    requirePrograms();
    Table before = Table.empty(TableName.NAT, Family.IPV4);
    Table after =
        Generator.parse(
            Family.IPV4,
            "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n:X -\n"
                + "COMMIT\n");
    Plan.Part wrong = new Plan.Part(before, after, List.of());
    try {
      new Rehearsal(new ProcessExec(60), HERE, VariantChoice.AUTO).of(wrong);
      throw new AssertionError("not told");
    } catch (HostException e) {
      assertThat(FaultText.of(e.fault()))
          .isEqualTo(
              "what the kernel gives back of the IPv4 plan is not what was predicted: chain X");
    }
  }

  @Test
  void whereNoNamespaceCanBeMadeItSaysSo() throws Exception {
    Exec forbidden =
        (command, input) ->
            new Exec.Result(1, "", "unshare: unshare failed: Operation not permitted\n");
    requirePrograms();
    Plan.Part part =
        new Plan.Part(
            Table.empty(TableName.NAT, Family.IPV4),
            Table.empty(TableName.NAT, Family.IPV4),
            List.of());
    try {
      new Rehearsal(forbidden, HERE, VariantChoice.AUTO).of(part);
      throw new AssertionError("not told");
    } catch (HostException e) {
      assertThat(FaultText.of(e.fault()))
          .isEqualTo(
              "the IPv4 plan cannot be tried: no network namespace can be made: unshare: unshare"
                  + " failed: Operation not permitted");
    }
  }
}
