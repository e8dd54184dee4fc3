package io.portmapctl.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tries matches as conditions, inside the network namespace that it is started in. */
public final class MatchTrial {
  private final Path folder;
  private final String variant;
  private final String family;

  private MatchTrial(Path folder, String variant, String family) {
    this.folder = folder;
    this.variant = variant;
    this.family = family;
  }

  /**
   * Prints a line a match: its words, and what came of it.
   *
   * @param args a folder, the variant, the family, and which of how many matches: one of so many
   */
  public static void main(String... args) throws Exception {
    MatchTrial trial = new MatchTrial(Path.of(args[0]), args[1], args[2]);
    int every = Integer.parseInt(args[3]);
    int number = 0;
    for (String line : Files.readAllLines(Path.of("testdata/matches.tsv"))) {
      String[] fields = line.split("\t", -1);
      if (fields[1].equals("both") || fields[1].equals(args[2])) {
        if (number++ % every == Integer.parseInt(args[4])) {
          System.out.println(fields[2] + "\t" + trial.of(fields[2]));
        }
      }
    }
  }

  private String of(String match) throws Exception {
    String before = table();
    Run add = ask("add", match, "8080:80", "--apply");
    if (add.exit() != 0) {
      boolean named = add.exit() == 4 && add.err().contains("refused the change");
      return named && table().equals(before) ? "refused" : "add " + add.exit() + " " + add.err();
    }
    String made = table();
    String dry = ask("add", match, "8080:80", "--exit-code").exit() + "";
    List<String> told = new ArrayList<>();
    told.add("check " + ask("check", match, "8080:80").exit());
    told.add("again " + dry);
    told.add("again applied " + ask("add", match, "8080:80", "--apply").exit());
    told.add("same " + table().equals(made));
    told.add("change " + ask("add", match, "8081:80", "--apply").exit());
    told.add("check " + ask("check", match, "8081:80").exit());
    told.add("stale " + table().contains("8080"));
    told.add("del " + ask("del", "", "", "--apply").exit());
    told.add("gone " + !table().contains("CNI-DN-"));
    String all = String.join(", ", told);
    boolean right =
        all.equals(
            "check 0, again 0, again applied 0, same true, change 0, check 0, stale false, del 0,"
                + " gone true");
    String program = (family.equals("ipv4") ? "iptables-" : "ip6tables-") + variant;
    Namespace.process("", List.of(program, "-t", "nat", "-F"));
    Namespace.process("", List.of(program, "-t", "nat", "-X"));
    return right ? "right" : all;
  }

  private Run ask(String verb, String match, String port, String... more) {
    List<String> words = new ArrayList<>(List.of(verb, "--net", "web", "--container-id", "c1"));
    words.addAll(List.of("--family", family, "--iptables", variant));
    if (!verb.equals("del")) {
      words.addAll(List.of("--layout", "mark", "-p", port));
      words.addAll(List.of("--ip", family.equals("ipv4") ? "10.89.1.2/24" : "fd00:89::2/64"));
      words.addAll(List.of("--condition-" + family.replace("ip", ""), match));
    }
    words.addAll(List.of(more));
    if (words.contains("--apply")) {
      words.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return Run.with(Map.of("PATH", System.getenv("PATH")), "", words);
  }

  private String table() throws Exception {
    String program = (family.equals("ipv4") ? "iptables-" : "ip6tables-") + variant + "-save";
    return Namespace.process("", List.of(program, "-t", "nat"))
        .out()
        .replaceAll("(?m)^#.*\n", "")
        .replaceAll("\\[[0-9]+:[0-9]+\\]", "");
  }
}
