package io.portmapctl.net;

/** An address family; each has its own programs, tables and rules. */
public enum Family {
  /** IPv4: {@code iptables}. */
  IPV4("ipv4", "IPv4", 32, "iptables"),
  /** IPv6: {@code ip6tables}. */
  IPV6("ipv6", "IPv6", 128, "ip6tables");

  private final String id;
  private final String title;
  private final int bits;
  private final String program;

  Family(String id, String title, int bits, String program) {
    this.id = id;
    this.title = title;
    this.bits = bits;
    this.program = program;
  }

  /** The name in options and JSON: {@code ipv4} or {@code ipv6}. */
  public String id() {
    return id;
  }

  /** The name in sentences: {@code IPv4} or {@code IPv6}. */
  public String title() {
    return title;
  }

  /** The length of an address in bits. */
  public int bits() {
    return bits;
  }

  /** The program that changes this family's rules: {@code iptables} or {@code ip6tables}. */
  public String program() {
    return program;
  }
}
