package io.portmapctl.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Target;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What translated packets look like. */
@Tag("fast")
class RewritingTest {
  private static final Target DRAWN =
      new Target.Masquerade(Optional.empty(), List.of("--random-fully"));

  private static List<Interval> ports(Target target, int port) {
    PacketSpace space = new PacketSpace();
    return new Rewriting(HostAddresses.UNKNOWN)
        .rewritten(
            space.of(Field.SOURCE_PORT, Interval.of(port)), target, Family.IPV4, Hook.POSTROUTING)
        .values(Field.SOURCE_PORT, Family.IPV4);
  }

  /** So a rule for port 80 is not about the answer, whatever the kernel draws. */
  @Test
  void aPortThatTheKernelDrawsIsOfTheKindThatItWas() {
    assertThat(ports(DRAWN, 40000)).containsExactly(Interval.of(1024, 65535));
    assertThat(ports(DRAWN, 700)).containsExactly(Interval.of(600, 1023));
    assertThat(ports(DRAWN, 53)).containsExactly(Interval.of(1, 511));
    assertThat(ports(Target.Masquerade.PLAIN, 53)).containsExactly(Interval.of(53));
  }
}
