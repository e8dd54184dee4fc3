package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.host.live.NetworkNamespaces;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/** Which attachments are of containers that are dead. */
public final class Dead {
  private Dead() {}

  /**
   * Cache records whose network namespace is mounted nowhere on this host any more.
   *
   * @param live whether a live ruleset is looked at; else nobody is dead, nor where this host does
   *     not tell
   */
  public static Predicate<Attachment> whoseNamespaceIsGone(boolean live) {
    Optional<NetworkNamespaces> namespaces =
        live ? NetworkNamespaces.read(Path.of("/proc/self/mountinfo")) : Optional.empty();
    return attachment ->
        attachment.netns().filter(n -> !n.isEmpty()).isPresent()
            && namespaces.map(n -> !n.has(attachment.netns().get())).orElse(false);
  }
}
