package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.List;

/**
 * What a runtime says of a container in the environment of a plugin.
 *
 * @param containerId the container's ID
 * @param ifName the interface inside the container
 */
public record ContainerEnvironment(String containerId, String ifName) {

  /**
   * What the specification does not allow of it.
   *
   * @param containerVariable the variable that says the ID
   * @param ifNameVariable the variable that says the interface
   */
  public List<InputError> errors(String containerVariable, String ifNameVariable) {
    Diagnostics diagnostics = new Diagnostics("");
    Names.cni(DocumentFault.Named.CONTAINER, containerId)
        .ifPresent(fault -> diagnostics.error(containerVariable, fault));
    Names.networkInterface(ifName).ifPresent(fault -> diagnostics.error(ifNameVariable, fault));
    return diagnostics.errors();
  }
}
