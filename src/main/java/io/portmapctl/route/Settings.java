package io.portmapctl.route;

import io.portmapctl.net.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The kernel's settings that decide about packets; each is read once. */
final class Settings {
  private final HostRouting host;
  private final Map<String, Known<String>> read = new HashMap<>();

  Settings(HostRouting host) {
    this.host = host;
  }

  /**
   * What one or more settings say together.
   *
   * @param value it; empty where it is not known
   * @param by those that make it so
   * @param missing those that are not known, where it is not
   */
  record Answer(OptionalInt value, List<Setting> by, List<Missing> missing) {

    /** Copies the lists. */
    Answer {
      by = List.copyOf(by);
      missing = List.copyOf(missing);
    }

    /** Whether it is known to be off. */
    boolean isOff() {
      return value.isPresent() && value.getAsInt() == 0;
    }

    /** Whether it is known to be on. */
    boolean isOn() {
      return value.isPresent() && value.getAsInt() != 0;
    }

    /** Whether it is known to be this. */
    boolean is(int other) {
      return value.isPresent() && value.getAsInt() == other;
    }

    /** The same of which it is not known who says so. */
    static Answer of(int value) {
      return new Answer(OptionalInt.of(value), List.of(), List.of());
    }
  }

  private Known<String> text(String key) {
    Known<String> known = read.get(key);
    if (known == null) {
      known = host.setting(key);
      read.put(key, known);
    }
    return known;
  }

  /** One setting; 0 where the kernel does not have it. */
  Answer one(String key) {
    Known<String> known = text(key);
    String value = known.value().orElse("?");
    if (value.isEmpty()) {
      return Answer.of(0);
    }
    try {
      return new Answer(
          OptionalInt.of(Integer.parseInt(value)), List.of(new Setting(key, value)), List.of());
    } catch (NumberFormatException e) {
      return new Answer(OptionalInt.empty(), List.of(), List.of(known.missing()));
    }
  }

  /** The key of an interface's setting. */
  static String key(Family family, String device, String name) {
    return "net/" + family.id() + "/conf/" + device + "/" + name;
  }

  /** A setting of an interface alone. */
  Answer of(Family family, String device, String name) {
    if (device.equals(Arrivals.SOME)) {
      return new Answer(
          OptionalInt.empty(), List.of(), List.of(Missing.setting(key(family, device, name))));
    }
    return one(key(family, device, name));
  }

  /** The greater of an interface's setting and that of all; both are named where both are 0. */
  Answer greatest(String device, String name) {
    Answer all = of(Family.IPV4, "all", name);
    Answer own = of(Family.IPV4, device, name);
    if (all.value().isEmpty() || own.value().isEmpty()) {
      List<Missing> missing = new ArrayList<>(all.missing());
      missing.addAll(own.missing());
      return new Answer(OptionalInt.empty(), List.of(), missing);
    }
    int most = Math.max(all.value().getAsInt(), own.value().getAsInt());
    List<Setting> by = new ArrayList<>();
    if (all.is(most)) {
      by.addAll(all.by());
    }
    if (own.is(most)) {
      by.addAll(own.by());
    }
    return new Answer(OptionalInt.of(most), by, List.of());
  }

  /** Whether an interface's setting is on, or that of all. */
  Answer either(String device, String name) {
    Answer all = of(Family.IPV4, "all", name);
    if (all.isOn()) {
      return all;
    }
    Answer own = of(Family.IPV4, device, name);
    return own.isOn() ? own : greatest(device, name);
  }

  /** Whether what comes in by an interface is forwarded. */
  Answer forwards(Family family, String device) {
    if (family == Family.IPV4) {
      Answer own = of(family, device, "forwarding");
      Answer all = own.isOff() ? one("net/ipv4/ip_forward") : own;
      if (own.isOff() && all.isOff()) {
        List<Setting> by = new ArrayList<>(all.by());
        by.addAll(own.by());
        return new Answer(own.value(), by, List.of());
      }
      return own;
    }
    Answer all = of(family, "all", "forwarding");
    if (all.isOn()) {
      return all;
    }
    Answer forced = of(family, device, "force_forwarding");
    if (forced.isOn()) {
      return forced;
    }
    return all.isOff() && forced.isOff()
        ? all
        : new Answer(
            OptionalInt.empty(), List.of(), all.isOff() ? forced.missing() : all.missing());
  }

  /** Whether routes through an interface are passed over while its link is down. */
  Known<Boolean> ignoresLinkDown(Family family, String device) {
    String name = "ignore_routes_with_linkdown";
    Answer answer =
        family == Family.IPV4
            ? either(device, name)
            : of(family, device, name); // IPv6 asks the interface alone
    return answer.value().isPresent()
        ? Known.of(answer.isOn(), Missing.setting(key(family, device, name)))
        : Known.not(answer.missing().get(0));
  }
}
