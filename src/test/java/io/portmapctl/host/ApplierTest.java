package io.portmapctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.cni.Attachment;
import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Faults;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Carrying plans out, on tables in memory that fail and change when told to. */
@Tag("fast")
class ApplierTest {
  private static final List<Family> BOTH = List.of(Family.IPV4, Family.IPV6);
  private static final int ROUNDS = Rounds.of("rounds", 250, 1000);

  /** A host without surprises. */
  private static class CalmKernel implements Kernel {
    @Override
    public boolean unroutable(IpAddress address) {
      return false;
    }

    final Map<String, String> values = new HashMap<>(Map.of("br0", "0"));
    final List<Plan.Stale> forgotten = new ArrayList<>();
    boolean refusesSysctl;

    @Override
    public Optional<String> interfaceTowards(IpAddress container) {
      return Optional.of("br0");
    }

    @Override
    public Optional<String> routeLocalnet(String networkInterface) {
      return Optional.ofNullable(values.get(networkInterface));
    }

    @Override
    public void setRouteLocalnet(String networkInterface, String value) throws HostException {
      if (refusesSysctl) {
        throw new HostException(
            HostException.Kind.FAILED,
            new HostFault.NoAccess(HostFault.Thing.WRITTEN_FILE, "", "read-only"));
      }
      values.put(networkInterface, value);
    }

    @Override
    public Optional<String> listener(PublishedPort port) {
      return Optional.empty();
    }

    @Override
    public void forgetFlows(List<Plan.Stale> stale) {
      forgotten.addAll(stale);
    }
  }

  /** Tables in memory with a hook before each transaction, and a log of calls. */
  private static final class WatchedBackend implements Backend {
    private final MemoryBackend memory;
    private final List<String> calls = new ArrayList<>();
    private Hook beforeApply = part -> {};
    private Hook afterApply = part -> {};
    private int transactions = 1;

    interface Hook {
      void run(Plan.Part part) throws HostException;
    }

    WatchedBackend(Table... tables) {
      this.memory = new MemoryBackend(List.of(tables));
    }

    @Override
    public Reading read(Family family) {
      calls.add("read " + family.id());
      return memory.read(family);
    }

    @Override
    public boolean has(Family family) {
      return true;
    }

    @Override
    public void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException {
      calls.add("apply " + part.before().family().id());
      beforeApply.run(part);
      memory.apply(part, made);
      afterApply.run(part);
      for (int more = 1; more < transactions; more++) {
        made.accept(new Plan.Part(part.after(), part.after(), List.of()));
      }
    }

    /** Somebody else adds a rule. */
    void interfere(Family family, String rule) {
      String text = SaveFormat.print(memory.table(family), false);
      Table changed = Generator.parse(family, text.replace("COMMIT\n", rule + "\nCOMMIT\n"));
      List<Table> tables = new ArrayList<>(List.of(changed));
      BOTH.stream().filter(f -> f != family).forEach(f -> tables.add(memory.table(f)));
      replace(tables);
    }

    private void replace(List<Table> tables) {
      for (Table table : tables) {
        memory.replace(table);
      }
    }
  }

  private final CalmKernel kernel = new CalmKernel();

  private static Attachment dual(Generator make) {
    Attachment attachment = make.attachment(make.identity());
    return new Attachment(
        attachment.identity(),
        "eth0",
        "1.0.0",
        attachment.mappings(),
        true,
        List.of(),
        List.of(),
        attachment.markMasqBit(),
        Optional.empty(),
        false,
        List.of(
            io.portmapctl.net.Cidr.parse("10.1.2.3/24").orElseThrow(),
            io.portmapctl.net.Cidr.parse("fd00::3/64").orElseThrow()),
        false,
        Optional.empty());
  }

