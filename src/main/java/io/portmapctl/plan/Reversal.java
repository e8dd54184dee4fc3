package io.portmapctl.plan;

import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What takes a change back on a table that others may have changed since: only what the change has
 * made and nobody uses by now. Where nobody has changed anything it gives back the table before.
 *
 * @param part the changes; perhaps none
 * @param stays the chains that stay, though the change has made them or put rules into them
 * @param needed where containers lead that have come since
 */
public record Reversal(Plan.Part part, Set<String> stays, Set<IpAddress> needed) {

  /**
   * What takes a change back.
   *
   * @param made the change
   * @param now the table as it is by now
   * @param known the containers' chains that are no newcomers
   */
  public static Reversal of(Plan.Part made, Table now, Set<String> known) {
    Set<String> newcomers = new LinkedHashSet<>();
    for (String chain : now.chains().keySet()) {
      if (Layouts.isContainerChain(chain) && !known.contains(chain)) {
        newcomers.add(chain);
      }
    }
    Set<IpAddress> needed = addresses(now, newcomers);
    if (sameTexts(made.after(), now)) {
      return new Reversal(
          new Plan.Part(now, made.before(), made.inverse().changes()), Set.of(), needed);
    }
    Work work = new Work(made, now, !newcomers.isEmpty());
    work.reverse();
    if (newcomers.isEmpty() && work.stays.stream().anyMatch(Layouts::isShared)) {
      work = new Work(made, now, true); // a chain that stays keeps what leads to it
      work.reverse();
    }
    Plan.Part part = new Plan.Part(now, work.editor.table(), work.editor.changes());
    return new Reversal(part, Set.copyOf(work.stays), needed);
  }

  /**
   * What takes a change back where nothing has changed since but that others use all that is shared
   * with them.
   */
  public static Reversal keepingShared(Plan.Part made) {
    Work work = new Work(made, made.after(), true);
    work.reverse();
    Plan.Part part = new Plan.Part(made.after(), work.editor.table(), work.editor.changes());
    return new Reversal(part, Set.copyOf(work.stays), Set.of());
  }

  /** Where the chains of containers translate to. */
  private static Set<IpAddress> addresses(Table now, Set<String> chains) {
    Set<IpAddress> addresses = new LinkedHashSet<>();
    for (String chain : chains) {
      for (RuleEntry row : now.rows(chain)) {
        if (row.targetName().equals("DNAT") && row.rule().target() instanceof Target.Dnat dnat) {
          dnat.address().ifPresent(addresses::add);
        }
      }
    }
    return addresses;
  }

