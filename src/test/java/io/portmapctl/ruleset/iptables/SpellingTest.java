package io.portmapctl.ruleset.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import io.portmapctl.testing.Spelling;
import io.portmapctl.text.Octets;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * However a match or a target is written, it is the rule that the kernel prints; LiveIT asks the
 * kernel the same.
 */
@Tag("fast")
class SpellingTest {

  @Test
  void everySpellingIsTheKernels() throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (Spelling spelling : Spelling.all()) {
      Rule written = rule(spelling.family(), spelling.written());
      all.assertThat(written.text().latin1()).isEqualTo(spelling.printed());
      all.assertThat(written)
          .as(spelling.written())
          .isEqualTo(rule(spelling.family(), spelling.printed()));
      all.assertThat(written.hasUnmodelledMatch()).as(spelling.written()).isFalse();
      all.assertThat(written.target()).isNotInstanceOf(Target.Unknown.class);
    }
    all.assertAll();
  }

  private static Rule rule(Family family, String text) throws SaveFormat.FormatException {
    return RuleSyntax.parse(family, SaveFormat.split(1, text));
  }

  private static Rule rule(String text) throws SaveFormat.FormatException {
    return rule(Family.IPV4, text);
  }

  /** What the tables do not hold, because it depends on the host's /etc/protocols. */
  @Test
  void aProtocolIsItsNumberByWhateverName() throws Exception {
    for (List<String> same :
        List.of(
            List.of("-p 33 -m dccp --dport 5", "-p dccp --dport 5", "-p DCCP -m dccp --dport 5"),
            List.of("-p 2", "-p igmp"),
            List.of("-p 47", "-p gre"),
            List.of("! -p 135", "! -p mobility-header", "! -p ipv6-mh", "! -p mh"))) {
      for (String spelling : same) {
        assertThat(rule(spelling)).isEqualTo(rule(same.get(0)));
        assertThat(rule(spelling).text().latin1()).isEqualTo(same.get(0));
        assertThat(rule(spelling).hasUnmodelledMatch()).isFalse();
      }
    }
    assertThat(rule("-p nobody").hasUnmodelledMatch()).isTrue();
    assertThat(rule("-p nobody").text().latin1()).isEqualTo("-p nobody");
  }

  /** The kernel compares what the mask leaves, and prints what it was given. */
  @Test
  void hostBitsOfConnectionsDoNotCount() throws Exception {
    assertThat(rule("-m conntrack --ctorigdst 10.0.0.9/24"))
        .isEqualTo(rule("-m conntrack --ctorigdst 10.0.0.0/24"));
  }

  @Test
  void aMatchThatIsNotUnderstoodIsKeptToTheLetter() throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (String text :
        List.of(
            "-p tcp -m tcp --tcp-option 5 -m foo ! --bar \"a b\" --baz",
            "-s 10.0.0.0/255.0.255.0",
            "! -p all",
            "-p tcp -m tcp ! --dport 0:65535",
            "-p udp -m udp ! --sport 0:65535",
            "-p tcp -m tcp ! --tcp-flags NONE NONE",
            "-p tcp -m tcp --dport 90:80",
            "-p tcp -m tcp --dport 080",
            "-p tcp -m tcp --dport nobody",
            "-p udp -m udp --tcp-flags SYN SYN",
            "-p tcp -m multiport --dports 80:80",
            "-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15:16",
            "-p icmp -m icmp6 --icmpv6-type 1",
            "-p icmp -m icmp --icmp-type echo",
            "-m mark --mark 4294967296",
            "-m mark --mark 0x",
            "-m mark ! [unsupported revision]",
            "-m conntrack [unsupported revision]",
            "-m conntrack --ctproto 0",
            "-m conntrack --ctorigsrc 10.0.0.0/255.0.255.0",
            "-m conntrack --ctstate NEW --ctstate RELATED",
            "-m conntrack --ctorigdstport 90:80",
            "-m conntrack --ctdir",
            "-m state --state SNAT",
            "-m iprange --src-range 10.0.0.9-10.0.0.1",
            "-m iprange --src-range fd00::1-fd00::9",
            "-m recent --rcheck --name \"a b\" --mask 255.255.255.255 --rsource",
            "-m recent --set --seconds 5",
            "-m recent --name x",
            "-m owner --uid-owner root",
            "-m owner --gid-owner 5 --suppl-groups",
            "-m owner --uid-owner 9-5",
            "-m physdev",
            "-m set --match-set foo src --packets-gt 5",
            "-m limit --limit 5/min --limit-burst 0",
            "-m limit --limit 10001/sec",
            "-m mac --mac-source 00:11:22:33:44",
            "-m addrtype --limit-iface-in",
            "-f")) {
      Rule rule = rule(text + " -j RETURN");
      all.assertThat(rule.text().latin1()).isEqualTo(text + " -j RETURN");
      all.assertThat(rule.hasUnmodelledMatch()).as(text).isTrue();
      all.assertThat(rule).isEqualTo(rule(rule.text().latin1()));
    }
    all.assertAll();
  }

  @Test
  void aTargetThatIsNotUnderstoodIsKeptToTheLetter() throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (String text :
        List.of(
            "-j DNAT [unsupported revision]",
            "-j LOG [unsupported revision]",
            "-j CT [unsupported revision]",
            "-j NFQUEUE [unsupported revision]",
            "-j DNAT --to-destination 10.0.0.9-10.0.0.1",
            "-j DNAT --to-destination 10.0.0.1:80/8000",
            "-j DNAT --to-destination 010.0.0.1:80",
            "-j DNAT --to-destination fd00::1",
            "-j DNAT --random",
            "-j DNAT --to-destination 10.0.0.1 --random-fully",
            "-j SNAT --to-source 10.0.0.1:80-90/70",
            "-j MASQUERADE --persistent",
            "-j REDIRECT --to-ports 80-90/8000",
            "-j NETMAP --to 10.0.0.0/255.0.255.0",
            "-j MARK --or-mark 0x10/0x10",
            "-j MARK --set-xmark",
            "-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xf --left-shift-mark 2",
            "-j CONNMARK --set-xmark 0x5/0xf --nfmask 0xf",
            "-j HMARK --hmark-tuple src --hmark-mod 5 --hmark-rnd 1",
            "-j SET --map-set foo src --map-mark",
            "-j TEE --gateway 10.0.0.1",
            "-j ACCEPT --really",
            "-g CHAIN --and more",
            "-j REJECT --reject-with icmp6-no-route",
            "-j OTHER \"a b\" c")) {
      Rule rule = rule("-p tcp " + text);
      all.assertThat(rule.text().latin1()).isEqualTo("-p tcp " + text);
      all.assertThat(rule.target()).as(text).isInstanceOf(Target.Unknown.class);
      all.assertThat(rule).isEqualTo(rule(rule.text().latin1()));
    }
    all.assertAll();
  }

  @Test
  void aNameWithoutOptionsIsAChains() throws Exception {
    assertThat(rule("-j KUBE-SERVICES").target())
        .isEqualTo(new Target.Jump("KUBE-SERVICES", false));
    assertThat(rule("-g KUBE-SERVICES").target()).isEqualTo(new Target.Jump("KUBE-SERVICES", true));
    assertThat(rule("-j KUBE-SERVICES").target().leadsTo("KUBE-SERVICES")).isTrue();
    assertThat(rule("-j ACCEPT").target().chain()).isEmpty();
  }

  @Test
  void whatAnOldProgramCouldNotShowIsTold() throws Exception {
    assertThat(rule("-j DNAT [unsupported revision]").isUnshown()).isTrue();
    assertThat(rule("-m conntrack [unsupported revision] -j RETURN").isUnshown()).isTrue();
    assertThat(rule("-m comment --comment \"[unsupported revision]\" -j RETURN").isUnshown())
        .isFalse();
    assertThat(rule("-j LOG --log-prefix \"[unsupported revision]\"").isUnshown()).isFalse();
  }

  @Test
  void chanceCountersClocksAndStateAreNotSteady() throws Exception {
    assertThat(steady("-m u32 --u32 0=1")).isTrue();
    assertThat(steady("-m length --length 5")).isTrue();
    for (String module :
        List.of("statistic", "hashlimit", "connlimit", "quota", "time", "recent")) {
      assertThat(steady("-m " + module + " --some thing")).as(module).isFalse();
    }
  }

  private static boolean steady(String text) throws Exception {
    return rule(text).matches().get(0) instanceof Match.Unknown unknown && unknown.steady();
  }

  /** A match that is typed is the other spelling of one that was not understood. */
  @Test
  void aSpellingThatIsNotUnderstoodMayBeTheKernels() throws Exception {
    Rule written = rule("-m owner --uid-owner root -j RETURN");
    assertThat(written.equalsButForUnmodelled(rule("-m owner --uid-owner 0 -j RETURN"))).isTrue();
    assertThat(written.equalsButForUnmodelled(rule("-m mark --mark 0x0 -j RETURN"))).isFalse();
    assertThat(rule("-m mark --mark 0x1").equalsButForUnmodelled(rule("-m mark --mark 0x2")))
        .isFalse();
    assertThat(rule("-s 10.0.0.0/255.0.255.0").equalsButForUnmodelled(rule("-i eth0"))).isFalse();
  }

  @Test
  void aLongCommentIsCutAsTheKernelDoes() throws Exception {
    Rule rule = rule("-m comment --comment " + "x".repeat(300));
    assertThat(rule.comment().map(Octets::length)).contains(255);
  }
}
