package io.portmapctl.app;

import io.portmapctl.host.Host;
import io.portmapctl.host.nft.NftRules;
import java.io.IOException;
import java.util.Optional;

/** The tables of nf_tables of a host: nft is asked once, when it is first wanted. */
final class NftTables {
  private final Host host;
  private Optional<NftRules> rules = Optional.empty();
  private Optional<IOException> failed = Optional.empty();
  private boolean asked;

  NftTables(Host host) {
    this.host = host;
  }

  /**
   * The tables.
   *
   * @return empty where there is no nft
   * @throws IOException where nft could not be asked, or its answer not be read
   */
  Optional<NftRules> rules() throws IOException {
    if (!asked) {
      asked = true;
      try {
        rules = NftRules.open(host);
      } catch (IOException e) {
        failed = Optional.of(e);
      }
    }
    if (failed.isPresent()) {
      throw failed.get();
    }
    return rules;
  }
}
