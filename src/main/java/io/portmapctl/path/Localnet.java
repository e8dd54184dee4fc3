package io.portmapctl.path;

/** Whether {@code route_localnet} is set on the interface towards a container. */
public enum Localnet {
  /** It is. */
  SET,
  /** It is not. */
  NOT_SET,
  /** The plan sets it. */
  PLANNED,
  /** It is not known. */
  UNKNOWN
}
