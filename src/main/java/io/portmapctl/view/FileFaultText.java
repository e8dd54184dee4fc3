package io.portmapctl.view;

import io.portmapctl.fault.FileFault;
import io.portmapctl.text.Printable;

/** What is wrong with a file that an option names. */
final class FileFaultText implements FileFault.Visitor<String> {
  static final FileFaultText TEXT = new FileFaultText();
  private static final String ADDRESSES = "; expected what ip -j addr prints";

  private FileFaultText() {}

  private static String expected(FileFault.Content content) {
    return switch (content) {
      case RULESET -> "; expected \"live\", \"empty\" or a saved ruleset";
      case ADDRESSES -> ADDRESSES;
      case ROUTES -> "; expected what ip -j route show table all prints";
      case SNAPSHOT -> "; expected what portmapctl snapshot prints";
      case PLAN -> "; expected a plan that -o plan has saved";
    };
  }

  @Override
  public String absent(FileFault.Absent fault) {
    return "no such file" + expected(fault.expected());
  }

  @Override
  public String folder(FileFault.Folder fault) {
    return switch (fault.expected()) {
      case ADDRESSES -> "a folder; expected a file with what ip -j addr prints";
      case ROUTES -> "a folder; expected a file with what ip -j route show table all prints";
      default -> "a folder" + expected(fault.expected());
    };
  }

  @Override
  public String unwritable(FileFault.Unwritable fault) {
    return "cannot be written: "
        + switch (fault.why()) {
          case NO_FOLDER -> "no such folder";
          case FORBIDDEN -> "permission denied";
          case FOLDER -> "it is a folder";
          case NOT_REGULAR -> "it is there and no regular file";
          case LINK ->
              Printable.escaped(fault.system())
                  + " is a symbolic link that somebody else may have put there; name the file that"
                  + " it leads to";
          case TERMINAL -> "it is a terminal; without > the results stand there, made safe for it";
          case SYSTEM -> fault.system();
        };
  }

  @Override
  public String notJson(FileFault.NotJson fault) {
    String why =
        fault.error().parser().isEmpty() ? "not of a Unicode encoding" : fault.error().parser();
    return Printable.escaped("not JSON: " + why + expected(fault.expected()));
  }

  @Override
  public String notAnArray(FileFault.NotAnArray fault) {
    return "not one array" + expected(fault.expected());
  }

  @Override
  public String noName(FileFault.NoName fault) {
    return "[" + fault.link() + "]: no ifname" + ADDRESSES;
  }

  @Override
  public String noAddress(FileFault.NoAddress fault) {
    return "["
        + fault.link()
        + "].addr_info["
        + fault.info()
        + "]: local "
        + Printable.quoted(fault.local())
        + " with prefixlen "
        + Printable.quoted(fault.prefix())
        + " is no address with a prefix"
        + ADDRESSES;
  }

  @Override
  public String notAnObject(FileFault.NotAnObject fault) {
    return Printable.escaped(fault.place()) + ": no object" + expected(fault.expected());
  }

  @Override
  public String wrongField(FileFault.WrongField fault) {
    String what =
        switch (fault.wanted()) {
          case ADDRESS -> "an address";
          case NETWORK -> "a network";
          case NUMBER -> "a number";
          case INTERFACE -> "an interface";
        };
    String field = Printable.escaped(fault.place() + ": " + fault.field());
    return (fault.found().isEmpty()
            ? field + " is missing, which is " + what
            : field + " is " + Printable.quoted(fault.found()) + " and not " + what)
        + expected(fault.expected());
  }
}
