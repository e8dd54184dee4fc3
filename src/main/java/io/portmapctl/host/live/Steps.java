package io.portmapctl.host.live;

import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One family's changes as the fewest transactions that can make them, where a program cannot make
 * all of them in one. What only removes takes such rules first; else they go when all else is
 * there, and the chains that they kept after them: in between no port is without its container.
 */
final class Steps {

  /** Who makes a step. */
  enum Way {
    /** iptables-restore, in one transaction. */
    RESTORE,
    /** Somebody who knows rules by more than their text, in one transaction; it only removes. */
    HANDLES,
    /** iptables, by one call: a rule that fits into no line of iptables-restore comes. */
    ARGUMENTS
  }

  /**
   * One transaction.
   *
   * @param way who makes it
   * @param part what it changes; what it finds is what the step before it leaves
   */
  record Step(Way way, Plan.Part part) {}

  /** A rule where it stands: equal ones are told apart. */
  private static final class Place {
    private final RuleEntry row;

    Place(RuleEntry row) {
      this.row = row;
    }
  }

  /** What becomes of a place, or a chain where there is none. */
  private record Edit(Change change, Optional<Place> place, List<Place> before) {}

  private final Plan.Part part;
  private final List<Edit> edits = new ArrayList<>();
  private final Map<String, List<Place>> now = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private Table table;

  private Steps(Plan.Part part) {
    this.part = part;
    this.table = part.before();
  }

  /**
   * The transactions, in order.
   *
   * @param unnamed which rules no program removes by their text
   * @param byNumber whether iptables-restore may remove them by their number
   */
  static List<Step> of(Plan.Part part, Predicate<RuleEntry> unnamed, boolean byNumber) {
    Predicate<RuleEntry> byHandle = row -> !byNumber && unnamed.test(row);
    boolean removes = false;
    boolean unfit = false;
    for (Change change : part.changes()) {
      if (change instanceof Change.DeleteRule delete) {
        removes |= byHandle.test(delete.row());
      } else {
        unfit |= isUnfit(change);
      }
    }
    return removes || unfit
        ? new Steps(part).split(byHandle)
        : List.of(new Step(Way.RESTORE, part));
  }

  private static boolean isUnfit(Change change) {
    Optional<RuleEntry> row = change.added();
    return row.isPresent()
        && !RestoreScript.fits("-A " + change.chain() + " " + row.get().text().latin1());
  }

  private List<Step> split(Predicate<RuleEntry> byHandle) {
    follow();
    List<Edit> handles = new ArrayList<>();
    List<Edit> arguments = new ArrayList<>();
    List<Edit> rest = new ArrayList<>();
    Set<String> kept = new LinkedHashSet<>();
    for (Edit edit : edits) {
      if (edit.change() instanceof Change.DeleteRule delete && byHandle.test(delete.row())) {
        handles.add(edit);
        kept.add(delete.chain());
        delete.row().rule().target().chain().ifPresent(kept::add);
      } else if (isUnfit(edit.change())) {
        arguments.add(edit);
      } else {
        rest.add(edit);
      }
    }
    boolean onlyRemoves = part.changes().stream().allMatch(c -> c.added().isEmpty());
    if (onlyRemoves) {
      add(Way.HANDLES, handles);
      add(Way.RESTORE, rest);
      return steps;
    }
    List<Edit> last =
        rest.stream()
            .filter(
                e -> e.change() instanceof Change.DeleteChain && kept.contains(e.change().chain()))
            .toList();
    List<Edit> first = new ArrayList<>(rest);
    first.removeAll(last);
    add(Way.RESTORE, first);
    add(Way.HANDLES, handles);
    add(Way.RESTORE, last);
    arguments.forEach(e -> add(Way.ARGUMENTS, List.of(e)));
    return steps;
  }

  /** Goes through the changes in their own order, and sees which rule each of them is about. */
  private void follow() {
    part.before()
        .chains()
        .forEach(
            (name, chain) ->
                now.put(name, new ArrayList<>(chain.rows().stream().map(Place::new).toList())));
    Map<String, List<Place>> model = new LinkedHashMap<>();
    now.forEach((name, places) -> model.put(name, new ArrayList<>(places)));
    for (Change change : part.changes()) {
      List<Place> places = model.computeIfAbsent(change.chain(), c -> new ArrayList<>());
      Optional<Place> place = Optional.empty();
      List<Place> before = List.of();
      if (change instanceof Change.DeleteRule delete) {
        place = Optional.of(places.remove(delete.position() - 1));
      } else if (change.added().isPresent()) {
        int at = change instanceof Change.InsertRule insert ? insert.position() - 1 : places.size();
        before = List.copyOf(places.subList(0, at));
        place = Optional.of(new Place(change.added().get()));
        places.add(at, place.get());
      }
      edits.add(new Edit(change, place, before));
    }
  }

  /** Makes edits on the table as it is by then: positions are those that rules have there. */
  private void add(Way way, List<Edit> edited) {
    if (edited.isEmpty()) {
      return;
    }
    List<Change> changes = new ArrayList<>();
    for (Edit edit : edited) {
      changes.add(made(edit));
    }
    Map<String, Chain> chains = new LinkedHashMap<>();
    now.forEach(
        (name, places) -> {
          List<RuleEntry> rows = places.stream().map(p -> p.row).toList();
          chains.put(
              name,
              part.before()
                  .chain(name)
                  .or(() -> part.after().chain(name))
                  .map(c -> new Chain(name, c.policy(), c.counters(), rows))
                  .orElseGet(() -> Chain.user(name, rows)));
        });
    Table after = table.with(chains);
    steps.add(new Step(way, new Plan.Part(table, after, List.copyOf(changes))));
    table = after;
  }

  private Change made(Edit edit) {
    Change change = edit.change();
    String chain = change.chain();
    if (edit.place().isEmpty()) {
      if (change instanceof Change.DeleteChain) {
        now.remove(chain);
      } else {
        now.put(chain, new ArrayList<>());
      }
      return change;
    }
    Place place = edit.place().get();
    List<Place> places = now.computeIfAbsent(chain, c -> new ArrayList<>());
    if (change instanceof Change.DeleteRule delete) {
      int at = places.indexOf(place);
      places.remove(at);
      return new Change.DeleteRule(change.family(), chain, at + 1, delete.row());
    }
    int at = behind(places, edit.before());
    places.add(at, place);
    return at == places.size() - 1
        ? new Change.AppendRule(change.family(), chain, at + 1, place.row)
        : new Change.InsertRule(change.family(), chain, at + 1, place.row);
  }

  /** The place after the last of these that is there. */
  private static int behind(List<Place> places, List<Place> before) {
    Map<Place, Integer> at = new HashMap<>();
    for (int i = 0; i < places.size(); i++) {
      at.put(places.get(i), i);
    }
    for (int i = before.size() - 1; i >= 0; i--) {
      Integer found = at.get(before.get(i));
      if (found != null) {
        return found + 1;
      }
    }
    return 0;
  }
}
