package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.trace.Ternary;
import java.util.List;

/** A base chain that packets go through at a hook, with the chains that it leads to. */
public interface Station {

  /** Who is told of every rule that packets are tried on. */
  interface Observer {
    /** Tells nobody. */
    Observer NOBODY =
        new Observer() {
          @Override
          public void tried(
              RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
            // nobody wants to know
          }

          @Override
          public void toldBefore() {
            // nobody was told
          }
        };

    /**
     * A rule is tried.
     *
     * @param here the packets that come to it
     * @param result whether it takes all of them, none, or some or perhaps
     * @param certain whether they come here for certain
     * @param depth how many jumps lead to its chain
     */
    void tried(RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth);

    /** The last rule leads to a chain of which for the same packets everything was told. */
    void toldBefore();
  }

  /** Where it stands. */
  ChainSite site();

  /**
   * Takes packets through.
   *
   * @param packets of the space that the station was made for
   * @param observer is told of rules; without one only those need be tried that can do anything
   * @return its parts, by how they leave: together all packets, each in one part but for those of
   *     which that is not known
   */
  List<Part> through(PacketSet packets, Observer observer);
}
