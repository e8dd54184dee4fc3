package io.portmapctl.saved;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.SavedPlanTrial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans are saved, somebody changes something, and they are carried out or not, nft and legacy. */
@Tag("live")
class SavedPlanIT {
  private static final int PLANS = Rounds.of("savedPlans", 25, 500);

  @TempDir private Path folder;

  @Test
  void whatIsTheSameIsCarriedOutAndNothingElse() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      int first = Integer.getInteger("portmapctl.seed", 1);
      Run run =
          host.java(
              SavedPlanTrial.class,
              String.valueOf(first),
              String.valueOf(PLANS),
              folder.toString());
      assertThat(run.exit()).as(run.out() + run.err()).isZero();
      System.out.println("saved plans: " + run.out().strip());
      assertThat(run.out()).contains("other=", "same=", "there=");
    }
  }

  private Run ask(Namespace host, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    if (!List.of(words).contains("plan")) {
      command.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return host.run("", command);
  }

  /** A plan of another network namespace, and what goes with a plan that is carried out. */
  @Test
  void itIsForItsHostAlone() throws Exception {
    try (Namespace host = Namespace.withBridge();
        Namespace other = Namespace.withBridge()) {
      String file = folder.resolve("web.plan").toString();
      Run plan =
          ask(
              host,
              "add",
              "--net",
              "web",
              "--container-id",
              "c",
              "--ip",
              "10.89.1.7/16",
              "-p",
              "8080:80",
              "-o",
              "plan");
      assertThat(plan.exit()).as(plan.err()).isZero();
      Files.writeString(Path.of(file), plan.out());
      Run refused = ask(other, "apply", file);
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err()).contains("another host", "network namespace");
      assertThat(other.natTables("nft").keySet()).noneMatch(c -> c.contains("CNI-"));

      String undo = folder.resolve("undo").toString();
      Run applied = ask(host, "apply", file, "--undo", undo, "--rehearse", "--wait", "5");
      assertThat(applied.exit()).as(applied.err()).isZero();
      assertThat(applied.err()).contains("Rehearsed");
      assertThat(host.natTables("nft").keySet()).anyMatch(c -> c.contains("CNI-DN-"));
      host.must("", "sh", undo);
      assertThat(host.natTables("nft").keySet()).noneMatch(c -> c.contains("CNI-"));
    }
  }
}
