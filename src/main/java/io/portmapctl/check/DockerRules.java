package io.portmapctl.check;

import java.util.List;
import java.util.regex.Pattern;

/** The rules that docker puts among others' for its bridges, by their exact forms. */
final class DockerRules {
  private static final String BRIDGE = "(docker0|docker_gwbridge|br-[0-9a-f]{12})";

  /** Forms by table and chain; words are joined by one blank. */
  private static final List<Form> FORMS =
      List.of(
          form("filter FORWARD", "-o BRIDGE -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
          form("filter FORWARD", "-i BRIDGE ! -o BRIDGE -j ACCEPT"),
          form("filter FORWARD", "-i BRIDGE -o BRIDGE -j (ACCEPT|DROP)"),
          form("nat POSTROUTING", "-s [0-9a-f.:]+/[0-9]+ ! -o BRIDGE -j MASQUERADE"),
          form("nat POSTROUTING", "-s [0-9a-f.:]+/[0-9]+ ! -o BRIDGE -j SNAT --to-source [^ ]+"),
          form("nat POSTROUTING", "-o BRIDGE -m addrtype --src-type LOCAL -j MASQUERADE"),
          form("raw PREROUTING", "-d [0-9a-f.:]+(/32|/128) ! -i BRIDGE -j DROP"),
          // hairpin: a container that comes back to itself
          form(
              "nat POSTROUTING",
              "-s ([0-9a-f.:]+(?:/32|/128)) -d \\1 -p (tcp|udp|sctp) -m \\2 --dport [0-9]+"
                  + " -j MASQUERADE"));

  private DockerRules() {}

  private record Form(String place, Pattern words) {}

  private static Form form(String place, String words) {
    return new Form(place, Pattern.compile(words.replace("BRIDGE", BRIDGE)));
  }

  /** Whether a rule of that chain is one. */
  static boolean are(String table, String chain, List<String> words) {
    String text = String.join(" ", words);
    for (Form form : FORMS) {
      if (form.place.equals(table + " " + chain) && form.words.matcher(text).matches()) {
        return true;
      }
    }
    return false;
  }
}
