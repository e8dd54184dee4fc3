package io.portmapctl.ruleset;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What a rule does with a packet that matches, in its canonical form. It is closed: whoever reasons
 * about targets answers for every kind ({@link Visitor}).
 */
public sealed interface Target {

  /** The target in iptables-save's own words, empty for none. */
  Octets text();

  /** The name after {@code -j} or {@code -g}: a chain's or an extension's; empty for none. */
  String name();

  /** Asks a question that every kind of target answers. */
  <R> R accept(Visitor<R> visitor);

  /** The chain of the table that a packet is led to, if that is what the target does. */
  default Optional<String> chain() {
    return Optional.empty();
  }

  /** Whether a packet is led to that chain. */
  default boolean leadsTo(String chain) {
    return chain().map(chain::equals).orElse(false);
  }

  /**
   * A question about a target.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** The packet is counted and goes on. */
    R none(None none);

    /** It goes through another chain. */
    R jump(Jump jump);

    /** It passes the base chain. */
    R accept(Accept accept);

    /** It is dropped, silently. */
    R drop(Drop drop);

    /** It is dropped, and the sender told. */
    R reject(Reject reject);

    /** It goes back to the chain that led here. */
    R giveBack(Return back);

    /** A program decides. */
    R queue(Queue queue);

    /** It gets another destination. */
    R dnat(Dnat dnat);

    /** It gets another source. */
    R snat(Snat snat);

    /** It gets the address of the interface that it leaves through as its source. */
    R masquerade(Masquerade masquerade);

    /** It goes to this host itself. */
    R redirect(Redirect redirect);

    /** It moves to the same place in another network. */
    R netmap(Netmap netmap);

    /** Its mark changes. */
    R setMark(SetMark mark);

    /** The connection's mark changes. */
    R setConnmark(SetConnmark mark);

    /** The connection's mark becomes the packet's. */
    R saveMark(SaveMark mark);

    /** The packet's mark becomes the connection's. */
    R restoreMark(RestoreMark mark);

    /** Its connection is not tracked, or tracked otherwise. */
    R ct(Ct ct);

    /** A local socket gets it. */
    R tproxy(Tproxy tproxy);

    /** Something else happens, and it goes on. */
    R goesOn(GoesOn other);