  private Applier.Planner<HostException> publish(Attachment attachment) {
    return (tables, notices) -> {
      Request request =
          new Request.Publish(attachment, new LayoutChoice(Layouts.MARK, LayoutReason.ASKED));
      Plan plan = Plans.of(tables, List.of(request));
      List<Plan.Sysctl> sysctls = new ArrayList<>();
      for (Plan.Sysctl each : plan.sysctls()) {
        String now = kernel.values.getOrDefault("br0", "0");
        if (!now.equals("1")) {
          sysctls.add(
              new Plan.Sysctl(
                  each.container(), Optional.of("br0"), Optional.of(now), each.withRules()));
        }
      }
      return plan.with(sysctls);
    };
  }

  private Applier.Result apply(WatchedBackend backend, Attachment attachment) throws HostException {
    return new Applier(backend, kernel, (plan, all) -> true).apply(BOTH, publish(attachment));
  }

  @Test
  void whatWasPlannedIsThereAndCanBeTakenBack() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table before = make.tableWithContainers(family);
      Attachment attachment = make.attachment(make.identity());
      WatchedBackend backend = new WatchedBackend(before);
      Request request =
          new Request.Publish(attachment, new LayoutChoice(Layouts.MARK, LayoutReason.ASKED));
      Plan plan = Plans.of(List.of(before), List.of(request));
      Plan.Part part = plan.families().get(0);
      backend.apply(part);
      assertThat(rules(backend.table(family))).as("seed %d", seed).isEqualTo(rules(part.after()));
      backend.apply(part.inverse());
      assertThat(rules(backend.table(family))).as("seed %d", seed).isEqualTo(rules(before));
    }
  }

  private static Map<String, List<String>> rules(Table table) {
    Map<String, List<String>> rules = new HashMap<>();
    table
        .chains()
        .forEach((n, c) -> rules.put(n, c.rows().stream().map(r -> r.text().latin1()).toList()));
    return rules;
  }

  @Test
  void eachFamilyIsReadMadeAndReadAgain() throws Exception {
    WatchedBackend backend = new WatchedBackend();
    Applier.Result result = apply(backend, dual(new Generator(1)));
    assertThat(result.made()).isTrue();
    assertThat(backend.calls)
        .containsExactly(
            "read ipv4", "read ipv6", "apply ipv4", "apply ipv6", "read ipv4", "read ipv6");
    assertThat(kernel.values).containsEntry("br0", "1");
    backend.calls.clear();
    assertThat(apply(backend, dual(new Generator(1))).plan().hasChanges()).isFalse();
    assertThat(backend.calls).containsExactly("read ipv4", "read ipv6");
    kernel.values.put("br0", "0"); // the bridge was made anew: its rules are right, and it is not
    backend.calls.clear();
    assertThat(apply(backend, dual(new Generator(1))).plan().hasChanges()).isTrue();
    assertThat(backend.calls).doesNotContain("apply ipv4", "apply ipv6");
    assertThat(kernel.values).containsEntry("br0", "1");
  }

  @Test
  void whenIpv6FailsIpv4IsTakenBack() {
    WatchedBackend backend = new WatchedBackend();
    Table before = backend.memory.table(Family.IPV4);
    backend.beforeApply =
        part -> {
          if (part.before().family() == Family.IPV6) {
            throw new HostException(
                HostException.Kind.FAILED, new HostFault.NotTaken(Family.IPV6, ""));
          }
        };
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(2)))))
        .startsWith("the kernel does not take the IPv6 plan");
    assertThat(rules(backend.memory.table(Family.IPV4))).isEqualTo(rules(before));
    assertThat(kernel.values).containsEntry("br0", "0");
  }

  @Test
  void whenTheSysctlFailsTheRulesAreTakenBack() {
    WatchedBackend backend = new WatchedBackend();
    kernel.refusesSysctl = true;
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(3))))).endsWith("read-only");
    assertThat(backend.memory.table(Family.IPV4).chains()).hasSize(4);
    assertThat(backend.memory.table(Family.IPV6).chains()).hasSize(4);
  }

  @Test
  void aChangeBySomebodyElseIsPlannedOn() throws Exception {
    for (int times = 1; times <= 4; times++) {
      WatchedBackend backend = new WatchedBackend();
      int[] left = {times};
      backend.beforeApply =
          part -> {
            if (left[0]-- > 0) {
              backend.interfere(
                  part.before().family(), "-A PREROUTING -s 10.9." + left[0] + ".0/24 -j ACCEPT");
              throw new HostException(
                  HostException.Kind.FAILED,
                  new HostFault.NotApplied(HostFault.Refusal.EXISTS, ""));
            }
          };
      assertThat(apply(backend, dual(new Generator(4))).made()).as("%d times", times).isTrue();
      assertThat(backend.memory.table(Family.IPV4).chain("PREROUTING").orElseThrow().rows())
          .hasSize(times + 1);
    }
  }

  /** As by a terminal that is closed. */
  @Test
  void aProgramKilledWhenItTakesBackIsCalledAgain() throws Exception {
    WatchedBackend backend = new WatchedBackend();
    Applier applier = new Applier(backend, kernel, (plan, all) -> true);
    applier.apply(BOTH, publish(dual(new Generator(4))));
    int[] killed = {0};
    backend.beforeApply =
        part -> {
          if (killed[0]++ % 2 == 0) {
            throw new HostException(
                HostException.Kind.FAILED,
                new HostFault.Program(HostFault.Ending.REFUSED, "iptables-restore", 129, ""));
          }
        };
    assertThat(applier.undo()).isEmpty();
    assertThat(killed[0]).isEqualTo(4);
    for (Family family : BOTH) {
      assertThat(backend.memory.table(family)).isEqualTo(Table.empty(TableName.NAT, family));
    }
  }

  @Test
  void whatOthersHadAndIsGoneIsTold() throws Exception {
    Attachment attachment = dual(new Generator(4));
    String rule = "-A PREROUTING -s 10.9.1.0/24 -j ACCEPT";
    WatchedBackend backend = new WatchedBackend();
    backend.interfere(Family.IPV4, rule);
    assertThat(apply(backend, attachment).notices()).isEmpty();

    WatchedBackend losing = new WatchedBackend();
    losing.interfere(Family.IPV4, rule);
    losing.interfere(Family.IPV4, rule);
    losing.afterApply =
        part -> {
          if (part.before().family() == Family.IPV4) {
            String text = SaveFormat.print(losing.memory.table(Family.IPV4), false);
            losing.replace(
                List.of(Generator.parse(Family.IPV4, text.replaceFirst(rule + "\n", ""))));
          }
        };
    assertThat(apply(losing, attachment).notices())
        .containsExactly(new HostNotice.GoneMeanwhile(Family.IPV4, List.of(new Octets(rule))));
  }

  @Test
  void severalTransactionsAreTold() throws Exception {
    WatchedBackend backend = new WatchedBackend();
    backend.transactions = 2;
    assertThat(apply(backend, dual(new Generator(4))).notices())
        .contains(new HostNotice.SeveralTransactions(Family.IPV4, 2));
  }

  @Test
  void aTableThatNeverRestsIsGivenUp() {
    WatchedBackend backend = new WatchedBackend();
    int[] count = {0};
    backend.beforeApply =
        part -> {
          backend.interfere(
              part.before().family(), "-A INPUT -s 10.9." + count[0]++ + ".0/24 -j ACCEPT");
          throw new HostException(
              HostException.Kind.FAILED, new HostFault.NotApplied(HostFault.Refusal.EXISTS, ""));
        };
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(5)))))
        .contains("after 5 attempts");
    assertThat(backend.memory.table(Family.IPV4).chain("CNI-HOSTPORT-DNAT")).isEmpty();
  }

  @Test
  void aFailureThatIsNoChangeIsNotRepeated() {
    WatchedBackend backend = new WatchedBackend();
    backend.beforeApply =
        part -> {
          throw new HostException(
              HostException.Kind.NOT_PERMITTED, HostFault.Plain.CHANGE_FORBIDDEN);
        };
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(6)))))
        .contains("permission denied");
    assertThat(backend.calls).containsExactly("read ipv4", "read ipv6", "apply ipv4");
  }

  @Test
  void aRefusedPlanChangesNothing() throws Exception {
    WatchedBackend backend = new WatchedBackend();
    Applier.Result result =
        new Applier(backend, kernel, (plan, all) -> false)
            .apply(BOTH, publish(dual(new Generator(7))));
    assertThat(result.made()).isFalse();
    assertThat(backend.calls).containsExactly("read ipv4", "read ipv6");
  }

  /** A program that made its change and was killed then, or says that it failed. */
  @Test
  void whatWasMadeAndSaidToHaveFailedIsTakenBackToo() {
    WatchedBackend backend = new WatchedBackend();
    Table before = backend.memory.table(Family.IPV4);
    backend.beforeApply =
        part -> {
          if (part.after().chain("CNI-HOSTPORT-DNAT").isEmpty()) {
            return; // it is taken back
          }
          if (part.before().family() == Family.IPV4) {
            backend.memory.apply(part);
          }
          throw new HostException(
              HostException.Kind.FAILED, new HostFault.NotTaken(part.before().family(), "killed"));
        };
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(8)))))
        .contains("the kernel does not take the IPv6 plan");
    assertThat(rules(backend.memory.table(Family.IPV4))).isEqualTo(rules(before));
  }

  @Test
  void whatCannotBeTakenBackIsNamedBesideTheCause() {
    WatchedBackend backend = new WatchedBackend();
    backend.beforeApply =
        part -> {
          if (part.before().family() == Family.IPV6
              || part.after().chain("CNI-HOSTPORT-DNAT").isEmpty()) {
            throw new HostException(
                HostException.Kind.FAILED, new HostFault.NotTaken(part.before().family(), "no"));
          }
        };
    assertThat(Faults.told(() -> apply(backend, dual(new Generator(9)))))
        .isEqualTo(
            "the kernel does not take the IPv6 plan: no; the IPv4 rules were changed and could not"
                + " be taken back: the kernel does not take the IPv4 plan: no");
  }

  @Test
  void aPlannerThatFailsWhenItPlansAnewLeavesNothingBehind() {
    WatchedBackend backend = new WatchedBackend();
    Table before = backend.memory.table(Family.IPV4);
    int[] plans = {0};
    backend.beforeApply =
        part -> {
          if (part.before().family() == Family.IPV6) {
            backend.interfere(Family.IPV6, "-A INPUT -s fd00::/16 -j ACCEPT");
            throw new HostException(
                HostException.Kind.FAILED, new HostFault.NotTaken(Family.IPV6, "no"));
          }
        };
    Attachment attachment = dual(new Generator(10));
    Applier applier = new Applier(backend, kernel, (plan, all) -> true);
    assertThatThrownBy(
            () ->
                applier.apply(
                    BOTH,
                    (tables, notices) -> {
                      if (plans[0]++ > 0) {
                        throw new IllegalStateException("a defect");
                      }
                      return publish(attachment).plan(tables, notices);
                    }))
        .hasMessage("a defect");
    assertThat(rules(backend.memory.table(Family.IPV4))).isEqualTo(rules(before));
  }

  @Test
  void aSettingThatAnotherContainerNeedsStays() throws Exception {
    WatchedBackend backend = new WatchedBackend();
    Applier applier = new Applier(backend, kernel, (plan, all) -> true);
    applier.apply(BOTH, publish(dual(new Generator(11))));
    assertThat(kernel.values).containsEntry("br0", "1");
    Attachment other = dual(new Generator(12));
    apply(backend, other);
    List<HostNotice> stays = applier.undo();
    assertThat(stays).hasSize(3);
    assertThat(kernel.values).containsEntry("br0", "1");
    assertThat(publish(other).plan(List.of(backend.table(Family.IPV4)), List.of()).hasChanges())
        .isFalse();
  }
}
