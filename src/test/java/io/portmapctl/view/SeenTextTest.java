package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.explain.SeenPlace;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.path.DecidedBy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was seen, said to a person: programs and namespaces are named by whoever made them. */
@Tag("fast")
class SeenTextTest {
  private static final IpAddress ADDRESS = IpAddress.parse("10.89.5.6").orElseThrow();

  private static SeenPlace place(SeenPlace.Where where, String namespace) {
    ListeningSocket socket =
        new ListeningSocket(
            ADDRESS, 80, Optional.empty(), Optional.of("evil\u001b[2J (process 7)"));
    return new SeenPlace(
        ADDRESS,
        80,
        "tcp",
        where,
        Optional.of(namespace).filter(n -> !n.isEmpty()),
        Optional.of(new SeenPlace.Interface("eth0", true, true, Optional.of("c1"))),
        List.of(),
        Optional.of(List.of(socket)),
        Map.of(),
        SeenPlace.Wiring.UNKNOWN);
  }

  @Test
  void namesDoNotReachTheTerminalAsTheyAre() {
    SeenPlace place = place(SeenPlace.Where.CONTAINER, "/run/netns/\u001b[1m");
    SeenPort seen = new SeenPort(List.of(), List.of(place), place.sockets().orElseThrow());
    List<String> lines = SeenText.lines(seen, new Theme(false));
    assertThat(lines).hasSize(2);
    assertThat(String.join("\n", lines)).doesNotContain("\u001b").contains("evil", "(process 7)");
  }

  @Test
  void whatWasNotLookedAtIsSaid() {
    Map<SeenPlace.Where, String> told =
        Map.of(
            SeenPlace.Where.NOT_FOUND, "was not found",
            SeenPlace.Where.NOT_ENTERED, "may not be entered",
            SeenPlace.Where.NO_PROGRAM, "nsenter",
            SeenPlace.Where.NOWHERE, "no network namespace",
            SeenPlace.Where.NOBODY, "nobody answers for it");
    told.forEach(
        (where, words) -> {
          SeenPort seen = new SeenPort(List.of(), List.of(place(where, "")), List.of());
          assertThat(SeenText.lines(seen, new Theme(false)).get(0)).contains(words);
        });
  }

  @Test
  void aCureIsOfWordsThatAShellReadsAsTheyAre() {
    DecidedBy.ByContainer by =
        new DecidedBy.ByContainer(
            ADDRESS,
            80,
            "tcp",
            Optional.of("/run/netns/$(reboot)"),
            DecidedBy.ByContainer.Fault.LINK_DOWN,
            "eth0;halt");
    assertThat(ContainerText.cure(by))
        .isEqualTo("nsenter --net='/run/netns/$(reboot)' ip link set 'eth0;halt' up");
  }
}
