package io.portmapctl.view;

import io.portmapctl.fault.JsonError;
import io.portmapctl.fault.SnapshotFault;
import io.portmapctl.text.Printable;

/** What is wrong with a file that should hold a snapshot. */
final class SnapshotFaultText implements SnapshotFault.Visitor<String> {
  static final SnapshotFaultText TEXT = new SnapshotFaultText();
  private static final String EXPECTED = "; expected what portmapctl snapshot prints";

  private SnapshotFaultText() {}

  @Override
  public String notJson(SnapshotFault.NotJson fault) {
    JsonError error = fault.error();
    return switch (error.why()) {
      case NOT_UNICODE -> "not of a Unicode encoding";
      case SYNTAX -> at(error) + syntax(error.parser());
      default -> DocumentFaultText.json(error);
    };
  }

  private static String at(JsonError error) {
    return "not JSON: line " + error.line() + ", column " + error.column() + ": ";
  }

  /** The parser's message in one line, without what it adds for programmers. */
  private static String syntax(String parser) {
    String line = Printable.escaped(parser.lines().findFirst().orElse(""));
    int cut = line.indexOf(": expected a valid value");
    return cut < 0 ? line : line.substring(0, cut);
  }

  @Override
  public String empty(SnapshotFault.Empty fault) {
    return "empty" + EXPECTED;
  }

  @Override
  public String missingField(SnapshotFault.MissingField fault) {
    String missing = "field \"" + fault.field() + "\" is missing";
    return fault.place().isEmpty() ? missing + EXPECTED : fault.place() + ": " + missing;
  }

  @Override
  public String unexpected(SnapshotFault.Unexpected fault) {
    String found = DocumentFaultText.found(fault.found());
    String all = String.join(", ", fault.allowed());
    return (fault.place().isEmpty() ? "the document" : fault.place())
        + ": found "
        + switch (fault.expected()) {
          case OBJECT -> found + ", expected an object";
          case ARRAY -> found + ", expected an array";
          case TEXT -> found + ", expected a text";
          case INTEGER -> found + ", expected a whole number";
          case INTEGER_OF_32_BITS -> found + ", expected a whole number of 32 bits";
          case BOOLEAN -> found + ", expected true or false";
          case PATH -> found + ", expected a path";
          case ADDRESS -> found + ", expected an address";
          case WORD -> found + ", expected \"" + all + "\"";
          case ONE_OF -> found + ", expected one of " + all;
          case VERSION ->
              found
                  + ", expected "
                  + all
                  + " (a snapshot of another version is not understood here)";
          case OCTETS ->
              "the character "
                  + found
                  + ", expected characters up to U+00FF, each of which stands for a byte";
          case END -> "more text, expected the end of the document";
        };
  }
}
