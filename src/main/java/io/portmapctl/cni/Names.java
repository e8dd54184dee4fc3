package io.portmapctl.cni;

import io.portmapctl.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** The names that the CNI specification and the kernel allow. */
public final class Names {
  private static final Pattern CNI = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  private Names() {}

  /** What is wrong with a container ID or network name, if anything is. */
  public static Optional<String> cni(String what, String value) {
    return CNI.matcher(value).matches()
        ? Optional.empty()
        : Optional.of(
            what
                + " "
                + Printable.quoted(value)
                + ": allowed are a letter or digit, then letters, digits, '_', '.' and '-'");
  }

  /** What is wrong with an interface name, if anything is (dev_valid_name in the kernel). */
  public static Optional<String> networkInterface(String value) {
    boolean wrong =
        value.isEmpty()
            || value.getBytes(StandardCharsets.UTF_8).length > 15
            || value.equals(".")
            || value.equals("..")
            || value.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ' || c == 127);
    return wrong
        ? Optional.of(
            "interface name "
                + Printable.quoted(value)
                + ": allowed are 1 to 15 bytes without '/', ':' and blanks, not \".\" or"
                + " \"..\"")
        : Optional.empty();
  }
}
