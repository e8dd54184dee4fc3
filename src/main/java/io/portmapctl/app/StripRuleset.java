package io.portmapctl.app;

import io.portmapctl.check.ContainerProgram;
import io.portmapctl.ruleset.iptables.RestoreFile;
import io.portmapctl.ruleset.iptables.RestoreFile.Kind;
import io.portmapctl.ruleset.iptables.SaveFormat;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes out of a file for iptables-restore what container programs own, and make again when they
 * start: their chains with all that is in them, every rule that leads to one, and those that they
 * put among others' rules. All else stays to the octet.
 *
 * @param programs whose rules go
 */
public record StripRuleset(Set<ContainerProgram> programs) {

  /**
   * What is left, and what went.
   *
   * @param text the octets that are left
   * @param chains how many chains went
   * @param rules how many rules went, by the program that owns them
   */
  public record Result(String text, int chains, Map<ContainerProgram, Integer> rules) {}

  /**
   * Takes it out.
   *
   * @param text the file's octets
   * @throws SaveFormat.FormatException where it is not of the format
   */
  public Result of(String text) throws SaveFormat.FormatException {
    List<RestoreFile.Line> lines = RestoreFile.of(text);
    Set<String> users = used(lines);
    StringBuilder left = new StringBuilder();
    Map<ContainerProgram, Integer> rules = new EnumMap<>(ContainerProgram.class);
    int chains = 0;
    for (RestoreFile.Line line : lines) {
      Optional<ContainerProgram> owner = owner(line, users).filter(programs::contains);
      if (owner.isEmpty()) {
        left.append(line.octets());
      } else if (line.kind() == Kind.CHAIN) {
        chains++;
      } else {
        rules.merge(owner.get(), 1, Integer::sum);
      }
    }
    return new Result(left.toString(), chains, rules);
  }

  private static Optional<ContainerProgram> owner(RestoreFile.Line line, Set<String> users) {
    if (line.kind() != Kind.CHAIN && line.kind() != Kind.RULE) {
      return Optional.empty();
    }
    Optional<ContainerProgram> owner =
        owner(line.table(), line.chain(), users)
            .or(() -> line.target().flatMap(target -> owner(line.table(), target, users)));
    return owner.isPresent() || line.kind() == Kind.CHAIN
        ? owner
        : ContainerProgram.maker(line.table(), line.chain(), line.words());
  }

  private static Optional<ContainerProgram> owner(String table, String chain, Set<String> users) {
    return ContainerProgram.owner(chain)
        .or(
            () ->
                users.contains(table + " " + chain)
                    ? Optional.empty()
                    : ContainerProgram.madeForUser(chain));
  }

  /** The chains for users' rules that hold some: what goes with a chain is not the program's. */
  private static Set<String> used(List<RestoreFile.Line> lines) {
    Set<String> used = new HashSet<>();
    Map<String, Boolean> known = new HashMap<>();
    for (RestoreFile.Line line : lines) {
      boolean users =
          known.computeIfAbsent(line.chain(), c -> ContainerProgram.madeForUser(c).isPresent());
      if (users && line.kind() == Kind.RULE && !line.words().equals(List.of("-j", "RETURN"))) {
        used.add(line.table() + " " + line.chain());
      }
    }
    return used;
  }
}
