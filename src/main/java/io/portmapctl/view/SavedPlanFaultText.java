package io.portmapctl.view;

import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.text.Printable;

/** What is wrong with a saved plan, or why it is not carried out. */
final class SavedPlanFaultText implements SavedPlanFault.Visitor<String> {
  static final SavedPlanFaultText TEXT = new SavedPlanFaultText();
  private static final String EXPECTED = "; expected a plan that -o plan has saved";

  private SavedPlanFaultText() {}

  @Override
  public String notJson(SavedPlanFault.NotJson fault) {
    return DocumentFaultText.json(fault.error());
  }

  @Override
  public String empty(SavedPlanFault.Empty fault) {
    return "empty" + EXPECTED;
  }

  @Override
  public String missingField(SavedPlanFault.MissingField fault) {
    String missing = "field \"" + Printable.escaped(fault.field()) + "\" is missing";
    return fault.place().isEmpty() ? missing + EXPECTED : place(fault.place()) + missing;
  }

  @Override
  public String unexpected(SavedPlanFault.Unexpected fault) {
    String found = DocumentFaultText.found(fault.found());
    return place(fault.place())
        + switch (fault.expected()) {
          case OBJECT -> "found " + found + ", expected an object";
          case ARRAY -> "found " + found + ", expected an array";
          case TEXT -> "found " + found + ", expected a text";
          case ONE_OF ->
              "found " + found + ", expected one of " + String.join(", ", fault.allowed());
          case OCTETS ->
              "found the character "
                  + found
                  + ", expected characters up to U+00FF, each of which stands for a byte";
          case NO_FIELD -> "no field that a saved plan has";
          case END -> "found more text, expected the end of the document";
        };
  }

  @Override
  public String otherVersion(SavedPlanFault.OtherVersion fault) {
    return place("/version")
        + "found "
        + DocumentFaultText.found(fault.found())
        + ", expected 1 (a plan of another version is not understood here: plan again)";
  }

  @Override
  public String edited(SavedPlanFault.Edited fault) {
    return place(fault.place())
        + "it was changed after the plan was saved: its digest is another; plan again";
  }

  @Override
  public String notReproduced(SavedPlanFault.NotReproduced fault) {
    return place(fault.place())
        + "it is not what planning on what the file holds gives here; plan again";
  }

  @Override
  public String noRequest(SavedPlanFault.NoRequest fault) {
    return place(fault.place())
        + (fault.word().isEmpty()
            ? "the words of the request are not understood"
            : Printable.quoted(fault.word()) + " does not belong to a request");
  }

  @Override
  public String otherHost(SavedPlanFault.OtherHost fault) {
    if (fault.planned().isEmpty()) {
      return "it does not say for which host it was made: it can only be shown";
    }
    return "it was made for another host: "
        + switch (fault.by()) {
          case NAME ->
              "for "
                  + Printable.quoted(fault.planned())
                  + ", and this is "
                  + Printable.quoted(fault.here());
          case MACHINE -> "the machine's ID is not that of this machine";
          case NETWORK -> "for a network namespace that is not the one here";
        };
  }

  @Override
  public String outdated(SavedPlanFault.Outdated fault) {
    return "the plan no longer fits: it would be another one now; nothing was changed";
  }

  @Override
  public String differs(SavedPlanFault.Differs fault) {
    String line = Printable.escaped(fault.line().decoded());
    return (fault.now() ? "only in the plan of now: " : "only in the saved plan: ") + line;
  }

  private static String place(String place) {
    return (place.isEmpty() ? "the document" : Printable.escaped(place)) + ": ";
  }
}
