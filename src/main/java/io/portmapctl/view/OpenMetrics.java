package io.portmapctl.view;

import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Samples in the text format of OpenMetrics 1.0, which a textfile collector of Prometheus reads
 * too: that is why what is an info there is a gauge that is 1. Families, samples and labels are
 * sorted, so that equal states give equal texts.
 */
final class OpenMetrics {

  /** What a family's samples are. */
  enum Type {
    GAUGE("gauge", ""),
    COUNTER("counter", "_total");

    private final String word;
    private final String suffix;

    Type(String word, String suffix) {
      this.word = word;
      this.suffix = suffix;
    }
  }

  private final Map<String, Family> families = new TreeMap<>();

  /** A family of samples that have one name. */
  static final class Family {
    private final String name;
    private final Type type;
    private final String help;
    private final Map<String, Long> samples = new TreeMap<>();

    private Family(String name, Type type, String help) {
      this.name = name;
      this.type = type;
      this.help = help;
    }

    /** Adds to the sample of these labels: name and value, name and value. */
    void add(long value, String... labels) {
      samples.merge(key(labels), value, Long::sum);
    }

    /** Says it of the sample of these labels, however often. */
    void set(long value, String... labels) {
      samples.put(key(labels), value);
    }

    private void print(StringBuilder out) {
      if (samples.isEmpty()) {
        return;
      }
      out.append("# HELP ").append(name).append(' ').append(help).append('\n');
      out.append("# TYPE ").append(name).append(' ').append(type.word).append('\n');
      samples.forEach(
          (labels, value) ->
              out.append(name)
                  .append(type.suffix)
                  .append(labels)
                  .append(' ')
                  .append(value)
                  .append('\n'));
    }
  }

  /** A family; one without samples is not printed. */
  Family family(String name, Type type, String help) {
    return families.computeIfAbsent("portmapctl_" + name, full -> new Family(full, type, help));
  }

  /** The whole text, as octets. */
  String text() {
    StringBuilder out = new StringBuilder();
    families.values().forEach(family -> family.print(out));
    return Octets.utf8(out.append("# EOF\n").toString()).latin1();
  }

  private static String key(String... labels) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < labels.length; i += 2) {
      pairs.add(labels[i] + "=\"" + escaped(labels[i + 1]) + "\"");
    }
    Collections.sort(pairs);
    return pairs.isEmpty() ? "" : "{" + String.join(",", pairs) + "}";
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