    /** It is not known. */
    R unknown(Unknown unknown);
  }

  /** A rule that only counts. */
  record None() implements Target {
    @Override
    public Octets text() {
      return Octets.EMPTY;
    }

    @Override
    public String name() {
      return "";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.none(this);
    }
  }

  /**
   * {@code -j} or {@code -g} with the name of a chain, or of an extension that takes no options and
   * is not known: the table tells which.
   *
   * @param name the name
   * @param goTo whether it is {@code -g}, which does not come back
   */
  record Jump(String name, boolean goTo) implements Target {
    @Override
    public Octets text() {
      return new Octets((goTo ? "-g " : "-j ") + name);
    }

    @Override
    public Optional<String> chain() {
      return Optional.of(name);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.jump(this);
    }
  }

  /** {@code ACCEPT}. */
  record Accept() implements Target {
    @Override
    public Octets text() {
      return words(this, List.of());
    }

    @Override
    public String name() {
      return "ACCEPT";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.accept(this);
    }
  }

  /** {@code DROP}. */
  record Drop() implements Target {
    @Override
    public Octets text() {
      return words(this, List.of());
    }

    @Override
    public String name() {
      return "DROP";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.drop(this);
    }
  }

  /**
   * {@code REJECT}.
   *
   * @param options its options, as printed
   */
  record Reject(List<Octets> options) implements Target {
    @Override
    public Octets text() {
      return words(this, options);
    }

    @Override
    public String name() {
      return "REJECT";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.reject(this);
    }
  }

  /** {@code RETURN}. */
  record Return() implements Target {
    @Override
    public Octets text() {
      return words(this, List.of());
    }

    @Override
    public String name() {
      return "RETURN";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.giveBack(this);
    }
  }

  /**
   * {@code QUEUE} or {@code NFQUEUE}.
   *
   * @param name which
   * @param options its options, as printed
   */
  record Queue(String name, List<Octets> options) implements Target {
    @Override
    public Octets text() {
      return words(this, options);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.queue(this);
    }
  }

  /**
   * To where an address is translated.
   *
   * @param addresses one of these; empty where the address stays
   * @param ports one of these; empty where the port stays as far as it can
   * @param base with {@code PORTS/BASE}, the port that becomes the first of them; the others follow
   * @param flags {@code --random}, {@code --random-fully}, {@code --persistent}
   */
  record Translation(
      Optional<AddressRange> addresses,
      Optional<PortRange> ports,
      OptionalInt base,
      List<String> flags) {

    /** Whether the port that it gets is chosen by the kernel, though none is named. */
    public boolean randomPort() {
      return flags.contains("--random") || flags.contains("--random-fully");
    }

    /** {@code 10.0.0.1:80}, {@code [fd00::1]:80}, with ranges {@code A-B:P-Q}. */
    public String place() {
      StringBuilder out = new StringBuilder();
      boolean brackets =
          ports.isPresent() && addresses.map(a -> a.family() == Family.IPV6).orElse(false);
      addresses.ifPresent(
          a ->
              out.append(brackets ? "[" : "")
                  .append(a.isOne() ? a.first().toString() : a.toString())
                  .append(brackets ? "]" : ""));
      ports.ifPresent(p -> out.append(':').append(dashed(p)));
      base.ifPresent(b -> out.append('/').append(b));
      return out.toString();
    }

    private String text(String option) {
      StringBuilder out = new StringBuilder();
      if (addresses.isPresent() || ports.isPresent()) {
        out.append(' ').append(option).append(' ').append(place());
      }
      flags.forEach(f -> out.append(' ').append(f));
      return out.toString();
    }
  }

  /**
   * {@code DNAT}.
   *
   * @param to the new destination
   */
  record Dnat(Translation to) implements Target {

    /** To one address and port. */
    public static Dnat to(IpAddress address, int port) {
      return new Dnat(
          new Translation(
              Optional.of(AddressRange.of(address)),
              Optional.of(PortRange.of(port)),
              OptionalInt.empty(),
              List.of()));
    }

    /** The new address, where it is one. */
    public Optional<IpAddress> address() {
      return to.addresses().filter(AddressRange::isOne).map(AddressRange::first);
    }

    /** The new port, where it is one that the rule names. */
    public OptionalInt port() {
      return to.ports().isPresent() && to.ports().get().first() == to.ports().get().last()
          ? OptionalInt.of(to.ports().get().first())
          : OptionalInt.empty();
    }

    @Override
    public Octets text() {
      return new Octets("-j DNAT" + to.text("--to-destination"));
    }

    @Override
    public String name() {
      return "DNAT";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dnat(this);
    }
  }

  /**
   * {@code SNAT}.
   *
   * @param to the new source
   */
  record Snat(Translation to) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j SNAT" + to.text("--to-source"));
    }

    @Override
    public String name() {
      return "SNAT";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.snat(this);
    }
  }

  /**
   * {@code MASQUERADE}.
   *
   * @param ports the new source port is one of these; empty where it stays as far as it can
   * @param flags {@code --random}, {@code --random-fully}
   */
  record Masquerade(Optional<PortRange> ports, List<String> flags) implements Target {

    /** Without options. */
    public static final Masquerade PLAIN = new Masquerade(Optional.empty(), List.of());

    /** Whether it has no options. */
    public boolean isPlain() {
      return ports.isEmpty() && flags.isEmpty();
    }

    @Override
    public Octets text() {
      return new Octets("-j MASQUERADE" + toPorts(ports, flags));
    }

    @Override
    public String name() {
      return "MASQUERADE";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.masquerade(this);
    }
  }

  /**
   * {@code REDIRECT}.
   *
   * @param ports the new port is one of these; empty where it stays
   * @param flags {@code --random}
   */
  record Redirect(Optional<PortRange> ports, List<String> flags) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j REDIRECT" + toPorts(ports, flags));
    }

    @Override
    public String name() {
      return "REDIRECT";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.redirect(this);
    }
  }

  /**
   * {@code NETMAP}.
   *
   * @param to the new network, host bits cleared
   */
  record Netmap(Cidr to) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j NETMAP --to " + to);
    }

    @Override
    public String name() {
      return "NETMAP";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.netmap(this);
    }
  }

  /**
   * {@code MARK}: {@code mark = (mark & ~mask) ^ value}; every other form is one of these.
   *
   * @param value the bits that are turned over, unsigned 32 bits
   * @param mask the bits that are cleared before, unsigned 32 bits
   */
  record SetMark(long value, long mask) implements Target {
    /** Whether it sets bits and does nothing else ({@code --or-mark}). */
    public boolean onlySets() {
      return value == mask;
    }

    @Override
    public Octets text() {
      return new Octets("-j MARK --set-xmark " + hex(value) + "/" + hex(mask));
    }

    @Override
    public String name() {
      return "MARK";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.setMark(this);
    }
  }

  /**
   * {@code CONNMARK --set-xmark}: as {@link SetMark}, of the connection.
   *
   * @param value the bits that are turned over, unsigned 32 bits
   * @param mask the bits that are cleared before, unsigned 32 bits
   */
  record SetConnmark(long value, long mask) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j CONNMARK --set-xmark " + hex(value) + "/" + hex(mask));
    }

    @Override
    public String name() {
      return "CONNMARK";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.setConnmark(this);
    }
  }

  /**
   * {@code CONNMARK --save-mark}: {@code ctmark = (ctmark & ~ctMask) ^ (mark & nfMask)}.
   *
   * @param nfMask bits of the packet's mark, unsigned 32 bits
   * @param ctMask bits of the connection's mark, unsigned 32 bits
   */
  record SaveMark(long nfMask, long ctMask) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j CONNMARK --save-mark" + masks(nfMask, ctMask));
    }

    @Override
    public String name() {
      return "CONNMARK";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.saveMark(this);
    }
  }

  /**
   * {@code CONNMARK --restore-mark}: {@code mark = (mark & ~nfMask) ^ (ctmark & ctMask)}.
   *
   * @param nfMask bits of the packet's mark, unsigned 32 bits
   * @param ctMask bits of the connection's mark, unsigned 32 bits
   */
  record RestoreMark(long nfMask, long ctMask) implements Target {
    @Override
    public Octets text() {
      return new Octets("-j CONNMARK --restore-mark" + masks(nfMask, ctMask));
    }

    @Override
    public String name() {
      return "CONNMARK";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.restoreMark(this);
    }
  }

  /**
   * {@code CT} or {@code NOTRACK}.
   *
   * @param name which
   * @param untracked whether the packet is not tracked at all
   * @param options its options, as printed
   */
  record Ct(String name, boolean untracked, List<Octets> options) implements Target {

    /** Whether it has the connection kept in a zone, where the answer may not be looked for. */
    public boolean zoned() {
      return options.stream().anyMatch(o -> o.latin1().startsWith("--zone"));
    }

    @Override
    public Octets text() {
      return words(this, options);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ct(this);
    }
  }

  /**
   * {@code TPROXY}.
   *
   * @param options its options, as printed
   */
  record Tproxy(List<Octets> options) implements Target {
    @Override
    public Octets text() {
      return words(this, options);
    }

    @Override
    public String name() {
      return "TPROXY";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tproxy(this);
    }
  }

  /**
   * A target that leaves the packet, its mark and its way alone: {@code LOG}, {@code NFLOG}, …
   *
   * @param name its name
   * @param options its options, as printed
   */
  record GoesOn(String name, List<Octets> options) implements Target {
    @Override
    public Octets text() {
      return words(this, options);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.goesOn(this);
    }
  }

  /**
   * What is not known: another extension, or a known one whose options are not understood, such as
   * {@code [unsupported revision]}.
   *
   * @param name its name
   * @param goTo whether it stood behind {@code -g}
   * @param options its options, as printed
   */
  record Unknown(String name, boolean goTo, List<Octets> options) implements Target {

    /** Whether the program that printed it could not show its options. */
    public boolean isUnshown() {
      return Words.areUnshown(options);
    }

    @Override
    public Octets text() {
      String all = options.stream().map(o -> " " + o.latin1()).collect(Collectors.joining());
      return new Octets((goTo ? "-g " : "-j ") + name + all);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknown(this);
    }
  }

  private static Octets words(Target target, List<Octets> options) {
    String all = options.stream().map(o -> " " + o.latin1()).collect(Collectors.joining());
    return new Octets("-j " + target.name() + all);
  }

  private static String toPorts(Optional<PortRange> ports, List<String> flags) {
    return ports.map(p -> " --to-ports " + dashed(p)).orElse("")
        + flags.stream().map(f -> " " + f).collect(Collectors.joining());
  }

  private static String dashed(PortRange ports) {
    return ports.first() == ports.last()
        ? Integer.toString(ports.first())
        : ports.first() + "-" + ports.last();
  }

  private static String masks(long nfMask, long ctMask) {
    return " --nfmask " + hex(nfMask) + " --ctmask " + hex(ctMask);
  }

  private static String hex(long bits) {
    return "0x" + Long.toHexString(bits);
  }
}
