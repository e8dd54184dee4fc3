package io.portmapctl.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.trace.Leaving;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is measured does what the benchmarks say of it. */
@Tag("fast")
class WorkloadTest {
  private static final int CONTAINERS = 20;

  private final Workload work = new Workload(CONTAINERS);

  @Test
  void everyContainerHasItsChain() {
    assertThat(work.parsed().chains().keySet().stream().filter(c -> c.startsWith("CNI-DN-")))
        .hasSize(CONTAINERS);
  }

  @Test
  void thePacketsOfEveryPortLeaveByItsRule() {
    assertThat(work.parts().stream().filter(p -> p.kind() == Leaving.Kind.REWRITTEN))
        .hasSize(CONTAINERS);
  }

  @Test
  void oneMoreIsAChangeAndTheSameAgainIsNone() {
    assertThat(work.planned(3).changes()).isNotEmpty();
    assertThat(work.plannedAgain().changes()).isEmpty();
  }
}
