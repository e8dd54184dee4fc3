package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.Generator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class RestoreScriptTest {

  private static Table table(String... rules) {
    StringBuilder text = new StringBuilder("*nat\n:X -\n");
    for (String rule : rules) {
      text.append("-A X ").append(rule).append('\n');
    }
    return Generator.parse(Family.IPV4, text.append("COMMIT\n").toString());
  }

  private static List<String> deleting(Table table, int position) {
    RuleEntry row = table.chain("X").orElseThrow().rows().get(position - 1);
    return RestoreScript.commands(
        table, List.of(new Change.DeleteRule(Family.IPV4, "X", position, row)));
  }

  @Test
  void aRuleGoesByItsWords() {
    assertThat(deleting(table("-j ACCEPT", "-p tcp -j DROP"), 2))
        .containsExactly("-D X -p tcp -j DROP");
  }

  @Test
  void theSecondOfTwoGoesByItsTextToo() {
    assertThat(deleting(table("-j ACCEPT", "-j DROP", "-j ACCEPT"), 3))
        .containsExactly("-D X -j ACCEPT", "-D X -j ACCEPT", "-I X 1 -j ACCEPT");
  }

  /** iptables-restore refuses its words. */
  @Test
  void whatCouldNotBeShownGoesByItsNumber() {
    assertThat(deleting(table("-j ACCEPT", "-p tcp -j DNAT [unsupported revision]"), 2))
        .containsExactly("-D X 2");
    assertThat(deleting(table("-m owner [unsupported revision] -j RETURN"), 1))
        .containsExactly("-D X 1");
  }
}
