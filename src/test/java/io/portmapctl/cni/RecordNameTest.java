package io.portmapctl.cni;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the name of a record says. */
@Tag("fast")
class RecordNameTest {
  @Test
  void hyphensCanStandInEveryPart() {
    RecordName name = new RecordName("web-a-4711-eth0");
    assertThat(name.readings())
        .containsExactly(
            new Identity("web", "a"), new Identity("web", "a-4711"), new Identity("web-a", "4711"));
    assertThat(name.network()).isEmpty();
    for (String id : new String[] {"a", "4711", "a-4711"}) {
      assertThat(name.names(id)).as(id).isTrue();
    }
    for (String id : new String[] {"web", "eth0", "47", "4711-eth0", "web-a"}) {
      assertThat(name.names(id)).as(id).isFalse();
    }
  }

  @Test
  void oneReadingTellsTheNetwork() {
    assertThat(new RecordName("web-4711-eth0").network()).contains("web");
  }

  @Test
  void otherNamesNameNobody() {
    for (String text :
        new String[] {"", "-", "--", "a-", "a--b", "web", "web-4711", "-a-b", "a-b-"}) {
      assertThat(new RecordName(text).readings()).as(text).isEmpty();
    }
  }
}
