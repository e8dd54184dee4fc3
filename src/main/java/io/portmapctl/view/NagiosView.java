package io.portmapctl.view;

import io.portmapctl.app.CheckReport;
import io.portmapctl.check.Advice;
import io.portmapctl.check.Audit;
import io.portmapctl.check.Finding;
import io.portmapctl.cni.InputError;
import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;

/**
 * What check found as a plugin of Nagios tells it: one line of at most 200 characters, what is
 * found and after a bar the performance data; and the plugin's exit code.
 *
 * @param line the line, as octets
 * @param code 0 all is there; 1 some packets of a mapping go elsewhere, or there is advice that is
 *     about all; 2 something is not there; 3 that could not be told
 */
public record NagiosView(String line, int code) {
  private static final int LONGEST = 200;
  private static final List<String> WORDS = List.of("OK", "WARNING", "CRITICAL", "UNKNOWN");

  /** What is told of first, where several are found. */
  private static final List<Finding.Status> GRAVEST_FIRST =
      List.of(
          Finding.Status.MISSING,
          Finding.Status.DRIFT,
          Finding.Status.SHADOWED,
          Finding.Status.PARTLY_SHADOWED,
          Finding.Status.OPEN);

  /**
   * Of a check.
   *
   * @param complete whether every document could be looked at
   */
  public static NagiosView of(CheckReport check, boolean complete) {
    Audit audit = check.audit();
    int code = 0;
    if (!audit.ok()) {
      code = 2;
    } else if (!complete || audit.count(Finding.Status.OPEN) > 0) {
      code = 3;
    } else if (audit.count(Finding.Status.PARTLY_SHADOWED) > 0 || isAdvised(check)) {
      code = 1;
    }
    return line(code, found(check, complete), data(audit));
  }

  private static boolean isAdvised(CheckReport check) {
    return check.advice().stream().anyMatch(Advice::isOfAll);
  }

  /** Of a check that could not be made. */
  public static NagiosView unknown(List<InputError> errors) {
    return unknown(FaultText.of(errors.get(0)));
  }

  /** The same in words. */
  public static NagiosView unknown(String why) {
    return line(3, List.of(why), "");
  }

  /** As many sentences as there is room for, none of them cut but one that is alone. */
  private static NagiosView line(int code, List<String> sentences, String data) {
    String start = "PORTMAPCTL " + WORDS.get(code) + " - ";
    List<String> told =
        sentences.stream().map(s -> Printable.escaped(s).replace('|', '/')).toList();
    int room = LONGEST - start.length() - data.length();
    int shown = told.size();
    while (shown > 1 && text(told, shown).length() > room) {
      shown--;
    }
    String text = text(told, shown);
    String rest = shown == told.size() ? "" : text.substring(told.get(0).length());
    String first = told.get(0);
    if (text.length() > room) {
      int length = Math.max(0, room - 3 - (shown == 1 ? rest.length() : 0));
      text = first.substring(0, Math.min(length, first.length())) + "..." + rest;
    }
    return new NagiosView(Octets.utf8(start + text + data + "\n").latin1(), code);
  }

  private static String text(List<String> told, int shown) {
    int more = told.size() - shown;
    return String.join("; ", told.subList(0, shown)) + (more == 0 ? "" : "; and " + more + " more");
  }

  private static List<String> found(CheckReport check, boolean complete) {
    List<String> parts = new ArrayList<>();
    List<Finding> findings = check.audit().findings();
    for (Finding.Status status : GRAVEST_FIRST) {
      List<Finding> same = findings.stream().filter(f -> f.status() == status).toList();
      if (!same.isEmpty()) {
        String first = Sentences.brief(same.get(0).attachment().identity());
        String others = same.size() == 1 ? "" : " and " + (same.size() - 1) + " more";
        parts.add(status.id().replace('-', ' ') + ": " + first + others);
      }
    }
    if (!complete) {
      parts.add("not every document could be read");
    }
    long living = findings.stream().filter(f -> f.status() != Finding.Status.DEAD).count();
    if (parts.isEmpty()) {
      parts.add(
          living == 0
              ? "nothing to check"
              : Summary.plural(living, "attachment") + (living == 1 ? " is" : " are") + " there");
    }
    check.advice().stream().filter(Advice::isOfAll).forEach(a -> parts.add(AdviceText.brief(a)));
    return parts;
  }

  private static String data(Audit audit) {
    StringBuilder data = new StringBuilder(" |");
    for (Finding.Status status : Finding.Status.values()) {
      String name = status == Finding.Status.PARTLY_SHADOWED ? "partly" : status.id();
      data.append(' ').append(name).append('=').append(audit.count(status));
    }
    return data.toString();
  }
}
