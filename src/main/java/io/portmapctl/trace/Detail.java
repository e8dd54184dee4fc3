package io.portmapctl.trace;

/** Which rules packets are tried on. */
public enum Detail {
  /** All. */
  EVERY_RULE,
  /** Those about the ports of the packets, whatever the address. */
  OF_PORT,
  /** Those that can do anything with the packets. */
  EFFECTIVE
}