  /** Whether two tables hold the same rules; counters go on counting. */
  public static boolean sameTexts(Table a, Table b) {
    if (!a.chains().keySet().equals(b.chains().keySet())) {
      return false;
    }
    for (Chain chain : a.chains().values()) {
      if (!sameTexts(chain.rows(), b.rows(chain.name()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameTexts(List<RuleEntry> mine, List<RuleEntry> theirs) {
    if (mine.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < mine.size(); i++) {
      if (!mine.get(i).isSpelledAs(theirs.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The rules that were there before a change and that it leaves alone, and that are not there by
   * now, each with {@code -A CHAIN}.
   */
  public static List<Octets> gone(Plan.Part part, Table now) {
    List<Octets> gone = new ArrayList<>();
    for (Chain chain : part.after().chains().values()) {
      List<RuleEntry> before = part.before().rows(chain.name());
      List<RuleEntry> there = now.rows(chain.name());
      if (before.isEmpty() || sameTexts(chain.rows(), there)) {
        continue;
      }
      Map<String, Integer> old = counted(before);
      Map<String, Integer> left = counted(there);
      for (RuleEntry row : chain.rows()) {
        String text = row.text().latin1();
        if (old.merge(text, -1, Integer::sum) >= 0 && left.merge(text, -1, Integer::sum) < 0) {
          gone.add(new Octets("-A " + chain.name() + " " + text));
        }
      }
    }
    return gone;
  }

  private static Map<String, Integer> counted(List<RuleEntry> rows) {
    Map<String, Integer> counted = new HashMap<>();
    rows.forEach(row -> counted.merge(row.text().latin1(), 1, Integer::sum));
    return counted;
  }

  /**
   * Whether a change is in a table, though it was said to have failed: all that it adds is there,
   * and all that it removes is not.
   */
  public static boolean isIn(Plan.Part part, Table now) {
    for (String chain : union(part.before(), part.after())) {
      boolean was = part.before().chain(chain).isPresent();
      boolean is = part.after().chain(chain).isPresent();
      if (was != is && now.chain(chain).isPresent() != is) {
        return false;
      }
    }
    for (Change change : part.changes()) {
      Optional<RuleEntry> added = change.added();
      if (added.isPresent()
          && find(now.rows(change.chain()), added.get(), 0) < 0
          && find(part.after().rows(change.chain()), added.get(), 0) >= 0) {
        return false;
      }
      if (change instanceof Change.DeleteRule delete
          && find(now.rows(change.chain()), delete.row(), 0) >= 0
          && find(part.after().rows(change.chain()), delete.row(), 0) < 0) {
        return false;
      }
    }
    return true;
  }

  private static Set<String> union(Table a, Table b) {
    Set<String> names = new LinkedHashSet<>(a.chains().keySet());
    names.addAll(b.chains().keySet());
    return names;
  }

  /**
   * Where a rule stands, as near to a place as can be, in its own words or in the kernel's; -1
   * where it does not.
   */
  private static int find(List<RuleEntry> rows, RuleEntry row, int near) {
    int found = -1;
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).isSpelledAs(row)
          && (found < 0 || Math.abs(i - near) < Math.abs(found - near))) {
        found = i;
      }
    }
    for (int i = 0; i < rows.size() && found < 0; i++) {
      if (rows.get(i).targetName().equals(row.targetName())
          && rows.get(i).rule().equalsButForUnmodelled(row.rule())) {
        found = i;
      }
    }
    return found;
  }

  /** One try. */
  private static final class Work {
    private final Plan.Part made;
    private final Table now;
    private final boolean keepsShared;
    private final TableEditor editor;
    private final Map<String, List<RuleEntry>> model = new HashMap<>();
    private final Set<String> others;
    private final Set<String> stays = new LinkedHashSet<>();

    Work(Plan.Part made, Table now, boolean keepsShared) {
      this.made = made;
      this.now = now;
      this.keepsShared = keepsShared;
      this.editor = new TableEditor(now);
      made.after()
          .chains()
          .forEach((name, chain) -> model.put(name, new ArrayList<>(chain.rows())));
      this.others = others();
    }

    /** The containers' chains that somebody else has made anew since, or filled otherwise. */
    private Set<String> others() {
      Set<String> chains = new HashSet<>();
      for (String chain : union(made.before(), made.after())) {
        if (!Layouts.isContainerChain(chain) || now.chain(chain).isEmpty()) {
          continue;
        }
        List<RuleEntry> after = made.after().rows(chain);
        List<RuleEntry> there = now.rows(chain);
        boolean gone = made.after().chain(chain).isEmpty();
        boolean lacks = after.stream().anyMatch(r -> find(there, r, 0) < 0);
        boolean more = there.stream().anyMatch(r -> find(after, r, 0) < 0);
        if (gone && made.before().chain(chain).isPresent() || lacks && more) {
          ContainerChains.with(chain).ifPresent(c -> chains.addAll(c.names()));
        }
      }
      return chains;
    }

    void reverse() {
      List<Change> changes = made.changes();
      for (int i = changes.size() - 1; i >= 0; i--) {
        Change change = changes.get(i);
        String chain = change.chain();
        List<RuleEntry> rows = model.computeIfAbsent(chain, c -> new ArrayList<>());
        if (change instanceof Change.CreateChain) {
          model.remove(chain);
          removeChain(chain);
        } else if (change instanceof Change.DeleteChain) {
          if (others.contains(chain)) {
            stays.add(chain);
          } else {
            editor.create(chain);
          }
        } else if (change instanceof Change.DeleteRule delete) {
          rows.add(delete.position() - 1, delete.row());
          if (!isOthers(change)) {
            giveBack(chain, delete.row(), rows, delete.position() - 1);
          }
        } else {
          int at = position(change) - 1;
          RuleEntry row = rows.remove(at);
          if (isOthers(change)) {
            stays.add(others.contains(chain) ? chain : target(row.rule()));
          } else {
            removeRule(chain, row, at);
          }
        }
      }
    }

    private static int position(Change change) {
      return change instanceof Change.InsertRule insert
          ? insert.position()
          : ((Change.AppendRule) change).position();
    }

    private static String target(Rule rule) {
      return rule.target().chain().orElse("");
    }

    /** Whether a change is about a container that is somebody else's by now. */
    private boolean isOthers(Change change) {
      return others.contains(change.chain())
          || change.rule().map(r -> others.contains(target(r))).orElse(false);
    }

    private void removeRule(String chain, RuleEntry row, int near) {
      int at = find(editor.rows(chain), row, near);
      if (at < 0) {
        return; // somebody else has removed it
      }
      boolean container = Layouts.isContainerChain(target(row.rule()));
      boolean shared =
          Layouts.isSharedJump(chain, row.rule()) || Layouts.isShared(chain) && !container;
      if (shared && keepsShared) {
        stays.add(Layouts.isShared(chain) ? chain : target(row.rule()));
      } else {
        editor.delete(chain, at);
      }
    }

    private void removeChain(String chain) {
      if (!editor.has(chain)) {
        return;
      }
      boolean used =
          editor.chainNames().stream()
              .flatMap(c -> editor.rows(c).stream())
              .anyMatch(r -> r.targetChain().equals(chain));
      if (used || !editor.rows(chain).isEmpty() || Layouts.isShared(chain) && keepsShared) {
        stays.add(chain);
      } else {
        editor.deleteChain(chain);
      }
    }

    /** A rule comes back behind those that stood before it. */
    private void giveBack(String chain, RuleEntry row, List<RuleEntry> rows, int at) {
      String target = target(row.rule());
      boolean nowhere = !target.isEmpty() && isChain(target) && !editor.has(target);
      List<RuleEntry> there = editor.rows(chain);
      if (!editor.has(chain) || nowhere || find(there, row, at) >= 0) {
        return; // somebody else has removed its chain, or put it back
      }
      int place = -1;
      for (int i = at - 1; i >= 0 && place < 0; i--) {
        place = find(there, rows.get(i), i) + 1;
        place = place == 0 ? -1 : place;
      }
      for (int i = at + 1; i < rows.size() && place < 0; i++) {
        place = find(there, rows.get(i), i);
      }
      editor.insert(chain, place < 0 ? Math.min(at, there.size()) : place, row);
    }

    /** Whether a target is a chain and no verdict. */
    private boolean isChain(String target) {
      return made.before().chain(target).isPresent() || made.after().chain(target).isPresent();
    }
  }
}
