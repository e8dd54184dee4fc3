package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Packets that connection tracking passes over, and whose answers it does not: the kernel takes an
 * answer of UDP for what opens a connection, and one of TCP for nothing.
 */
@Tag("fast")
class UntrackedTest {
  private static RuleIndex table(TableName name, String chain, String rules) throws Exception {
    StringBuilder out = new StringBuilder("*" + name.id() + "\n:" + chain + " ACCEPT [0:0]\n");
    for (String rule : rules.isEmpty() ? new String[0] : rules.split("; ")) {
      out.append("-A ").append(chain).append(' ').append(rule).append('\n');
    }
    return new RuleIndex(SaveFormat.table(Family.IPV4, name, out + "COMMIT\n").orElseThrow());
  }

  private Ternary picksUp = Ternary.UNKNOWN;
  private boolean established;
  private String filtering = "FORWARD";
  private String raw = "-s 203.0.113.9/32 -j CT --notrack";

  /** How a connection to a container ends that is routed to, not published. */
  private Ending ending(IpProtocol protocol, String postrouting, String filter) throws Exception {
    Rules rules =
        new Rules(
            table(TableName.NAT, "POSTROUTING", postrouting),
            List.of(
                table(TableName.RAW, "PREROUTING", raw),
                table(TableName.FILTER, filtering, filter)),
            Rules.Written.NOTHING);
    Settings settings =
        new Settings(
            c -> Localnet.UNKNOWN,
            f -> Ternary.UNKNOWN,
            f -> List.of(),
            a -> false,
            () -> picksUp,
            f -> Optional.empty());
    Packet packet =
        new Packet(
            Family.IPV4,
            protocol,
            Endpoint.of(IpAddress.parse("203.0.113.9").orElseThrow(), 40000),
            Endpoint.of(IpAddress.parse("10.0.0.5").orElseThrow(), 80),
            PacketInterface.of("eth0"),
            PacketInterface.UNKNOWN,
            Mark.of(0),
            Ternary.NO);
    Ground ground = new Ground(TracerTest.HOST, TracerTest.HOST::subnet, settings);
    return new Tracer(rules, ground, true).follow(packet, established).ending();
  }

  private static final String MASQUERADE = "-s 10.0.0.0/24 -j MASQUERADE";
  private static final String SAME = "-s 10.0.0.0/24 -j SNAT --to-source 10.0.0.5";

  private void isTranslated(Ending ending) {
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NO_ANSWER);
    assertThat(ending.why()).isEqualTo(Ending.Why.ANSWER_TRANSLATED);
    assertThat(ending.back()).isTrue();
    assertThat(ending.by())
        .isInstanceOfSatisfying(
            DecidedBy.ByRule.class, by -> assertThat(by.rule().table()).isEqualTo("nat"));
  }

  private static void works(Ending ending) {
    assertThat(ending.kind()).isEqualTo(Ending.Kind.DELIVERED);
  }

  private static void drops(Ending ending) {
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NO_ANSWER);
    assertThat(ending.why()).isEqualTo(Ending.Why.RULES);
    assertThat(ending.back()).isTrue();
  }

  @Test
  void anAnswerOfUdpIsNewAndTranslated() throws Exception {
    works(ending(IpProtocol.UDP, "", ""));
    works(ending(IpProtocol.UDP, SAME, ""));
    isTranslated(ending(IpProtocol.UDP, MASQUERADE, ""));
    drops(ending(IpProtocol.UDP, "", "-i cni0 -m conntrack --ctstate NEW -j DROP"));
    drops(ending(IpProtocol.UDP, "", "-i cni0 -m conntrack --ctdir ORIGINAL -j DROP"));
    works(ending(IpProtocol.UDP, "", "-m conntrack --ctstate ESTABLISHED,INVALID -j DROP"));
  }

  @Test
  void anAnswerOfTcpIsInvalidAndNotTranslated() throws Exception {
    works(ending(IpProtocol.TCP, MASQUERADE, ""));
    drops(ending(IpProtocol.TCP, "", "-i cni0 -m conntrack --ctstate INVALID -j DROP"));
    works(ending(IpProtocol.TCP, "", "-i cni0 -m conntrack --ctstate NEW,ESTABLISHED -j DROP"));
    works(ending(IpProtocol.TCP, "", "-i cni0 -m conntrack --ctdir ORIGINAL -j DROP"));
    works(ending(IpProtocol.TCP, "", "-i cni0 -m conntrack --ctdir REPLY -j DROP"));
  }

  @Test
  void aLaterAnswerOfTcpIsPickedUpWhereTheKernelIsSetTo() throws Exception {
    established = true;
    picksUp = Ternary.YES;
    isTranslated(ending(IpProtocol.TCP, MASQUERADE, ""));
    picksUp = Ternary.NO;
    works(ending(IpProtocol.TCP, MASQUERADE, ""));
    picksUp = Ternary.UNKNOWN;
    assertThat(ending(IpProtocol.TCP, MASQUERADE, "").kind()).isEqualTo(Ending.Kind.UNDECIDED);
    works(ending(IpProtocol.TCP, "", ""));
  }

  @Test
  void whatItMakesOfOtherProtocolsIsNotKnown() throws Exception {
    works(ending(IpProtocol.SCTP, "", ""));
    assertThat(ending(IpProtocol.SCTP, MASQUERADE, "").kind()).isEqualTo(Ending.Kind.UNDECIDED);
  }

  @Test
  void translationsDoNotShowOnAnAnswerThatIsNotTracked() throws Exception {
    raw = "-s 10.0.0.5/32 -j CT --notrack";
    filtering = "INPUT";
    String masquerade = "-d 10.0.0.5/32 -j MASQUERADE";
    String drop = "-m conntrack --ctstate SNAT -j DROP";
    Ending ending = ending(IpProtocol.TCP, masquerade, drop);
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NO_ANSWER);
    assertThat(ending.why()).isEqualTo(Ending.Why.NOT_TRANSLATED_BACK);
    raw = "";
    filtering = "FORWARD"; // its destination is the sender's again
    drops(ending(IpProtocol.TCP, masquerade, drop));
  }

  @Test
  void anAnswerToWhatIsTrackedIsOfItsConnection() throws Exception {
    raw = "";
    works(ending(IpProtocol.UDP, MASQUERADE, "-i cni0 -m conntrack --ctstate NEW,INVALID -j DROP"));
    drops(ending(IpProtocol.UDP, "", "-m conntrack --ctstate ESTABLISHED -j DROP"));
  }
}
