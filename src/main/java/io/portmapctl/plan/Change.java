package io.portmapctl.plan;

import io.portmapctl.model.Family;
import io.portmapctl.model.Row;

/** One step of a plan, true at its moment: when the steps before it are made. */
public sealed interface Change {
  /** The family whose nat table changes. */
  Family family();

  /** The chain that changes. */
  String chain();

  /** A new, empty user chain. */
  record CreateChain(Family family, String chain) implements Change {}

  /** An empty chain that nothing refers to goes. */
  record DeleteChain(Family family, String chain) implements Change {}

  /**
   * A rule before others.
   *
   * @param position where it will stand, from 1
   */
  record InsertRule(Family family, String chain, int position, Row row) implements Change {}

  /**
   * A rule after all others.
   *
   * @param position where it will stand, from 1
   */
  record AppendRule(Family family, String chain, int position, Row row) implements Change {}

  /**
   * A rule goes.
   *
   * @param position where it stands, from 1
   */
  record DeleteRule(Family family, String chain, int position, Row row) implements Change {}
}
