package io.portmapctl.check;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.ContainerChains;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The attachments that a host is known to have, by the names of their chains. */
public final class Owners {
  private final Map<String, Attachment> byDigits = new HashMap<>();
  private final Set<String> living = new HashSet<>();

  /**
   * Known attachments; of several with the same chains a living one counts.
   *
   * @param dead which of them have a container that is gone
   */
  public Owners(List<Attachment> attachments, Predicate<Attachment> dead) {
    for (Attachment attachment : attachments) {
      String hash = ContainerChains.of(attachment.identity()).digits();
      if (!dead.test(attachment)) {
        byDigits.put(hash, attachment);
        living.add(hash);
      } else if (!living.contains(hash)) {
        byDigits.put(hash, attachment);
      }
    }
  }

  /** Whose chains these are, where an attachment tells. */
  Optional<Identity> owner(ContainerChains container) {
    return Optional.ofNullable(byDigits.get(container.digits())).map(Attachment::identity);
  }

  /** Whether a living attachment has these chains. */
  boolean isLiving(ContainerChains container) {
    return living.contains(container.digits());
  }

  /** Whether no living attachment has these chains; the name tells, a comment may have been cut. */
  boolean orphan(ContainerChains container, Optional<Identity> named) {
    Attachment known = byDigits.get(container.digits());
    boolean another = known != null && named.isPresent() && !named.get().equals(known.identity());
    return !isLiving(container) || another;
  }

  /** Whether a mapping of that port makes a rule in that family, where its attachment is known. */
  Optional<Boolean> translates(
      ContainerChains container, Family family, String protocol, int port) {
    return Optional.ofNullable(byDigits.get(container.digits()))
        .map(Attachment::mappings)
        .filter(m -> !m.isEmpty())
        .map(
            mappings ->
                mappings.stream()
                    .anyMatch(
                        m ->
                            m.appliesTo(family)
                                && m.hostPort() == port
                                && m.protocol().id().equals(protocol)));
  }
}
