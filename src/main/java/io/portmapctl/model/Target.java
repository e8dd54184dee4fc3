package io.portmapctl.model;

import java.util.List;

/** What a rule does with a packet that matches. */
public sealed interface Target {

  /** The target in iptables-save's own words, empty for none. */
  String text();

  /** The chain or target named, empty for none. */
  String name();

  /** A rule that only counts. */
  record None() implements Target {
    @Override
    public String text() {
      return "";
    }

    @Override
    public String name() {
      return "";
    }
  }

  /**
   * A jump to a chain or an extension.
   *
   * @param name the chain or extension
   * @param goTo whether it is {@code -g}, which does not come back
   * @param words the extension's options, as printed
   */
  record Jump(String name, boolean goTo, List<String> words) implements Target {
    @Override
    public String text() {
      String options = words.isEmpty() ? "" : " " + String.join(" ", words);
      return (goTo ? "-g " : "-j ") + name + options;
    }
  }

  /**
   * {@code DNAT} to one address and port.
   *
   * @param address the new destination
   * @param port the new destination port
   */
  record Dnat(IpAddress address, int port) implements Target {
    @Override
    public String text() {
      String host = address.family() == Family.IPV6 ? "[" + address + "]" : address.toString();
      return "-j DNAT --to-destination " + host + ":" + port;
    }

    @Override
    public String name() {
      return "DNAT";
    }
  }
}
