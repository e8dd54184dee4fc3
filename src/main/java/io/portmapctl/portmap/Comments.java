package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;

/** The comments by which entries name their owner; octet strings, as they stand in rules. */
public final class Comments {
  /** The kernel keeps 255 bytes of a comment (XT_MAX_COMMENT_LEN less its end). */
  private static final int LONGEST = 255;

  private static final String SEPARATOR = "\" id: \"";

  private static final String BRIDGE = "name: \"";

  private Comments() {}

  /** The whole comment. */
  private static Octets full(String kind, Identity owner) {
    return Octets.utf8(
        kind + " name: \"" + owner.network() + "\" id: \"" + owner.containerId() + "\"");
  }

  /** As the {@code snat} layout's plugin wrote it: the kernel cut it. */
  public static Octets cut(String kind, Identity owner) {
    return full(kind, owner).first(LONGEST);
  }

  /** As the {@code mark} layout's plugin writes it: cut to 253 bytes, of whose dots two remain. */
  public static Octets shortened(String kind, Identity owner) {
    Octets text = full(kind, owner);
    return text.length() <= LONGEST ? text : new Octets(text.first(253).latin1() + "..");
  }

  /**
   * The owner that a comment names; empty when it names none or was cut.
   *
   * @param hash the digits of the chain that the entry leads to; they tell how to read a name with
   *     quotes in it, and that the comment is not somebody's invention
   */
  public static Optional<Identity> owner(Octets comment, String hash) {
    String text = comment.decoded();
    boolean named = text.startsWith("dnat name: \"") || text.startsWith("snat name: \"");
    if (!named || !text.endsWith("\"")) {
      return Optional.empty();
    }
    int start = text.indexOf('"') + 1;
    int end = text.length() - 1;
    for (int at = text.indexOf(SEPARATOR, start);
        at >= 0 && at + SEPARATOR.length() <= end;
        at = text.indexOf(SEPARATOR, at + 1)) {
      Identity owner =
          new Identity(text.substring(start, at), text.substring(at + SEPARATOR.length(), end));
      if (ChainNames.hash(owner).equals(hash)) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  /**
   * Whom the bridge plugin names in a rule that masquerades what a container sends; empty where it
   * names nobody, or may be read in several ways.
   */
  public static Optional<Identity> bridgeOwner(Octets comment) {
    String text = comment.decoded();
    int at = text.indexOf(SEPARATOR);
    boolean named = text.startsWith(BRIDGE) && text.endsWith("\"") && at >= BRIDGE.length();
    int id = at + SEPARATOR.length();
    return named && id < text.length() && text.indexOf(SEPARATOR, at + 1) < 0
        ? Optional.of(
            new Identity(
                text.substring(BRIDGE.length(), at), text.substring(id, text.length() - 1)))
        : Optional.empty();
  }

  /**
   * Whether a comment was cut, so that it names nobody, and is not the cut comment of this owner.
   */
  public static boolean cutForAnother(Octets comment, Identity owner) {
    if (comment.length() < LONGEST || !comment.latin1().contains("nat name: ")) {
      return false;
    }
    return List.of("dnat", "snat").stream()
        .noneMatch(
            kind -> comment.equals(cut(kind, owner)) || comment.equals(shortened(kind, owner)));
  }
}
