package io.portmapctl.testing;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The CNI project's own portmap plugin, as a distribution packages it. */
public final class GoPlugin {
  /** Where it is installed. */
  public static final Path PATH = Path.of("/usr/lib/cni/portmap");

  private GoPlugin() {}

  /** Skips the test where it is not installed. */
  public static void needed() {
    Needs.that(Files.isExecutable(PATH), PATH + " is not installed");
  }

  /** Runs the Go plugin in a namespace. */
  public static Run run(Namespace host, String verb, String containerId, String config)
      throws Exception {
    return host.run(
        config,
        List.of(
            "env",
            "CNI_COMMAND=" + verb,
            "CNI_CONTAINERID=" + containerId,
            "CNI_NETNS=/proc/self/ns/net",
            "CNI_IFNAME=eth0",
            "CNI_PATH=/usr/lib/cni",
            PATH.toString()));
  }

  /**
   * What differs from the plugin by the specification is not generated here: ReferenceTest names
   * it.
   */
  public static Attachment comparable(Generator make, int number) {
    Attachment any = Attachments.forKernels(make);
    boolean one = any.addresses().size() == 1;
    List<PortMapping> mappings = new ArrayList<>();
    for (PortMapping mapping : any.mappings()) {
      boolean fits =
          mapping.hostIp().isEmpty()
              || one
                  && !mapping.hostIp().get().isUnspecified()
                  && mapping.hostIp().get().family() == any.addresses().get(0).address().family();
      mappings.add(
          new PortMapping(
              mapping.hostPort(),
              mapping.containerPort(),
              mapping.protocol(),
              fits ? mapping.hostIp() : Optional.empty()));
    }
    return new Attachment(
        new Identity(any.identity().network(), "c" + number),
        "eth0",
        make.pick("0.4.0", "1.0.0"),
        mappings,
        any.snat(),
        any.conditionsV4(),
        any.conditionsV6(),
        any.markMasqBit(),
        Optional.empty(),
        false,
        any.addresses(),
        false,
        Optional.empty());
  }
}
