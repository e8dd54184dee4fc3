package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.net.HostInterface;
import java.util.Optional;
import java.util.regex.Pattern;

/** The names that the CNI specification and the kernel allow. */
final class Names {
  private static final Pattern CNI = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  private Names() {}

  /** What is wrong with a container ID or network name, if anything is. */
  static Optional<DocumentFault> cni(DocumentFault.Named named, String value) {
    return CNI.matcher(value).matches()
        ? Optional.empty()
        : Optional.of(new DocumentFault.BadName(named, value));
  }

  /** What is wrong with an interface name, if anything is (dev_valid_name in the kernel). */
  static Optional<DocumentFault> networkInterface(String value) {
    return HostInterface.isName(value)
        ? Optional.empty()
        : Optional.of(new DocumentFault.BadName(DocumentFault.Named.INTERFACE, value));
  }
}
