package io.portmapctl.testing;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.view.DocumentView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Random attachments that suit a test of real kernels. */
public final class Attachments {
  private Attachments() {}

  /** An attachment that every kernel takes. */
  public static Attachment forKernels(Generator make) {
    Attachment any = make.attachment(make.identity());
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        any.mappings(),
        any.snat(),
        any.conditionsV4().contains("statistic") ? List.of() : any.conditionsV4(),
        any.conditionsV6().contains("statistic") ? List.of() : any.conditionsV6(),
        any.externalSetMarkChain().isPresent() ? OptionalInt.empty() : any.markMasqBit(),
        Optional.empty(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
  }

  /** The same with host ports that nobody else has, from a first one on. */
  public static Attachment withHostPortsFrom(Attachment any, int first) {
    List<PortMapping> mappings = new ArrayList<>();
    for (PortMapping mapping : any.mappings()) {
      mappings.add(
          new PortMapping(
              first + mappings.size(),
              mapping.containerPort(),
              mapping.protocol(),
              mapping.hostIp()));
    }
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        mappings,
        any.snat(),
        any.conditionsV4(),
        any.conditionsV6(),
        any.markMasqBit(),
        any.externalSetMarkChain(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
  }

  /** The document that says it. */
  public static String document(Attachment attachment) {
    return DocumentView.render(attachment, Optional.empty());
  }
}
