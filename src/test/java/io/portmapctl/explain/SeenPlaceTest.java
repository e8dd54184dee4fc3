package io.portmapctl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.explain.SeenPlace.Where;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.path.DecidedBy.ByContainer.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What, of all that is seen in a container, keeps connections from it. */
@Tag("fast")
class SeenPlaceTest {
  private static final IpAddress ADDRESS = ip("10.89.5.6");
  private static final IpAddress SENDER = ip("192.0.2.2");
  private static final SeenPlace.Interface UP =
      new SeenPlace.Interface("eth0", true, true, Optional.of("c1"));

  private static IpAddress ip(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  private static ListeningSocket socket(String address, Boolean... both) {
    return new ListeningSocket(ip(address), 80, Arrays.stream(both).findFirst(), Optional.empty());
  }

  private static SeenPlace place(
      Where where, Optional<SeenPlace.Interface> link, List<ListeningSocket> sockets) {
    return new SeenPlace(
        ADDRESS,
        80,
        "tcp",
        where,
        Optional.of("/run/netns/c1"),
        link,
        List.of(ip("10.89.5.16")),
        Optional.of(sockets),
        Map.of(SENDER, false, ip("10.89.5.1"), true),
        SeenPlace.Wiring.UNKNOWN);
  }

  private static Optional<String> fault(SeenPlace place, String sender) {
    return place.fault(Optional.of(ip(sender))).map(f -> f.fault() + " " + f.detail());
  }

  private static Optional<String> listening(ListeningSocket... sockets) {
    return fault(place(Where.CONTAINER, Optional.of(UP), List.of(sockets)), "10.89.5.1");
  }

  @Test
  void whoIsNotThereGetsNothing() {
    assertThat(fault(place(Where.NOBODY, Optional.empty(), List.of()), "10.89.5.1"))
        .contains(Fault.NOBODY_THERE + " 10.89.5.16");
    assertThat(fault(place(Where.CONTAINER, Optional.empty(), List.of()), "10.89.5.1"))
        .contains(Fault.WITHOUT_ADDRESS + " 10.89.5.16");
    for (Where where : List.of(Where.NOWHERE, Where.NOT_FOUND, Where.NOT_ENTERED, Where.HOST)) {
      assertThat(fault(place(where, Optional.empty(), List.of()), "10.89.5.1")).isEmpty();
    }
  }

  @Test
  void aLinkMustBeThere() {
    SeenPlace.Interface down = new SeenPlace.Interface("eth0", false, false, Optional.of("c1"));
    SeenPlace.Interface cut = new SeenPlace.Interface("eth0", true, false, Optional.of("c1"));
    assertThat(fault(place(Where.CONTAINER, Optional.of(down), List.of()), "10.89.5.1"))
        .contains(Fault.LINK_DOWN + " eth0");
    assertThat(fault(place(Where.CONTAINER, Optional.of(cut), List.of()), "10.89.5.1"))
        .contains(Fault.NO_CARRIER + " c1");
  }

  @Test
  void aProgramMustListenThere() {
    assertThat(listening()).contains(Fault.NOBODY_LISTENS + " ");
    assertThat(listening(socket("127.0.0.1"))).contains(Fault.LOOPBACK_ONLY + " 127.0.0.1");
    assertThat(listening(socket("::1"), socket("127.0.0.1")))
        .contains(Fault.LOOPBACK_ONLY + " ::1, 127.0.0.1");
    assertThat(listening(socket("::", false))).contains(Fault.IPV6_ONLY + " ");
    assertThat(listening(socket("10.89.5.9"))).contains(Fault.OTHER_ADDRESS_ONLY + " 10.89.5.9");
    assertThat(listening(socket("::", true))).isEmpty();
    assertThat(listening(socket("::"))).as("not known").isEmpty();
    assertThat(listening(socket("127.0.0.1"), socket("0.0.0.0"))).isEmpty();
    assertThat(listening(socket("10.89.5.6"))).isEmpty();
  }

  @Test
  void theAnswerMustHaveAWayBack() {
    SeenPlace place = place(Where.CONTAINER, Optional.of(UP), List.of(socket("0.0.0.0")));
    assertThat(fault(place, "192.0.2.2")).contains(Fault.NO_ROUTE + " 192.0.2.2");
    assertThat(fault(place, "10.89.5.1")).isEmpty();
    assertThat(fault(place, "203.0.113.9")).as("not asked").isEmpty();
    assertThat(place.fault(Optional.empty())).as("nobody knows who sends").isEmpty();
  }

  @Test
  void howItIsTiedToTheHostGoesBeforeItsPrograms() {
    SeenPlace place = place(Where.CONTAINER, Optional.of(UP), List.of());
    SeenPlace wired =
        new SeenPlace(
            place.address(),
            place.port(),
            place.protocol(),
            place.where(),
            place.namespace(),
            place.link(),
            place.others(),
            place.sockets(),
            place.ways(),
            new SeenPlace.Wiring(
                Optional.of(new SeenPlace.Trouble(Fault.NOT_PLUGGED, "c1 master br0")),
                Map.of(SENDER, new SeenPlace.Trouble(Fault.OTHER_ROUTER, "10.89.5.9")),
                Optional.of("policy drop;")));
    assertThat(fault(wired, "10.89.5.1")).contains(Fault.NOT_PLUGGED + " c1 master br0");
    assertThat(wired.stray(Optional.of(SENDER)).map(f -> f.detail())).contains("10.89.5.9");
    assertThat(wired.stray(Optional.of(ip("10.89.5.1")))).isEmpty();
    assertThat(wired.ownRules().map(f -> f.detail())).contains("policy drop;");
    assertThat(place.ownRules()).isEmpty();
  }
}
