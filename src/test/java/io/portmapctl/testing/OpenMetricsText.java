package io.portmapctl.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reading of OpenMetrics 1.0's text format by its own grammar, as far as gauges and counters go,
 * with what Prometheus' own text format wants besides; whatever is not of it is an error.
 *
 * @param types each family's type, in their order
 * @param samples each sample's value by its name and labels, in their order
 */
public record OpenMetricsText(Map<String, String> types, Map<String, String> samples) {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(\\{.*\\})? ([^ ]+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

  /** Reads a text. */
  public static OpenMetricsText of(String text) {
    require(text.endsWith("# EOF\n"), "it does not end with # EOF");
    Map<String, String> types = new LinkedHashMap<>();
    Map<String, String> samples = new LinkedHashMap<>();
    String helped = "";
    String family = "";
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    lines.remove(lines.size() - 1);
    require(lines.remove(lines.size() - 1).equals("# EOF"), "the end");
    for (String line : lines) {
      if (line.startsWith("# HELP ")) {
        String[] words = line.split(" ", 4);
        require(words[2].matches(NAME) && !words[3].isBlank(), line);
        require(!types.containsKey(words[2]), "twice: " + line);
        helped = words[2];
      } else if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ", -1);
        require(words.length == 4 && words[2].equals(helped), "a type without its help: " + line);
        require(words[3].equals("gauge") || words[3].equals("counter"), line);
        require(family.compareTo(words[2]) < 0, "not sorted: " + line);
        family = words[2];
        types.put(family, words[3]);
      } else {
        sample(line, family, types.getOrDefault(family, ""), samples);
      }
    }
    return new OpenMetricsText(types, samples);
  }

  private static void sample(String line, String family, String type, Map<String, String> samples) {
    Matcher parts = SAMPLE.matcher(line);
    require(parts.matches(), line);
    String suffix = type.equals("counter") ? "_total" : "";
    require(!type.isEmpty() && parts.group(1).equals(family + suffix), "of no family: " + line);
    require(NUMBER.matcher(parts.group(3)).matches(), "no number: " + line);
    require(suffix.isEmpty() || !parts.group(3).startsWith("-"), "a counter below 0: " + line);
    String labels = parts.group(2) == null ? "{}" : parts.group(2);
    Matcher each = LABEL.matcher(labels.substring(1, labels.length() - 1));
    int at = 0;
    String before = "";
    while (at < labels.length() - 2) {
      require(each.find(at) && each.start() == at, "no label: " + line);
      require(before.compareTo(each.group(1)) < 0, "labels not sorted, or twice: " + line);
      before = each.group(1);
      at = each.end();
    }
    String name = parts.group(1) + labels;
    require(samples.put(name, parts.group(3)) == null, "a sample twice: " + line);
  }

  private static void require(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  /** The value of a sample; an error where there is none. */
  public String value(String name) {
    require(samples.containsKey(name), "no sample " + name + " among " + samples.keySet());
    return samples.get(name);
  }
}
