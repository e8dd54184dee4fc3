package io.portmapctl.plan;

import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.portmap.PublishedPort;

/** What a reader of a plan should know. */
public sealed interface PlanNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R unmodelledEntry(UnmodelledEntry notice);

    /** For this kind. */
    R ownedChain(OwnedChain notice);

    /** For this kind. */
    R foreignDnat(ForeignTranslation notice);

    /** For this kind. */
    R noMappings(NoMappings notice);

    /** For this kind. */
    R noAddress(NoAddress notice);

    /** For this kind. */
    R noRule(NoRule notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /**
   * An entry has a match that is not modelled, and is written anew unless its words agree.
   *
   * @param chain the chain that holds it
   */
  record UnmodelledEntry(Family family, String chain) implements PlanNotice {
    @Override
    public String code() {
      return "unmodelled-entry";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unmodelledEntry(this);
    }
  }

  /** A chain that is removed by its name tells whose it is. */
  record OwnedChain(String chain, Identity owner) implements PlanNotice {
    @Override
    public String code() {
      return "owned-chain";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ownedChain(this);
    }
  }

  /**
   * Another program translates a published port too.
   *
   * @param chain the chain of its rule
   */
  record ForeignTranslation(PublishedPort port, String chain) implements PlanNotice {
    @Override
    public String code() {
      return "foreign-dnat";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.foreignDnat(this);
    }
  }

  /**
   * An attachment asks for nothing.
   *
   * @param there whether rules of it are there all the same
   */
  record NoMappings(Identity identity, boolean there) implements PlanNotice {
    @Override
    public String code() {
      return there ? "no-mappings-but-rules" : "no-mappings";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noMappings(this);
    }
  }

  /** An attachment has no address of the container. */
  record NoAddress(Identity identity) implements PlanNotice {
    @Override
    public String code() {
      return "no-container-address";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noAddress(this);
    }
  }

  /** A mapping on an address of a family that the container has none of. */
  record NoRule(Identity identity, PortMapping mapping) implements PlanNotice {

    // that few are alike keeps the record's own equals from being linked at a start
    @Override
    public int hashCode() {
      return 31 * identity.hashCode() + mapping.hostPort();
    }

    @Override
    public String code() {
      return "mapping-without-rule";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noRule(this);
    }
  }
}
