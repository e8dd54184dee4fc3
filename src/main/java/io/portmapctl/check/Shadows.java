package io.portmapctl.check;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Difference;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What stands in one table before the rules of attachments and takes their packets. */
final class Shadows {
  private final Family family;
  private final Interceptors interceptors;

  /**
   * Of one table.
   *
   * @param host what is known of this host, asked for where a rule makes it count
   */
  Shadows(PortmapTable table, Supplier<HostAddresses> host) {
    this.family = table.table().family();
    this.interceptors = new Interceptors(table, host);
  }

  /** Who takes the packets of an attachment. */
  List<Finding.Shadow> of(Request.Publish request) {
    Attachment attachment = request.attachment();
    if (attachment.address(family).isEmpty()) {
      return List.of();
    }
    Map<PublishedPort, Map<String, Finding.Shadow>> found = new LinkedHashMap<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (mapping.appliesTo(family)) {
        Interceptors.Subject subject = subject(request, mapping);
        for (Interception interception : interceptors.of(subject)) {
          for (Finding.Shadow shadow : shadows(subject, interception)) {
            found
                .computeIfAbsent(shadow.port(), p -> new LinkedHashMap<>())
                .merge(key(shadow), shadow, Shadows::worse);
          }
        }
      }
    }
    return found.values().stream().flatMap(m -> m.values().stream()).toList();
  }

  private Interceptors.Subject subject(Request.Publish request, PortMapping mapping) {
    Attachment attachment = request.attachment();
    Layout layout = request.choice().layout();
    return new Interceptors.Subject(
        PublishedPort.of(family, mapping),
        ContainerChains.of(attachment.identity()).translating(layout),
        Optional.of(attachment.identity().containerId()),
        attachment.address(family).orElseThrow(),
        layout.masquerade(attachment, family));
  }

  private static String key(Finding.Shadow shadow) {
    String place =
        shadow.way().isEmpty() ? "" : " " + shadow.way().get(shadow.way().size() - 1).index();
    return shadow.effect() + " " + shadow.chain() + place + shadow.containerChain().orElse("");
  }

  private static Finding.Shadow worse(Finding.Shadow one, Finding.Shadow other) {
    return one.extent().compareTo(other.extent()) <= 0 ? one : other;
  }

  private List<Finding.Shadow> shadows(Interceptors.Subject subject, Interception interception) {
    Passage passage = interception.passage();
    Finding.Effect effect =
        switch (passage.kind()) {
          case LAN, CONTAINERS, HOST -> Finding.Effect.PORT;
          case HAIRPIN, LOCALHOST -> Finding.Effect.MASQUERADE;
          case HIDDEN -> Finding.Effect.SOURCE;
        };
    boolean all = passage.extent() == Passage.Extent.ALL && passage.kind().countsAlone();
    List<Difference> differences =
        passage.extent() == Passage.Extent.SOME ? passage.differences(family) : List.of();
    List<Finding.Shadow> shadows = new ArrayList<>();
    if (interception.culprits().isEmpty()) {
      // nobody takes them: a rule that another program should have is missing
      String marks = subject.masquerade().marks();
      boolean own = marks.isEmpty() || Layouts.isMarking(marks);
      Finding.Extent extent =
          passage.extent() == Passage.Extent.OPEN
              ? Finding.Extent.OPEN
              : all && own ? Finding.Extent.ALL : Finding.Extent.SOME;
      shadows.add(
          new Finding.Shadow(
              subject.port(),
              effect,
              extent,
              marks,
              Octets.EMPTY,
              Optional.empty(),
              Optional.empty(),
              List.of(),
              differences,
              Optional.empty()));
    }
    for (Interception.Culprit culprit : interception.culprits()) {
      Finding.Extent extent =
          all ? Finding.Extent.ALL : culprit.sure() ? Finding.Extent.SOME : Finding.Extent.OPEN;
      shadows.add(shadow(subject, effect, extent, culprit, differences));
    }
    return shadows;
  }

  private Finding.Shadow shadow(
      Interceptors.Subject subject,
      Finding.Effect effect,
      Finding.Extent extent,
      Interception.Culprit culprit,
      List<Difference> differences) {
    RulePlace rule = culprit.rule();
    Optional<Identity> owner = Optional.empty();
    Optional<String> container = Optional.of(rule.chain()).filter(Layouts::isContainerChain);
    for (RulePlace place : culprit.way()) {
      String target = place.rule().target().chain().orElse("");
      // another container's entry stands for all that its chain does
      if (Layouts.isEntry(place.chain(), target) && !target.equals(subject.chain())) {
        owner = PortmapTable.owner(place.rule(), target);
        container = Optional.of(target);
        rule = place;
        break;
      }
    }
    return new Finding.Shadow(
        subject.port(),
        effect,
        extent,
        rule.chain(),
        interceptors.row(rule).text(),
        owner,
        container,
        culprit.way(),
        differences,
        Optional.empty());
  }
}
