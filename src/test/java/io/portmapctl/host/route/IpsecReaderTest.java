package io.portmapctl.host.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.IpAddress;
import io.portmapctl.route.IpsecPolicy;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class IpsecReaderTest {

  private static IpAddress ip(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  @Test
  void policiesAreWhatIpPrints() {
    List<IpsecPolicy> policies =
        IpsecReader.read(
            "src 10.0.0.0/8 dst 10.89.5.0/24 \n"
                + "\tdir out priority 7 ptype main \n"
                + "\ttmpl src 1.1.1.1 dst 2.2.2.2\n"
                + "\t\tproto esp reqid 0 mode tunnel\n"
                + "src 0.0.0.0/0 dst 10.89.5.6/32 proto tcp dport 80 \n"
                + "\tdir fwd action block priority 0 ptype main \n"
                + "src ::/0 dst ::/0 \n"
                + "\tsocket in priority 0 ptype main \n");
    assertThat(policies.stream().map(IpsecPolicy::text))
        .containsExactly(
            "src 10.0.0.0/8 dst 10.89.5.0/24 dir out",
            "src 0.0.0.0/0 dst 10.89.5.6/32 proto tcp dport 80 dir fwd");
    assertThat(policies.get(0).encrypts()).isTrue();
    assertThat(policies.get(0).blocks()).isFalse();
    assertThat(policies.get(0).priority()).isEqualTo(7);
    IpsecPolicy block = policies.get(1);
    assertThat(block.blocks()).isTrue();
    assertThat(block.encrypts()).isFalse();
    Optional<IpAddress> from = Optional.of(ip("192.0.2.7"));
    Optional<String> tcp = Optional.of("tcp");
    assertThat(block.isFor(from, ip("10.89.5.6"), tcp, OptionalInt.of(80))).contains(true);
    assertThat(block.isFor(from, ip("10.89.5.6"), tcp, OptionalInt.of(81))).contains(false);
    assertThat(block.isFor(from, ip("10.89.5.7"), tcp, OptionalInt.of(80))).contains(false);
    assertThat(block.isFor(from, ip("10.89.5.6"), Optional.of("udp"), OptionalInt.of(80)))
        .contains(false);
    assertThat(block.isFor(from, ip("10.89.5.6"), tcp, OptionalInt.empty())).isEmpty();
    assertThat(policies.get(0).isFor(from, ip("10.89.5.6"), tcp, OptionalInt.of(80)))
        .contains(false);
    assertThat(policies.get(0).isFor(Optional.empty(), ip("10.89.5.6"), tcp, OptionalInt.of(80)))
        .isEmpty();
  }

  @Test
  void whatAPolicyAsksForBesideMayBeSo() {
    List<IpsecPolicy> policies =
        IpsecReader.read(
            "src 0.0.0.0/0 dst 0.0.0.0/0 proto tcp sport 80 \n"
                + "\tdir fwd action block priority 0 ptype main \n"
                + "src 0.0.0.0/0 dst 0.0.0.0/0 \n"
                + "\tdir fwd action block priority 0 ptype main \n"
                + "\tmark 0x2a/0xff\n"
                + "src 0.0.0.0/0 dst 0.0.0.0/0 \n"
                + "\tdir fwd priority 0 ptype main \n"
                + "\ttmpl src 0.0.0.0 dst 0.0.0.0\n"
                + "\t\tproto esp reqid 1 mode tunnel\n"
                + "\tif_id 0x2a\n");
    assertThat(policies).hasSize(2).allMatch(IpsecPolicy::narrow);
    for (IpsecPolicy policy : policies) {
      Optional<String> tcp = Optional.of("tcp");
      assertThat(policy.isFor(Optional.empty(), ip("10.1.1.1"), tcp, OptionalInt.of(80))).isEmpty();
    }
  }

  @Test
  void whatIsNoPolicyIsNone() {
    assertThat(IpsecReader.read("")).isEmpty();
    assertThat(IpsecReader.read("src x dst y dir out\ndst 1.2.3.4/32 dir")).isEmpty();
  }
}
