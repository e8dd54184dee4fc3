package io.portmapctl.app;

import io.portmapctl.check.ForeignRules;
import io.portmapctl.check.Inventory;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Overlap;
import io.portmapctl.check.Owners;
import io.portmapctl.check.State;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.InputError;
import io.portmapctl.notice.Notice;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lists the mappings in rulesets.
 *
 * @param rulesets the rulesets
 * @param attachments what tells the living; where none is named, on the live rulesets the cache
 * @param kept the folder of kept documents, where one is named
 * @param filter which mappings are shown
 */
public record ListMappings(
    Rulesets rulesets, Sources attachments, Optional<String> kept, MappingFilter filter) {

  /**
   * What there is.
   *
   * @param shown the mappings that the filter takes
   * @param all how many there are in all
   * @param notices of the rulesets and the attachments
   * @param overlaps containers that claim one port, of which at least one is shown
   * @param foreign what other rules have to do with it, other programs' for the most part
   * @param owners the containers that the host has, where they are known
   * @param complete whether every record could be read
   */
  public record Result(
      List<Mapping> shown,
      int all,
      List<Notice> notices,
      List<Overlap> overlaps,
      List<Notice> foreign,
      Optional<Owners> owners,
      boolean complete) {}

  /**
   * All mappings of rulesets, as their rules say: who else takes their packets is not looked at.
   */
  public static List<Mapping> plain(Rulesets rulesets, LiveHost host) throws Failure {
    return Inventory.plain(rulesets.read(host.backend()).tables(), Optional.empty()).mappings();
  }

  /** The containers' chains in rulesets, each with whose it is where that can be told. */
  public static Map<String, Optional<Identity>> containers(Rulesets rulesets, LiveHost host)
      throws Failure {
    return Inventory.containers(rulesets.read(host.backend()).tables());
  }

  /**
   * Reads and lists.
   *
   * @param host the machine that live rulesets are of; rules are read with their counters
   */
  public Result run(LiveHost host, Notes notes) throws Failure {
    List<Notice> notices = new ArrayList<>();
    Known known = known(host, notes, notices::add);
    Rulesets.Tables read = rulesets.read(host.backend());
    List<Table> tables = read.tables();
    notices.addAll(read.notices());
    Inventory inventory =
        Inventory.of(tables, known.owners, AddressSource.known(rulesets.live(), host.host()));
    List<PublishedPort> candidates =
        published(inventory.mappings().stream().filter(filter::takesInAnyState).toList());
    OtherTables.Result elsewhere =
        OtherTables.translating(
            host,
            rulesets,
            candidates.isEmpty() ? filter.asked() : candidates,
            new NftTables(host.host()));
    List<Mapping> shown =
        Inventory.takenElsewhere(inventory.mappings(), elsewhere.all()).stream()
            .filter(filter::takes)
            .toList();
    notices.addAll(inventory.notices());
    notices.addAll(LiveHost.notOfHost(host, rulesets, published(shown)));
    known
        .owners
        .flatMap(o -> BridgeChains.left(new PortmapState(tables), o))
        .ifPresent(notices::add);
    List<Overlap> overlaps =
        inventory.overlaps().stream()
            .filter(o -> filter.takes(o.first()) || filter.takes(o.second()))
            .toList();
    List<Notice> foreign =
        new ArrayList<>(
            ForeignRules.of(
                tables,
                published(shown.stream().filter(m -> m.state() != State.SHADOWED).toList())));
    foreign.addAll(Inventory.givenTwice(shown));
    foreign.addAll(elsewhere.notices(shown.isEmpty() ? filter.asked() : published(shown)));
    if (shown.isEmpty()) {
      foreign.addAll(
          ForeignRules.translating(
              tables, filter.asked(), AddressSource.known(rulesets.live(), host.host())));
    }
    return new Result(
        shown,
        inventory.mappings().size(),
        List.copyOf(notices),
        overlaps,
        List.copyOf(foreign),
        known.owners,
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

  private Known known(LiveHost host, Notes notes, Consumer<Notice> notices) throws Failure {
    boolean live = rulesets.anyLive();
    boolean byDefault = attachments.names().isEmpty();
    HostAttachments standing =
        new HostAttachments(KeptFolder.of(kept, host.documents()), attachments.overrides());
    if (byDefault && !(live && standing.isKnown())) {
      return new Known(Optional.empty(), true);
    }
    Documents documents =
        byDefault
            ? standing.cached(Documents.Need.OWNER)
            : Documents.read(
                host.documents(),
                attachments.names(),
                attachments.in(),
                attachments.overrides(),
                Documents.Need.OWNER);
    if (!documents.errors().isEmpty() && !byDefault && !attachments.keepGoing()) {
      throw new Failure(Failure.Kind.INPUT, documents.errors());
    }
    if (!byDefault) {
      notes.skipped(documents.skipped());
    }
    boolean keptCount = live && (byDefault || kept.isPresent());
    Documents keptOnes =
        keptCount
            ? standing.kept().read(attachments.overrides(), Documents.Need.OWNER)
            : Documents.NONE;
    if (kept.isPresent() && !keptOnes.errors().isEmpty() && !attachments.keepGoing()) {
      throw new Failure(Failure.Kind.INPUT, keptOnes.errors());
    }
    List<InputError> errors = new ArrayList<>(documents.errors());
    errors.addAll(keptOnes.errors());
    if (!errors.isEmpty()) {
      notices.accept(new AppNotice.OrphansUnknown(errors));
      return new Known(Optional.empty(), byDefault && kept.isEmpty());
    }
    return new Known(
        Optional.of(new Owners(documents, Dead.whoseNamespaceIsGone(host.host(), live), keptOnes)),
        true);
  }
}
