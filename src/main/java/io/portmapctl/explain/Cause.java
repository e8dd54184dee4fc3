package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Attempt;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.Localnet;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Trace;
import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Reason;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;

/** Why a connection works, or does not, on one path of its first packet. */
public sealed interface Cause {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Plain}. */
    R plain(Plain plain);

    /** See {@link Open}. */
    R open(Open open);

    /** See {@link NoRule}. */
    R noRule(NoRule none);

    /** See {@link Delivered}. */
    R delivered(Delivered delivered);

    /** See {@link LocalhostUnmasqueraded}. */
    R localhostUnmasqueraded(LocalhostUnmasqueraded localhost);

    /** See {@link LocalhostMasqueraded}. */
    R localhostMasqueraded(LocalhostMasqueraded localhost);

    /** See {@link StraightAnswer}. */
    R straightAnswer(StraightAnswer straight);

    /** See {@link Ended}. */
    R ended(Ended ended);

    /** See {@link Tried}. */
    R tried(Tried tried);
  }

  /** Causes that need no more to be told. */
  enum Plain implements Cause {
    /** Where it goes is not known. */
    UNKNOWN_END,
    /** IPv6 has no {@code route_localnet}. */
    LOCALHOST_IPV6,
    /** The source stays as it is, and the answer comes back all the same. */
    SOURCE_STAYS,
    /** The source becomes this host's, so the answer comes back. */
    MASQUERADED,
    /** The same, where a container sends to itself: if its port of the bridge allows hairpin. */
    MASQUERADED_HAIRPIN,
    /** No rule masquerades what a container sends to itself. */
    UNMASQUERADED_HAIRPIN;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.plain(this);
    }
  }

  /**
   * Something on the way ends it: a rule of whatever table, a setting, a route.
   *
   * @param ending how, and what decides
   * @param family the packet's family
   * @param protocol its protocol
   * @param to where it goes there; where no rule redirected it, any address is meant
   * @param down the interface, octets, behind which that is, where it is down
   */
  record Ended(
      Ending ending, Family family, IpProtocol protocol, Endpoint to, Optional<String> down)
      implements Cause {

    /** Of a path that ends so. */
    public static Ended of(Trace trace, PacketPath path, Ending ending) {
      Endpoint to = path.after().destination();
      Optional<IpAddress> ip = to.ip();
      Optional<String> down =
          ip.flatMap(a -> trace.host().links().flatMap(all -> down(all, Cidr.host(a))));
      if (ip.isPresent() && path.redirection().isEmpty()) {
        // what mends it for one of the host's addresses mends it for all
        to = new Endpoint(new Address.InNetwork(new Cidr(ip.get(), 0).network()), to.port());
      }
      return new Ended(ending, path.after().family(), path.after().protocol(), to, down);
    }

    private static Optional<String> down(List<HostInterface> all, Cidr address) {
      return all.stream()
          .filter(l -> !l.up())
          .filter(l -> l.addresses().stream().anyMatch(n -> n.network().contains(address)))
          .map(HostInterface::name)
          .findFirst();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ended(this);
    }
  }

  /**
   * A connection that was tried fared otherwise than was foretold, and nothing tells why.
   *
   * @param attempt how it fared
   * @param others whether that was a connection of another sender to the same end
   */
  record Tried(Attempt attempt, boolean others) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tried(this);
    }
  }

  /**
   * It is not known what becomes of the packet.
   *
   * @param reason why
   */
  record Open(OpenReason reason) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.open(this);
    }
  }

  /**
   * No rule redirects the packet.
   *
   * @param passedOn where it is passed on to, which is none of this host's; empty where it stays
   * @param nearest a rule for its port all the same, if there is one
   * @param untracked what keeps it from connection tracking, and so from every rule that redirects
   */
  record NoRule(
      Optional<Address> passedOn, Optional<NearestRule> nearest, Optional<DecidedBy> untracked)
      implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noRule(this);
    }
  }

  /**
   * A rule for a packet's port that does not take it.
   *
   * @param owner whose it is, where that can be told
   * @param rule where it stands
   * @param network the network that it is for alone, where that is why
   * @param reasons why else; none where the packet does not come to it
   */
  record NearestRule(
      Optional<Identity> owner,
      VerdictReason.RuleNumber rule,
      Optional<Cidr> network,
      List<Reason> reasons) {
    /** Copies the list. */
    public NearestRule {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * This host itself gets it, if a program listens there.
   *
   * @param end where
   */
  record Delivered(Endpoint end) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.delivered(this);
    }
  }

  /**
   * No rule masquerades what localhost sends.
   *
   * @param from localhost's address, which the container would answer itself
   */
  record LocalhostUnmasqueraded(IpAddress from) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.localhostUnmasqueraded(this);
    }
  }

  /**
   * What localhost sends is masqueraded; it passes where {@code route_localnet} is set.
   *
   * @param container the container
   * @param setting whether it is set on the interface towards the container
   */
  record LocalhostMasqueraded(IpAddress container, Localnet setting) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.localhostMasqueraded(this);
    }
  }

  /**
   * No rule masquerades what one container sends to another, whose answer goes straight back.
   *
   * @param family the family
   * @param bridged whether packets that only cross a bridge are shown to iptables, which turns it
   *     back
   */
  record StraightAnswer(Family family, Ternary bridged) implements Cause {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.straightAnswer(this);
    }
  }
}
