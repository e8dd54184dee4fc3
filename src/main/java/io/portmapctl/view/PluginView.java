package io.portmapctl.view;

import io.portmapctl.app.CheckReport;
import io.portmapctl.cni.InputError;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Fault;
import io.portmapctl.fault.HostFault;
import io.portmapctl.notice.Notice;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;

/** What the plugin tells a container runtime: JSON on standard output, lines on standard error. */
public final class PluginView {
  private PluginView() {}

  /**
   * An error, as octets.
   *
   * @param version the version of the protocol that is spoken
   * @param code the specification's code, or one of ours
   * @param message one line
   * @param details more lines, or an empty text
   */
  public static String error(String version, int code, String message, String details) {
    return JsonText.document(
        json -> {
          json.writeStringField("cniVersion", version);
          json.writeNumberField("code", code);
          json.writeStringField("msg", message);
          if (!details.isEmpty()) {
            json.writeStringField("details", details);
          }
        });
  }

  /**
   * The versions of the protocol that are understood, as octets.
   *
   * @param version the one that is spoken
   */
  public static String versions(String version, List<String> supported) {
    return JsonText.document(
        json -> {
          json.writeStringField("cniVersion", version);
          JsonText.texts(json, "supportedVersions", supported);
        });
  }

  /** What is wrong, in one line: for each error its place and the sentence. */
  public static String message(List<InputError> errors) {
    List<String> sentences = new ArrayList<>();
    for (InputError error : errors) {
      String place = error.path().isEmpty() ? "" : error.path() + ": ";
      sentences.add(oneLine(place + sentence(error.fault())));
    }
    return String.join("; ", sentences);
  }

  /** A sentence without what only a person at a command line can do. */
  private static String sentence(Fault fault) {
    if (fault instanceof HostFault.NotRead unread) {
      return sentence(unread.why());
    }
    if (fault instanceof HostFault.NoFamily lacking) {
      return FaultText.of(new HostFault.NoFamily(lacking.family(), false));
    }
    if (fault instanceof DocumentFault.Missing missing) {
      return FaultText.of(new DocumentFault.Missing(missing.piece(), false));
    }
    String text = FaultText.of(fault);
    if (fault instanceof HostFault.Unwritten) {
      return text.substring(text.indexOf(": ") + 2); // without the option that names the file
    }
    int hint = text.indexOf("; ");
    boolean advises = fault instanceof HostFault.Plain || fault instanceof HostFault.NotLocked;
    return advises && hint > 0 ? text.substring(0, hint) : text;
  }

  /** What a runtime's log should hold of something worth knowing. */
  public static String line(Notice notice) {
    return "portmapctl: " + oneLine(NoticeText.of(notice));
  }

  /** The sentence of something worth knowing, as an error's message. */
  public static String message(Notice notice) {
    return oneLine(NoticeText.of(notice));
  }

  /** What is not as it should be. */
  public static String details(CheckReport check) {
    return Terminal.decoded(CheckView.render(check, new Theme(false), false)).strip();
  }

  /** What a person is told who calls it, line by line. */
  public static List<String> introduction(List<String> versions) {
    return List.of(
        "portmapctl in the place of the CNI plugin portmap: a container runtime calls it with"
            + " CNI_COMMAND in the environment; see portmapctl-plugin(8)",
        "versions of CNI: " + String.join(", ", versions));
  }

  /** That the program itself has a defect. */
  public static String defect(Throwable defect) {
    return oneLine("internal error: " + defect + "; this is a defect of portmapctl");
  }

  private static String oneLine(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    return Printable.escaped(String.join(" ", lines));
  }
}
