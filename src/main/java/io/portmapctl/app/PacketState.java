package io.portmapctl.app;

/** What a packet that is asked about is to its connection. */
public enum PacketState {
  /** The first. */
  NEW,
  /** One of those that follow, once it was answered. */
  ESTABLISHED
}
