package io.portmapctl.cni;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Fields that do nothing where they stand, and look as if they were meant to: one of portmap's at
 * another place, or one that is spelled almost like it. Everybody reads over the others.
 */
final class FieldNames {
  private static final List<String> PORTMAP =
      List.of(
          "snat",
          "masqAll",
          "markMasqBit",
          "externalSetMarkChain",
          "conditionsV4",
          "conditionsV6",
          "backend",
          "capabilities",
          "runtimeConfig",
          "prevResult");

  private static final List<String> MAPPING =
      List.of("hostPort", "containerPort", "protocol", "hostIP");

  /** Shorter words are too soon alike. */
  private static final int SHORTEST = 4;

  private static final int LONGEST = 24;

  /** Longer ones may differ in two letters. */
  private static final int LONG = 8;

  private final Set<String> told = new HashSet<>();

  private FieldNames() {}

  /** Warns of those in a configuration, and in the mappings that go with it. */
  static void warn(Cursor plugin, Value<Cursor> mappingsHolder) {
    FieldNames names = new FieldNames();
    names.look(plugin, PORTMAP, List.of());
    Optional<Cursor> capabilities = plugin.field("capabilities");
    if (capabilities.isPresent()) {
      names.look(capabilities.get(), List.of("portMappings"), PORTMAP);
    }
    if (mappingsHolder instanceof Value.Present<Cursor> holder) {
      names.look(holder.value(), List.of("portMappings"), PORTMAP);
      for (Cursor mapping : holder.value().unheard().items("portMappings")) {
        names.look(
            new Cursor(mapping.value(), mapping.path(), plugin.diagnostics()), MAPPING, List.of());
      }
    }
  }

  /**
   * Looks at the fields of one object.
   *
   * @param own what is read of it
   * @param elsewhere what is read of another
   */
  private void look(Cursor object, List<String> own, List<String> elsewhere) {
    if (!(object.value() instanceof Json.Obj fields)) {
      return;
    }
    for (Json.Field field : fields.fields()) {
      String name = field.name();
      Optional<String> meant = misplaced(name, elsewhere).or(() -> resembled(name, own));
      if (meant.isPresent() && told.add(name + " " + meant.get())) {
        Diagnostics diagnostics = object.diagnostics();
        diagnostics.notice(
            new DocumentNotice.NoEffect(diagnostics.source(), object.at(name), meant.get()));
      }
    }
  }

  private static Optional<String> misplaced(String name, List<String> known) {
    return known.stream().filter(name::equalsIgnoreCase).findFirst();
  }

  /** The known name that another one is almost; empty for a known one. */
  private static Optional<String> resembled(String name, List<String> known) {
    boolean measured = name.length() >= SHORTEST && name.length() <= LONGEST;
    if (!measured || misplaced(name, known).isPresent()) {
      return Optional.empty();
    }
    String letters = letters(name);
    for (String each : known) {
      int most = each.length() >= LONG ? 2 : 1;
      String other = letters(each);
      if (distance(letters, other) <= most) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static String letters(String name) {
    StringBuilder letters = new StringBuilder();
    for (char c : name.toLowerCase(Locale.ROOT).toCharArray()) {
      if (Character.isLetterOrDigit(c)) {
        letters.append(c);
      }
    }
    return letters.toString();
  }

  /** In how many characters two words differ: put in, left out, or another (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int k = 0; k <= other.length(); k++) {
      row[k] = k;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int k = 1; k <= other.length(); k++) {
        int change = diagonal + (one.charAt(i - 1) == other.charAt(k - 1) ? 0 : 1);
        diagonal = row[k];
        row[k] = Math.min(change, 1 + Math.min(row[k], row[k - 1]));
      }
    }
    return row[other.length()];
  }
}
