package io.portmapctl.view;

import static io.portmapctl.text.Printable.quoted;

import io.portmapctl.fault.PluginFault;

/** Why what a runtime asked of the plugin cannot be, or is not so. */
final class PluginFaultText implements PluginFault.Visitor<String> {
  static final PluginFaultText TEXT = new PluginFaultText();

  private PluginFaultText() {}

  @Override
  public String notSet(PluginFault.NotSet fault) {
    return "missing in the environment: " + String.join(", ", fault.variables());
  }

  @Override
  public String unknownCommand(PluginFault.UnknownCommand fault) {
    return "found "
        + quoted(fault.found())
        + ", expected one of "
        + String.join(", ", fault.allowed());
  }

  @Override
  public String notInVersion(PluginFault.NotInVersion fault) {
    return "found "
        + fault.version()
        + ", which has no "
        + fault.command()
        + ": expected "
        + fault.since()
        + " or later";
  }

  @Override
  public String notAsWanted(PluginFault.NotAsWanted fault) {
    return "the rules of container "
        + fault.containerId()
        + " on network "
        + fault.network()
        + " are not as they should be";
  }
}
