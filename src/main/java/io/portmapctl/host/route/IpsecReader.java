package io.portmapctl.host.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.route.IpsecPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Policies of IPsec's, as {@code ip xfrm policy} prints them: it has no JSON. */
final class IpsecReader {
  private IpsecReader() {}

  /** Reads them; what is no such policy is none: those of sockets name no direction. */
  static List<IpsecPolicy> read(String text) {
    List<IpsecPolicy> policies = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("src ")) {
        add(words, policies);
        words.clear();
      }
      words.addAll(List.of(line.strip().split("\\s+", -1)));
    }
    add(words, policies);
    return List.copyOf(policies);
  }

  private static void add(List<String> words, List<IpsecPolicy> policies) {
    int template = words.indexOf("tmpl");
    List<String> own = template < 0 ? words : words.subList(0, template);
    Optional<Cidr> from = after(own, "src").flatMap(Cidr::parse);
    Optional<Cidr> to = after(own, "dst").flatMap(Cidr::parse);
    Optional<String> direction = after(own, "dir");
    boolean ofInterface = after(words, "if_id").filter(id -> !id.matches("0x0*|0")).isPresent();
    if (from.isEmpty() || to.isEmpty() || direction.isEmpty() || ofInterface) {
      return; // of an interface of IPsec's: for what is routed through that alone
    }
    Optional<String> port = after(own, "dport");
    boolean optional =
        template >= 0 && after(words, "level").equals(Optional.of("use")); // else all must
    policies.add(
        new IpsecPolicy(
            from.get(),
            to.get(),
            after(own, "proto"),
            number(port),
            direction.get(),
            after(own, "priority")
                .filter(p -> p.matches("[0-9]{1,10}"))
                .map(Long::parseLong)
                .orElse(0L),
            after(own, "action").equals(Optional.of("block")),
            template >= 0 && !optional,
            words.contains("mark")
                || own.contains("sport")
                || own.contains("dev")
                || own.contains("type")
                || port.isPresent() && number(port).isEmpty()));
  }

  private static OptionalInt number(Optional<String> word) {
    return word.filter(w -> w.matches("[0-9]{1,5}")).isPresent()
        ? OptionalInt.of(Integer.parseInt(word.get()))
        : OptionalInt.empty();
  }

  private static Optional<String> after(List<String> words, String word) {
    int at = words.indexOf(word);
    return at >= 0 && at + 1 < words.size() ? Optional.of(words.get(at + 1)) : Optional.empty();
  }
}
