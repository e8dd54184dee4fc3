package io.portmapctl.host;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What keeps nat tables. */
public interface Backend {

  /**
   * What was read.
   *
   * @param table the table
   * @param notices what a reader should know of it
   */
  record Reading(Table table, List<HostNotice> notices) {}

  /**
   * The nat table of a family as it is now.
   *
   * @throws HostException when it cannot be read; never an empty table in its place
   */
  Reading read(Family family) throws HostException;

  /**
   * The same of several families, which may be read side by side.
   *
   * @return one for each, in their order
   * @throws HostException for the first that cannot be read
   */
  default List<Reading> read(List<Family> families) throws HostException {
    return read(families, () -> {});
  }

  /**
   * The same, with something to do while they are read, once that has begun.
   *
   * @param meanwhile begins what takes its time too; it is done in any case
   */
  default List<Reading> read(List<Family> families, Runnable meanwhile) throws HostException {
    meanwhile.run();
    List<Reading> readings = new ArrayList<>();
    for (Family family : families) {
      readings.add(read(family));
    }
    return readings;
  }

  /**
   * What the other of the kernel's two engines holds.
   *
   * @param table its nat table
   * @param variant which it is
   */
  record Other(Table table, Variant variant) {}

  /**
   * What the engine holds that is not worked on, where there is one; known once the table of the
   * family was read.
   *
   * @param asking whether it is read where nobody has read it
   */
  default Optional<Other> other(Family family, boolean asking) {
    return Optional.empty();
  }

  /**
   * The same for whom the table says it all; where a family was read before, of the variant that
   * was read.
   *
   * @throws HostException when it cannot be read
   */
  default Table table(Family family) throws HostException {
    return read(family).table();
  }

  /**
   * The same for whom expects a certain table: empty where that can be told to be there, rule for
   * rule in the same words, without reading any.
   *
   * @throws HostException when it cannot be read
   */
  default Optional<Table> tableUnless(Table expected) throws HostException {
    return Optional.of(table(expected.family()));
  }

  /**
   * The same of the tables of several families, which may be read side by side.
   *
   * @return one for each, in their order
   * @throws HostException for the first that cannot be read
   */
  default List<Optional<Table>> tablesUnless(List<Table> expected) throws HostException {
    List<Optional<Table>> tables = new ArrayList<>();
    for (Table table : expected) {
      tables.add(tableUnless(table));
    }
    return tables;
  }

  /**
   * Whether there is such a family at all; known once it was read, when its table counts as empty.
   */
  boolean has(Family family);

  /**
   * The program that changes the rules of a family, with the variant that was worked on where it
   * has one, as {@code iptables-legacy}; known once they were read.
   */
  default String program(Family family) {
    return family.program();
  }

  /**
   * Tries whether the rules of a family can be changed, and changes nothing; known once they were
   * read.
   *
   * @throws HostException when they cannot be
   */
  default void requireChangeable(Family family) throws HostException {}

  /**
   * Makes all changes of one family in one transaction, or in as few as its programs can.
   *
   * @param made is told of each transaction when it is made; of one that is not, nothing is made
   * @throws HostException when not all was made, somebody else's change in between among the
   *     reasons
   */
  void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException;

  /** The same for whom it is enough that all was made. */
  default void apply(Plan.Part part) throws HostException {
    apply(part, transaction -> {});
  }
}
