package io.portmapctl.app;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.ForeignRules;
import io.portmapctl.host.Backend;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.nft.NftNat;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.trace.HostAddresses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The nat tables of the live kernel beside the one that is worked on: they take packets too. */
final class OtherTables {
  private OtherTables() {}

  /**
   * Which of some ports they translate, once the tables of the rulesets were read.
   *
   * @param asking whether programs are asked that were not asked anyway
   */
  static List<Notice> translating(
      LiveHost host, Rulesets rulesets, List<PublishedPort> ports, boolean asking) {
    List<Notice> notices = new ArrayList<>();
    List<PublishedPort> live = new ArrayList<>();
    Supplier<HostAddresses> addresses = AddressSource.known(true, host.host());
    for (Family family : rulesets.families().list()) {
      List<PublishedPort> own =
          ports.stream().filter(p -> p.family() == family && rulesets.live(family)).toList();
      if (own.isEmpty()) {
        continue;
      }
      live.addAll(own);
      Optional<Backend.Other> other = host.backend().other(family, asking);
      if (other.isPresent()) {
        notices.addAll(
            ForeignRules.elsewhere(other.get().table(), other.get().variant(), own, addresses));
      }
    }
    if (asking && !live.isEmpty()) {
      notices.addAll(nft(host, live));
    }
    return notices;
  }

  private static List<Notice> nft(LiveHost host, List<PublishedPort> ports) {
    List<Notice> notices = new ArrayList<>();
    Map<NftNat.Translation, Map<Family, List<PublishedPort>>> byPlace = new LinkedHashMap<>();
    try {
      Optional<NftNat> nft = NftNat.read(host.host());
      if (nft.isPresent()) {
        for (PublishedPort port : ports) {
          for (NftNat.Translation place : nft.get().translating(port)) {
            byPlace
                .computeIfAbsent(place, p -> new LinkedHashMap<>())
                .computeIfAbsent(port.family(), f -> new ArrayList<>())
                .add(port);
          }
        }
      }
    } catch (IOException e) {
      notices.add(new HostNotice.NftUnread(String.valueOf(e.getMessage())));
    }
    byPlace.forEach(
        (place, families) -> families.values().forEach(of -> notices.add(elsewhere(place, of))));
    return notices;
  }

  private static CheckNotice elsewhere(NftNat.Translation place, List<PublishedPort> ports) {
    return new CheckNotice.TranslatedElsewhere(
        ports, Optional.empty(), place.table(), place.chain(), place.to(), place.first());
  }
}
