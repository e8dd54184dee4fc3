package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chains of one container, whatever its layout: their names end in the same digits.
 *
 * @param digits the digits: the first of a hash of network name and container ID
 */
public record ContainerChains(String digits) {
  static final int DIGITS = 21;

  /** The chains of that container. */
  public static ContainerChains of(Identity identity) {
    return new ContainerChains(identity.digest().substring(0, DIGITS));
  }

  /** The chains among which one is; empty where that is no container's. */
  public static Optional<ContainerChains> with(String chain) {
    String digits = digits(chain);
    return digits.isEmpty() ? Optional.empty() : Optional.of(new ContainerChains(digits));
  }

  /** The digits in the name of a container's chain; empty for any other chain. */
  public static String digits(String chain) {
    String prefix = Layouts.prefix(chain);
    return prefix.isEmpty() ? "" : chain.substring(prefix.length());
  }

  static boolean areDigits(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** The chain whose name begins so. */
  String named(String prefix) {
    return prefix + digits;
  }

  /** The chain that translates in a layout. */
  public String translating(Layout layout) {
    return named(layout.translating());
  }

  /** The chain that masquerades in a layout, where there is one for each container. */
  public Optional<String> masquerading(Layout layout) {
    return layout.masquerading().map(this::named);
  }

  /** The names that they have in any layout, in the order in which chains are made. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    Layouts.chainPrefixes().forEach(p -> names.add(named(p)));
    return names;
  }
}
