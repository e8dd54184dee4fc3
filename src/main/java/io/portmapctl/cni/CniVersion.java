package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.List;

/**
 * The version of the CNI specification that a configuration or a result follows.
 *
 * @param text as it stands there, empty where it does not
 * @param known whether it is one that is understood, or absent
 */
record CniVersion(String text, boolean known) {
  static final List<String> ALL =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  /** Versions whose results look alike. */
  enum Generation {
    /** {@code ip4} and {@code ip6}: until 0.2.0, and where no version is given. */
    BY_FAMILY,
    /** {@code ips} with the family of each: 0.3.0 to 0.4.0. */
    LIST_WITH_FAMILIES,
    /** {@code ips}: from 1.0.0 on. */
    LIST;

    /** How its results hold addresses. */
    ResultShape shape() {
      return this == BY_FAMILY ? new AddressesByFamily() : new AddressList();
    }
  }

  /**
   * Reads it from a field.
   *
   * @param holder the object that has the field {@code cniVersion}
   * @param value what the field holds
   */
  static CniVersion read(Cursor holder, Value<String> value) {
    String text = value.orElse("");
    boolean understood = text.isEmpty() || ALL.contains(text);
    if (!understood) {
      holder
          .diagnostics()
          .error(
              holder.at("cniVersion"),
              new DocumentFault.UnknownValue(DocumentFault.Domain.CNI_VERSION, ALL, text));
    }
    return new CniVersion(text, understood && !value.isWrong());
  }

  /** Which results are of this version. */
  Generation generation() {
    if (text.isEmpty() || text.startsWith("0.1") || text.startsWith("0.2")) {
      return Generation.BY_FAMILY;
    }
    return text.startsWith("0.") ? Generation.LIST_WITH_FAMILIES : Generation.LIST;
  }
}
