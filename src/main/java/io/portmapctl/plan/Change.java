package io.portmapctl.plan;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import java.util.Optional;

/** One step of a plan, true at its moment: when the steps before it are made. */
public sealed interface Change {
  /** The family whose nat table changes. */
  Family family();

  /** The chain that changes. */
  String chain();

  /** The rule that changes, where it is not a whole chain. */
  Optional<Rule> rule();

  /** The rule that it puts into the chain; empty where it puts none. */
  default Optional<RuleEntry> added() {
    if (this instanceof InsertRule insert) {
      return Optional.of(insert.row());
    }
    return this instanceof AppendRule append ? Optional.of(append.row()) : Optional.empty();
  }

  /**
   * What takes this change back.
   *
   * @param size how many rules the chain has when this change is made
   */
  Change inverse(int size);

  /** A new, empty user chain. */
  record CreateChain(Family family, String chain) implements Change {
    @Override
    public Optional<Rule> rule() {
      return Optional.empty();
    }

    @Override
    public Change inverse(int size) {
      return new DeleteChain(family, chain);
    }
  }

  /** An empty chain that nothing refers to goes. */
  record DeleteChain(Family family, String chain) implements Change {
    @Override
    public Optional<Rule> rule() {
      return Optional.empty();
    }

    @Override
    public Change inverse(int size) {
      return new CreateChain(family, chain);
    }
  }

  /**
   * A rule before others.
   *
   * @param position where it will stand, from 1
   */
  record InsertRule(Family family, String chain, int position, RuleEntry row) implements Change {
    @Override
    public Optional<Rule> rule() {
      return Optional.of(row.rule());
    }

    @Override
    public Change inverse(int size) {
      return new DeleteRule(family, chain, position, row);
    }
  }

  /**
   * A rule after all others.
   *
   * @param position where it will stand, from 1
   */
  record AppendRule(Family family, String chain, int position, RuleEntry row) implements Change {
    @Override
    public Optional<Rule> rule() {
      return Optional.of(row.rule());
    }

    @Override
    public Change inverse(int size) {
      return new DeleteRule(family, chain, position, row);
    }
  }

  /**
   * A rule goes.
   *
   * @param position where it stands, from 1
   */
  record DeleteRule(Family family, String chain, int position, RuleEntry row) implements Change {
    @Override
    public Optional<Rule> rule() {
      return Optional.of(row.rule());
    }

    @Override
    public Change inverse(int size) {
      return position > size
          ? new AppendRule(family, chain, position, row)
          : new InsertRule(family, chain, position, row);
    }
  }
}
