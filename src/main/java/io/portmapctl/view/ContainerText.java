package io.portmapctl.view;

import io.portmapctl.net.Family;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.text.ShellWord;

/** What is the matter in a container, and what would mend it; octets. */
final class ContainerText {
  private ContainerText() {}

  /** What is the matter. */
  static String of(DecidedBy.ByContainer by) {
    String detail = Terminal.decoded(by.detail());
    String listens = "what listens on " + port(by) + " in the container ";
    return switch (by.fault()) {
      case NOBODY_THERE ->
          "nobody answers for "
              + by.address()
              + ", and no network namespace of this host has it"
              + (detail.isEmpty() ? "" : "; those beside it have " + detail);
      case WITHOUT_ADDRESS ->
          "the container does not have "
              + by.address()
              + (detail.isEmpty() ? "" : ", but " + detail);
      case LINK_DOWN -> "interface " + detail + " of the container is down";
      case NO_CARRIER ->
          "the container's interface has no link"
              + (detail.isEmpty() ? "" : ": " + detail + " of this host is its other end");
      case NOBODY_LISTENS -> "no program listens on " + port(by) + " in the container";
      case LOOPBACK_ONLY, OTHER_ADDRESS_ONLY -> listens + "does so at " + detail + " alone";
      case IPV6_ONLY -> listens + "takes IPv6 alone";
      case OTHER_DEVICE_ONLY -> listens + "does so at interface " + detail + " alone";
      case STOPPED ->
          listens
              + "is stopped, or frozen"
              + (detail.isEmpty() ? "" : " (" + detail + ")")
              + ": the kernel takes connections for it, which nobody answers";
      case QUEUE_FULL ->
          listens
              + "does not take its connections"
              + (detail.isEmpty() ? "" : " (" + detail + ")")
              + ": as many wait as may, and whether it takes them yet is not known";
      case ADDRESS_UNUSED ->
          "the container does not use "
              + by.address()
              + " (tentative, or another has it: dadfailed)";
      case NO_ARP -> "interface " + detail + " of the container asks for no neighbours (NOARP)";
      case OTHER_PORT ->
          "the bridge has the container's Ethernet address behind "
              + word(by, 0)
              + ", and the container is behind "
              + word(by, 1);
      case NO_ROUTE -> "the container has no route to " + detail;
      case NOT_PLUGGED ->
          word(by, 0)
              + ", the other end of the container's interface, is no port of "
              + word(by, 2);
      case OTHER_HARDWARE ->
          "this host sends it to "
              + word(by, 0)
              + ", which is not the container's Ethernet address";
      case OTHER_ROUTER -> "the container sends its answers to " + detail + ", not to this host";
      case ON_LINK ->
          "the container takes "
              + detail
              + " for a neighbour, and sends nothing for it to this host";
      case OWN_RULES ->
          "the container's network namespace has rules of its own, of which is not known what they"
              + " let pass ("
              + detail
              + ")";
    };
  }

  private static String port(DecidedBy.ByContainer by) {
    return by.protocol() + " port " + by.port();
  }

  /** What would mend it. */
  static String cure(DecidedBy.ByContainer by) {
    String ip = by.address().family() == Family.IPV4 ? "ip" : "ip -6";
    String every = by.address().family() == Family.IPV4 ? "0.0.0.0" : "[::]";
    return switch (by.fault()) {
      case NOBODY_THERE, WITHOUT_ADDRESS ->
          "publish it with the address that the container has, or give it back " + by.address();
      case LINK_DOWN -> inside(by) + "ip link set " + word(by.detail()) + " up";
      case NO_CARRIER ->
          by.detail().isEmpty()
              ? "look at the other end of the container's interface"
              : "ip link set " + word(by.detail()) + " up";
      case NOBODY_LISTENS ->
          "start the program in the container, or have it listen on " + every + ":" + by.port();
      case STOPPED -> "let it go on: docker unpause, or kill -CONT to the process that is stopped";
      case QUEUE_FULL -> "see why the program does not take them, or start it anew";
      case ADDRESS_UNUSED ->
          "see who else has "
              + by.address()
              + ", then take it from "
              + detail(by)
              + " in the container and give it back";
      case NO_ARP -> inside(by) + "ip link set " + word(by.detail()) + " arp on";
      case OTHER_PORT ->
          "bridge fdb show dev "
              + word(by, 0)
              + " tells it: bridge fdb del, with that address and port";
      case LOOPBACK_ONLY, OTHER_ADDRESS_ONLY, OTHER_DEVICE_ONLY, IPV6_ONLY ->
          "have it listen on "
              + every
              + ":"
              + by.port()
              + ", or at "
              + by.address().bracketed()
              + ":"
              + by.port();
      case NO_ROUTE ->
          inside(by) + ip + " route add default via this host's address in its network";
      case NOT_PLUGGED -> "ip link set " + by.detail();
      case OTHER_HARDWARE -> ip + " neigh del " + by.address() + " dev " + word(by, 1);
      case OTHER_ROUTER, ON_LINK ->
          inside(by)
              + ip
              + " route get "
              + by.detail()
              + " tells its way: it must lead to this host";
      case OWN_RULES -> inside(by) + "nft list ruleset, or iptables-legacy-save, shows them";
    };
  }

  private static String detail(DecidedBy.ByContainer by) {
    return Terminal.decoded(by.detail());
  }

  private static String word(DecidedBy.ByContainer by, int number) {
    String[] words = by.detail().split(" ", -1);
    return Terminal.decoded(number < words.length ? words[number] : "");
  }

  /** What has a command look from inside. */
  private static String inside(DecidedBy.ByContainer by) {
    return by.namespace().map(n -> "nsenter --net=" + word(n) + " ").orElse("");
  }

  private static String word(String octets) {
    return Terminal.decoded(ShellWord.quoted(octets));
  }
}
