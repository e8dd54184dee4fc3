package io.portmapctl.view;

import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;

/**
 * How much a plan changes.
 *
 * @param chainsCreated new chains
 * @param chainsDeleted removed chains
 * @param rulesAdded new rules
 * @param rulesDeleted removed rules
 */
record Summary(int chainsCreated, int chainsDeleted, int rulesAdded, int rulesDeleted) {

  static Summary of(Plan plan) {
    int[] count = new int[4];
    for (Change change : plan.changes()) {
      if (change instanceof Change.CreateChain) {
        count[0]++;
      } else if (change instanceof Change.DeleteChain) {
        count[1]++;
      } else if (change instanceof Change.DeleteRule) {
        count[3]++;
      } else {
        count[2]++;
      }
    }
    return new Summary(count[0], count[1], count[2], count[3]);
  }

  String sentence(boolean applied) {
    return (applied ? "Applied: " : "Plan: ")
        + plural(chainsCreated, "chain")
        + (applied ? " created, " : " to create, ")
        + chainsDeleted
        + (applied ? " deleted; " : " to delete; ")
        + plural(rulesAdded, "rule")
        + (applied ? " added, " : " to add, ")
        + rulesDeleted
        + (applied ? " deleted." : " to delete.");
  }

  static String plural(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
