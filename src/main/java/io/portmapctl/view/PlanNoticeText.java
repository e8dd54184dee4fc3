package io.portmapctl.view;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.PlanNotice;

/** What a reader of a plan should know, in words. */
final class PlanNoticeText implements PlanNotice.Visitor<String> {

  private static String who(Identity identity) {
    return "network " + identity.network() + ", container " + identity.containerId();
  }

  @Override
  public String unmodelledEntry(PlanNotice.UnmodelledEntry notice) {
    return notice.family().title()
        + ": an entry in "
        + Terminal.decoded(notice.chain())
        + " has a match that is not modelled; it is written anew unless its words agree";
  }

  @Override
  public String ownedChain(PlanNotice.OwnedChain notice) {
    return "chain "
        + Terminal.decoded(notice.chain())
        + " is that of "
        + who(notice.owner())
        + "; del --net and --container-id remove it by name";
  }

  @Override
  public String foreignDnat(PlanNotice.ForeignTranslation notice) {
    return notice.port().family().title()
        + ": "
        + notice.port()
        + " is translated by another program's rule in chain "
        + Terminal.decoded(notice.chain())
        + " too; which one takes a packet depends on their order";
  }

  @Override
  public String noMappings(PlanNotice.NoMappings notice) {
    return who(notice.identity())
        + (notice.there()
            ? ": no port mappings, but rules of it are there; del removes them"
            : ": no port mappings, nothing to do");
  }

  @Override
  public String noAddress(PlanNotice.NoAddress notice) {
    return who(notice.identity())
        + ": prevResult has no address of the container, nothing is planned and nothing removed";
  }

  @Override
  public String noRule(PlanNotice.NoRule notice) {
    return who(notice.identity())
        + ": host port "
        + notice.mapping().hostPort()
        + "/"
        + notice.mapping().protocol().id()
        + " on "
        + notice.mapping().hostIp().map(IpAddress::toString).orElse("any")
        + " makes no rule: the container has no address of that family";
  }
}
