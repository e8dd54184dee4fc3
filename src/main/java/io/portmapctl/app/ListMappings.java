package io.portmapctl.app;

import io.portmapctl.check.ForeignRules;
import io.portmapctl.check.Inventory;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Overlap;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.InputError;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lists the mappings in rulesets.
 *
 * @param rulesets the rulesets
 * @param attachments what tells the living; where none is named, on the live rulesets the cache
 * @param filter which mappings are shown
 */
public record ListMappings(Rulesets rulesets, Sources attachments, MappingFilter filter) {
  /** Where libcni keeps what container runtimes attached. */
  public static final String CACHE = "/var/lib/cni/results";

  /**
   * What there is.
   *
   * @param shown the mappings that the filter takes
   * @param all how many there are in all
   * @param warnings of the rulesets and the attachments
   * @param overlaps containers that claim one port, of which at least one is shown
   * @param foreign what other programs' rules have to do with it
   * @param complete whether every record could be read
   */
  public record Result(
      List<Mapping> shown,
      int all,
      List<String> warnings,
      List<Overlap> overlaps,
      List<String> foreign,
      boolean complete) {}

  /**
   * Reads and lists.
   *
   * @param host the machine that live rulesets are of; rules are read with their counters
   * @param warnings what reading the host warns of is added here
   */
  public Result run(LiveHost host, List<String> warnings, Notes notes) throws Failure {
    Known known = known(host, notes, warnings);
    List<Table> tables = rulesets.read(host.backend(), warnings);
    Inventory inventory =
        Inventory.of(tables, known.owners, AddressSource.known(rulesets.live(), host.host()));
    List<Mapping> shown = inventory.mappings().stream().filter(filter::takes).toList();
    warnings.addAll(inventory.warnings());
    List<Overlap> overlaps =
        inventory.overlaps().stream()
            .filter(o -> filter.takes(o.first()) || filter.takes(o.second()))
            .toList();
    List<String> foreign =
        new ArrayList<>(
            ForeignRules.of(
                tables, published(shown.stream().filter(m -> m.takenBy().isEmpty()).toList())));
    if (shown.isEmpty()) {
      foreign.addAll(
          ForeignRules.translating(
              tables, filter.asked(), AddressSource.known(rulesets.live(), host.host())));
    }
    return new Result(
        shown,
        inventory.mappings().size(),
        List.copyOf(warnings),
        overlaps,
        List.copyOf(foreign),
        known.complete);
  }

  private static List<PublishedPort> published(List<Mapping> mappings) {
    return mappings.stream()
        .filter(m -> m.hostPort().isPresent())
        .map(m -> new PublishedPort(m.family(), m.protocol(), m.hostIp(), m.hostPort().getAsInt()))
        .toList();
  }

  /**
   * The attachments that this host has.
   *
   * @param owners empty where they are not known
   * @param complete whether every record could be read
   */
  private record Known(Optional<Owners> owners, boolean complete) {}

  private Known known(LiveHost host, Notes notes, List<String> warnings) throws Failure {
    boolean live = rulesets.anyLive();
    boolean byDefault = attachments.names().isEmpty();
    if (byDefault && !(live && host.documents().isReadable(Path.of(CACHE)))) {
      return new Known(Optional.empty(), true);
    }
    Documents documents =
        Documents.read(
            host.documents(),
            byDefault ? List.of(CACHE) : attachments.names(),
            attachments.in(),
            attachments.overrides(),
            Documents.Need.OWNER);
    List<InputError> errors =
        documents.errors().stream()
            .filter(e -> !(byDefault && e.source().equals(CACHE))) // an empty cache has nobody
            .toList();
    if (!errors.isEmpty() && !byDefault && !attachments.keepGoing()) {
      throw new Failure(Failure.Kind.INPUT, errors);
    }
    if (!byDefault) {
      notes.skipped(documents.skipped());
    }
    if (!errors.isEmpty()) {
      warnings.add(
          "nothing is called an orphan, because not every attachment is known: "
              + errors.stream().map(notes::words).collect(Collectors.joining("; ")));
      return new Known(Optional.empty(), byDefault);
    }
    return new Known(
        Optional.of(
            new Owners(documents.attachments(), Dead.whoseNamespaceIsGone(host.host(), live))),
        true);
  }
}
