package io.portmapctl.app;

import io.portmapctl.check.OtherNat;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.nft.NftRules;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.Rules;
import io.portmapctl.path.nft.FibLookup;
import io.portmapctl.path.nft.NftStation;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.trace.HostAddresses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The nat tables of the live kernel beside the one that is worked on: they take packets too. */
final class OtherTables {
  private OtherTables() {}

  /**
   * What they do with ports.
   *
   * @param all the ports that they translate
   * @param unread what could not be read
   */
  record Result(List<OtherNat.Translation> all, List<Notice> unread) {

    /** What a reader should know of it. */
    List<Notice> notices() {
      if (all.isEmpty()) {
        return List.copyOf(unread);
      }
      List<Notice> notices = new ArrayList<>(OtherNat.notices(all));
      notices.addAll(unread);
      return List.copyOf(notices);
    }

    /** The same of some of the ports. */
    List<Notice> notices(List<PublishedPort> ports) {
      if (all.isEmpty()) {
        return List.copyOf(unread);
      }
      Set<PublishedPort> some = new HashSet<>(ports);
      return new Result(all.stream().filter(t -> some.contains(t.port())).toList(), unread)
          .notices();
    }
  }

  /**
   * Which of some ports they translate, once the tables of the rulesets were read.
   *
   * @param nft the tables of nf_tables
   */
  static Result translating(
      LiveHost host, Rulesets rulesets, List<PublishedPort> ports, NftTables nft) {
    return translating(host, rulesets, ports, Optional.of(nft));
  }

  /** The same as far as it was read anyway: no program is asked. */
  static Result translating(LiveHost host, Rulesets rulesets, List<PublishedPort> ports) {
    return translating(host, rulesets, ports, Optional.empty());
  }

  private static Result translating(
      LiveHost host, Rulesets rulesets, List<PublishedPort> ports, Optional<NftTables> nft) {
    Map<Family, List<PublishedPort>> live = new EnumMap<>(Family.class);
    for (Family family : rulesets.families().list()) {
      List<PublishedPort> own =
          ports.stream().filter(p -> p.family() == family && rulesets.live(family)).toList();
      if (!own.isEmpty()) {
        live.put(family, own);
      }
    }
    List<Notice> notices = new ArrayList<>();
    NftRuleset translating = NftRuleset.EMPTY;
    if (nft.isPresent() && !live.isEmpty()) {
      try {
        Optional<NftRules> rules = nft.get().rules();
        translating = rules.isPresent() ? rules.get().translating() : NftRuleset.EMPTY;
      } catch (IOException e) {
        notices.add(new HostNotice.NftUnread(String.valueOf(e.getMessage())));
      }
    }
    NftRuleset written = translating;
    Supplier<HostAddresses> addresses = AddressSource.known(true, host.host());
    List<OtherNat.Translation> all = new ArrayList<>();
    live.forEach(
        (family, own) ->
            all.addAll(
                OtherNat.of(
                    family,
                    host.backend().other(family, nft.isPresent()).stream()
                        .map(o -> o.table().of(o.variant()))
                        .filter(OtherNat::translates)
                        .toList(),
                    written.tables().isEmpty()
                        ? Rules.Written.NOTHING
                        : (space, known, place) ->
                            NftStation.of(written, space, known, family, FibLookup.UNKNOWN, place),
                    own,
                    addresses)));
    return new Result(all, notices);
  }
}
