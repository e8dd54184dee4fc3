package io.portmapctl.check;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
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

/**
 * The containers that a host is known to have. One that a record names lives on every network: what
 * calls plugins may be another plugin, and its records name another network than the rules.
 */
public final class Owners {
  private final Map<String, Attachment> byDigits = new HashMap<>();

  /** Chains of attachments whose container lives. */
  private final Set<String> living = new HashSet<>();

  /** The IDs of containers that live. */
  private final Set<String> ids = new HashSet<>();

  /** The networks that documents name. */
  private final Set<String> networks = new HashSet<>();

  /** What files that say no more than their names may name. */
  private final Set<Identity> read = new HashSet<>();

  private Set<String> readDigits = Set.of();

  /**
   * Those that documents tell of; of several with the same chains a living one counts.
   *
   * @param documents read for their owners
   * @param dead which of them have a container that is gone
   */
  public Owners(Documents documents, Predicate<Attachment> dead) {
    for (Attachment attachment : documents.attachments()) {
      String hash = ContainerChains.of(attachment.identity()).digits();
      networks.add(attachment.identity().network());
      if (!dead.test(attachment)) {
        byDigits.put(hash, attachment);
        living.add(hash);
        ids.add(attachment.identity().containerId());
      } else if (!living.contains(hash)) {
        byDigits.put(hash, attachment);
      }
    }
    for (Documents.Named named : documents.names()) {
      if (named.attachment().filter(dead).isEmpty()) {
        read.addAll(named.name().readings());
        named.name().network().ifPresent(networks::add);
      }
    }
    read.forEach(r -> ids.add(r.containerId()));
  }

  /**
   * Those, and beside them such as are kept by hand, who live; for their sake no network is one
   * that is known.
   */
  public Owners(Documents documents, Predicate<Attachment> dead, Documents kept) {
    this(documents, dead);
    Owners others = new Owners(kept, attachment -> false);
    byDigits.putAll(others.byDigits);
    living.addAll(others.living);
    ids.addAll(others.ids);
    read.addAll(others.read);
  }

  /** Whose chains these are, where an attachment tells. */
  Optional<Identity> owner(ContainerChains container) {
    return Optional.ofNullable(byDigits.get(container.digits())).map(Attachment::identity);
  }

  /** Whether a document names that network. */
  public boolean knows(String network) {
    return networks.contains(network);
  }

  /** Whether a container of that ID lives, on whatever network. */
  boolean lives(String containerId) {
    return ids.contains(containerId);
  }

  /**
   * Whether somebody living may have these chains.
   *
   * @param named whom their entries name
   */
  boolean isLiving(ContainerChains container, List<Identity> named) {
    return living.contains(container.digits())
        || named.stream().anyMatch(n -> lives(n.containerId()))
        || named.isEmpty() && readDigits().contains(container.digits());
  }

  /** Whether no living container has these chains; the name tells, a comment may have been cut. */
  boolean orphan(ContainerChains container, Optional<Identity> named) {
    Attachment known = byDigits.get(container.digits());
    boolean another = known != null && named.isPresent() && !named.get().equals(known.identity());
    return another
        ? !lives(named.get().containerId())
        : !isLiving(container, named.stream().toList());
  }

  /** The chains of those that files name; asked for where no entry names anybody. */
  private Set<String> readDigits() {
    if (readDigits.isEmpty() && !read.isEmpty()) {
      readDigits = new HashSet<>();
      for (Identity identity : read) {
        readDigits.add(ContainerChains.of(identity).digits());
      }
    }
    return readDigits;
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
