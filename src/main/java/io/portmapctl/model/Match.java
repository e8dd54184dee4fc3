package io.portmapctl.model;

import java.util.List;
import java.util.stream.Collectors;

/** A condition of a rule, in its canonical form: two equal matches are the same condition. */
public sealed interface Match {

  /** The match in iptables-save's own words. */
  String text();

  /**
   * {@code -s} or {@code -d}.
   *
   * @param side which address of the packet
   * @param negated whether {@code !} stands before it
   * @param cidr the network, host bits cleared
   */
  record Address(Side side, boolean negated, Cidr cidr) implements Match {
    @Override
    public String text() {
      return not(negated) + (side == Side.SOURCE ? "-s " : "-d ") + cidr;
    }
  }

  /**
   * {@code -i} or {@code -o}.
   *
   * @param side the source side is the input interface
   * @param negated whether {@code !} stands before it
   * @param name the interface, with a trailing {@code +} for a prefix
   */
  record Interface(Side side, boolean negated, String name) implements Match {
    @Override
    public String text() {
      return not(negated) + (side == Side.SOURCE ? "-i " : "-o ") + name;
    }
  }

  /**
   * {@code -p}.
   *
   * @param negated whether {@code !} stands before it
   * @param name the protocol as iptables-save prints it
   */
  record Proto(boolean negated, String name) implements Match {
    @Override
    public String text() {
      return not(negated) + "-p " + name;
    }
  }

  /**
   * {@code -m tcp --dport}: one port test of a protocol's own module.
   *
   * @param module tcp, udp, sctp or dccp
   * @param ports the tests, source first
   */
  record Ports(String module, List<PortTest> ports) implements Match {
    @Override
    public String text() {
      return "-m " + module + ports.stream().map(p -> " " + p.text()).collect(Collectors.joining());
    }
  }

  /**
   * One {@code --sport} or {@code --dport}.
   *
   * @param side which port
   * @param negated whether {@code !} stands before it
   * @param range the ports
   */
  record PortTest(Side side, boolean negated, PortRange range) {
    String text() {
      return not(negated) + (side == Side.SOURCE ? "--sport " : "--dport ") + range;
    }
  }

  /**
   * {@code -m multiport}.
   *
   * @param option {@code --sports}, {@code --dports} or {@code --ports}
   * @param negated whether {@code !} stands before it
   * @param ranges at most 15 ports, a range counting as two
   */
  record Multiport(String option, boolean negated, List<PortRange> ranges) implements Match {
    @Override
    public String text() {
      return "-m multiport "
          + not(negated)
          + option
          + " "
          + ranges.stream().map(PortRange::toString).collect(Collectors.joining(","));
    }
  }

  /**
   * {@code -m comment}.
   *
   * @param value the comment, at most 255 bytes in the kernel
   */
  record Comment(String value) implements Match {
    @Override
    public String text() {
      return "-m comment --comment " + Words.quote(value);
    }
  }

  /**
   * Any other match: its words are kept.
   *
   * @param module the name after {@code -m}; empty for an option of no module
   * @param words its options, as printed
   * @param modelled whether the words are known to be as the kernel prints them
   */
  record Module(String module, List<String> words, boolean modelled) implements Match {
    @Override
    public String text() {
      String options = String.join(" ", words);
      if (module.isEmpty()) {
        return options;
      }
      return "-m " + module + (options.isEmpty() ? "" : " " + options);
    }
  }

  private static String not(boolean negated) {
    return negated ? "! " : "";
  }
}
