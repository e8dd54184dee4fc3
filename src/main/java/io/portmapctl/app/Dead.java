package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.NetworkNamespaces;
import java.util.Optional;
import java.util.function.Predicate;

/** Which attachments are of containers that are dead. */
public final class Dead {
  private Dead() {}

  /**
   * Cache records whose network namespace is no container's on the live host any more.
   *
   * @param host that one
   * @param live whether a live ruleset is looked at; else nobody is dead, nor where this host does
   *     not tell
   */
  public static Predicate<Attachment> whoseNamespaceIsGone(Host host, boolean live) {
    Optional<NetworkNamespaces> namespaces = live ? NetworkNamespaces.of(host) : Optional.empty();
    return attachment ->
        attachment.netns().filter(n -> !n.isEmpty()).isPresent()
            && namespaces.map(n -> n.isGone(attachment.netns().get())).orElse(false);
  }
}
