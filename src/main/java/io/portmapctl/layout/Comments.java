package io.portmapctl.layout;

import io.portmapctl.netconf.Identity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The comments by which entries name their owner; octet strings, as they stand in rules. */
public final class Comments {
  /** The kernel keeps 255 bytes of a comment (XT_MAX_COMMENT_LEN less its end). */
  private static final int LONGEST = 255;

  private static final Pattern OWNER =
      Pattern.compile("[ds]nat name: \"(.*)\" id: \"(.*)\"", Pattern.DOTALL);

  private Comments() {}

  /** The whole comment. */
  private static String full(String kind, Identity owner) {
    String text = kind + " name: \"" + owner.network() + "\" id: \"" + owner.containerId() + "\"";
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** As the {@code snat} layout's plugin wrote it: the kernel cut it. */
  public static String cut(String kind, Identity owner) {
    String text = full(kind, owner);
    return text.substring(0, Math.min(LONGEST, text.length()));
  }

  /** As the {@code mark} layout's plugin writes it: cut to 253 bytes, of whose dots two remain. */
  public static String shortened(String kind, Identity owner) {
    String text = full(kind, owner);
    return text.length() <= LONGEST ? text : text.substring(0, 253) + "..";
  }

  /**
   * The owner that a comment names; empty when it names none or was cut.
   *
   * @param hash the digits of the chain that the entry leads to; they tell how to read a name with
   *     quotes in it, and that the comment is not somebody's invention
   */
  public static Optional<Identity> owner(String comment, String hash) {
    Matcher matcher = OWNER.matcher(comment);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String text = new String(comment.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    int start = text.indexOf('"') + 1;
    String separator = "\" id: \"";
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + 1)) {
      Identity owner =
          new Identity(
              text.substring(start, at),
              text.substring(at + separator.length(), text.length() - 1));
      if (ChainNames.hash(owner).equals(hash)) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a comment was cut, so that it names nobody, and is not the cut comment of this owner.
   */
  public static boolean cutForAnother(String comment, Identity owner) {
    if (comment.length() < LONGEST || !comment.contains("nat name: ")) {
      return false;
    }
    return List.of("dnat", "snat").stream()
        .noneMatch(
            kind -> comment.equals(cut(kind, owner)) || comment.equals(shortened(kind, owner)));
  }
}
