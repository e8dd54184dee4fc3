package io.portmapctl.saved;

import io.portmapctl.host.snapshot.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A plan that is carried out later.
 *
 * @param host for which host it was made
 * @param request what was asked
 * @param sources the documents that were read
 * @param essence what must be the same then
 * @param seen what the host has answered while it was made
 */
public record SavedPlan(
    HostIdentity host, SavedRequest request, List<Source> sources, Essence essence, Snapshot seen) {

  /**
   * A document that was read.
   *
   * @param name its path
   * @param digest the digest of its bytes
   */
  public record Source(String name, String digest) {}

  /** What was read, by its path. */
  public static List<Source> sources(Map<Path, byte[]> read) {
    List<Source> sources = new ArrayList<>();
    read.forEach((path, bytes) -> sources.add(new Source(path.toString(), Digest.of(bytes))));
    return List.copyOf(sources);
  }
}
