package io.portmapctl.view;

import io.portmapctl.fault.UsageFault;

/** Why what was asked cannot be. */
final class UsageFaultText implements UsageFault.Visitor<String> {
  static final UsageFaultText TEXT = new UsageFaultText();

  private UsageFaultText() {}

  @Override
  public String words(UsageFault.Words fault) {
    return fault.words();
  }

  @Override
  public String severalFamilies(UsageFault.SeveralFamilies fault) {
    return "this output is of one family, and both change: give --family ipv4 or --family ipv6";
  }

  @Override
  public String familyLeftOut(UsageFault.FamilyLeftOut fault) {
    return "--family leaves out " + fault.family().title() + ", which this is about";
  }

  @Override
  public String comesInNowhere(UsageFault.ComesInNowhere fault) {
    return "--packet: its source is an address of the host, so it starts there and comes in through"
        + " no interface: leave out 'in "
        + fault.networkInterface()
        + "'";
  }
}
