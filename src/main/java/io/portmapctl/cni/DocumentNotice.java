package io.portmapctl.cni;

import io.portmapctl.net.Cidr;
import io.portmapctl.notice.Notice;

/** What a reader of a document should know who can use it all the same. */
public sealed interface DocumentNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R noCapability(NoCapability notice);

    /** For this kind. */
    R noEffect(NoEffect notice);

    /** For this kind. */
    R mappedTwice(MappedTwice notice);

    /** For this kind. */
    R noContainerAddress(NoContainerAddress notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /** The source, and which document in it where there are several; for a person. */
  String source();

  /**
   * The plugin does not ask for the capability portMappings, so that a runtime passes it none.
   *
   * @param path the JSON path of its configuration
   * @param list the name of the configuration list; empty where it has none
   */
  record NoCapability(String source, String path, String list) implements DocumentNotice {
    @Override
    public String code() {
      return "no-portmappings-capability";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noCapability(this);
    }
  }

  /**
   * A field that does nothing where it stands, and looks like one that would elsewhere.
   *
   * @param path its JSON path
   * @param meant the name of the one that it looks like
   */
  record NoEffect(String source, String path, String meant) implements DocumentNotice {
    @Override
    public String code() {
      return "field-without-effect";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noEffect(this);
    }
  }

  /**
   * Host ports that several mappings give: the first of them takes all connections.
   *
   * @param first the first of them
   * @param ports how many there are
   */
  record MappedTwice(String source, PortMapping first, int ports) implements DocumentNotice {
    @Override
    public String code() {
      return "host-port-given-twice";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mappedTwice(this);
    }
  }

  /** The container's address is that of its network, which no container can have. */
  record NoContainerAddress(String source, Cidr address) implements DocumentNotice {
    @Override
    public String code() {
      return "address-of-network";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noContainerAddress(this);
    }
  }
}
