package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.LayoutChoice;

/** What is asked of the planner for one attachment. */
public sealed interface Request {

  /**
   * Publish it.
   *
   * @param attachment the attachment
   * @param choice its layout
   */
  record Publish(Attachment attachment, LayoutChoice choice) implements Request {}

  /**
   * Remove what it has.
   *
   * @param identity whose chains go
   */
  record Withdraw(Identity identity) implements Request {}

  /**
   * Remove chains whose owner cannot be told any more.
   *
   * @param container the chains
   */
  record WithdrawChain(ContainerChains container) implements Request {}

  /** Remove shared chains that nothing needs. */
  record Prune() implements Request {}
}
