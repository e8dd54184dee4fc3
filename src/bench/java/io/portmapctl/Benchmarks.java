package io.portmapctl;

import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.Workload;
import io.portmapctl.trace.Leaving;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading, sets of packets and planning by themselves, warm, with the JVM's switches of the
 * launcher. CONTRIBUTING.md says how to run them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgs = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms512m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Benchmarks {
  /** How many containers are on the host. */
  @Param({"1000", "10000"})
  public int containers;

  private Workload work;

  /** Makes the host. */
  @Setup
  public void make() {
    work = new Workload(containers);
  }

  /** Every rule of a save is read. */
  @Benchmark
  public Table parse() {
    return work.parsed();
  }

  /** All packets go through PREROUTING. */
  @Benchmark
  public List<Leaving> sets() {
    return work.parts();
  }

  /** Ten mappings of one more container. */
  @Benchmark
  public Plan.Part plan() {
    return work.planned(10);
  }

  /** All containers once more. */
  @Benchmark
  public Plan.Part planAll() {
    return work.plannedAgain();
  }
}
