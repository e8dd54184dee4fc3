package io.portmapctl.view;

import static io.portmapctl.text.Printable.quoted;

import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Found;
import io.portmapctl.fault.JsonError;
import io.portmapctl.text.Printable;

/** What is wrong with a document. */
final class DocumentFaultText implements DocumentFault.Visitor<String> {
  static final DocumentFaultText TEXT = new DocumentFaultText();

  private DocumentFaultText() {}

  /** A JSON value that stands where it may not. */
  static String found(Found found) {
    return switch (found.type()) {
      case STRING -> quoted(found.text());
      case NUMBER, INTEGER, BOOLEAN, NULL -> found.text();
      case ARRAY, OBJECT -> type(found.type());
    };
  }

  /** A type of JSON as one of its values is asked for. */
  static String type(Found.Type type) {
    return switch (type) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case INTEGER -> "a whole number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
    };
  }

  /** Why a text is not JSON: where, and what is wrong there. */
  static String json(JsonError error) {
    String where =
        error.line() == 0 ? "" : "line " + error.line() + ", column " + error.column() + ": ";
    return "not JSON: "
        + where
        + switch (error.why()) {
          case TRUNCATED -> "it ends too early";
          case TOO_DEEP -> "nested deeper than " + JsonError.DEEPEST + " levels";
          case LONG_NUMBER -> "a number longer than " + JsonError.LONGEST_NUMBER + " characters";
          case TOO_MANY -> "more than " + JsonError.MOST_VALUES + " values";
          case NOT_UNICODE -> "not of a Unicode encoding";
          case SYNTAX -> syntax(error.parser());
        };
  }

  /** What the parser says, without what it adds for programmers. */
  private static String syntax(String parser) {
    String message = Printable.escaped(parser.replace("\n", " "));
    int cut = Math.max(message.indexOf(" (for "), message.indexOf(" (not recognized"));
    return cut > 0 ? message.substring(0, cut) : message;
  }

  @Override
  public String missing(DocumentFault.Missing fault) {
    return "missing: "
        + switch (fault.piece()) {
          case CONFIGURATION -> "a cache record holds its configuration in base64";
          case NETWORK_NAME -> "the network name" + (fault.byOption() ? " (or give --net)" : "");
          case CONTAINER_ID ->
              "the container ID" + (fault.byOption() ? " (or give --container-id)" : "");
          case PORT -> "expected a whole number from 1 to 65535";
          case ADDRESS -> "expected ADDRESS/PREFIX";
          case RESULT ->
              "portmap learns the container's address from the plugin before it"
                  + (fault.byOption() ? " (or give --ip ADDRESS/PREFIX)" : "");
          case ATTACHMENTS -> "the attachments of this network; without them all would be nobody's";
        };
  }

  @Override
  public String tooLong(DocumentFault.TooLong fault) {
    return switch (fault.what()) {
      case COMMENT ->
          "a comment of "
              + fault.bytes()
              + " bytes, expected "
              + fault.most()
              + " at most: the kernel would cut it";
      case RULE ->
          "with these conditions the rule is "
              + fault.bytes()
              + " bytes long, expected "
              + fault.most()
              + " at most: iptables-restore would make lines of their own of the rest";
    };
  }

  @Override
  public String tooMany(DocumentFault.TooMany fault) {
    return switch (fault.what()) {
      case MAPPINGS ->
          fault.found() + " port mappings, expected " + fault.most() + " at most for one container";
      case ENTRIES ->
          "with these addresses the port mappings make "
              + fault.found()
              + " entries, expected "
              + fault.most()
              + " at most";
    };
  }

  @Override
  public String wrongType(DocumentFault.WrongType fault) {
    return "expected " + type(fault.expected()) + ", found " + found(fault.found());
  }

  @Override
  public String notInRange(DocumentFault.NotInRange fault) {
    return "expected a whole number from "
        + fault.from()
        + " to "
        + fault.to()
        + ", found "
        + found(fault.found());
  }

  @Override
  public String notAnAddress(DocumentFault.NotAnAddress fault) {
    return "expected "
        + (fault.withPrefix()
            ? "ADDRESS/PREFIX"
            : "an address literal, as 192.0.2.10 or 2001:db8::10")
        + ", found "
        + quoted(fault.found());
  }

  @Override
  public String notOfFamily(DocumentFault.NotOfFamily fault) {
    return "found "
        + quoted(fault.found())
        + ", expected an "
        + fault.family().title()
        + " address, ADDRESS or ADDRESS/PREFIX";
  }

  @Override
  public String badName(DocumentFault.BadName fault) {
    String found = quoted(fault.found());
    return switch (fault.named()) {
      case NETWORK -> "network name " + found + CNI_NAMES;
      case CONTAINER -> "container ID " + found + CNI_NAMES;
      case INTERFACE ->
          "interface name "
              + found
              + ": allowed are 1 to 15 bytes without '/', ':' and blanks, not \".\" or \"..\"";
      case CHAIN -> "found " + found + ", expected a chain name of 1 to 28 characters";
    };
  }

  private static final String CNI_NAMES =
      ": allowed are a letter or digit, then letters, digits, '_', '.' and '-'";

  @Override
  public String unknownValue(DocumentFault.UnknownValue fault) {
    String found = "found " + quoted(fault.found());
    String all = String.join(", ", fault.allowed());
    return switch (fault.domain()) {
      case PROTOCOL -> "expected \"tcp\", \"udp\" or \"sctp\", " + found;
      case CNI_VERSION, LAYOUT -> found + ", expected one of " + all;
      case BACKEND -> found + ", expected " + quoted(all);
      case CONDITION_PROTOCOL -> found + ", expected a protocol: a number to 255 or one of " + all;
    };
  }

  @Override
  public String badCondition(DocumentFault.BadCondition fault) {
    String word = fault.word();
    return switch (fault.misuse()) {
      case LINE_BREAK -> "found " + quoted(word) + ": NUL and line breaks are not allowed";
      case NEGATES_NOTHING -> quoted(word) + " must stand before the option that it negates";
      case OWN_OPTION ->
          quoted(word)
              + " is, or abbreviates, an option of iptables itself; allowed are matches only";
      case NO_MATCH -> quoted(word) + " is an option of a match: name it first, with -m NAME";
      case OTHER_OPTION ->
          quoted(word)
              + " is not allowed; allowed are \"!\", -s, -d, -i, -o, -p and -m NAME with that"
              + " match's own long options, each word by itself";
      case NO_OPTION -> "found " + quoted(word) + " where an option was expected";
      case NO_VALUE -> word + (word.equals("-m") ? " needs the name of a match" : " needs a value");
      case TWICE -> word + " is given twice; iptables takes one";
      case NEGATES_SEVERAL -> quoted(word) + " is not allowed with several addresses";
    };
  }

  @Override
  public String otherGeneration(DocumentFault.OtherGeneration fault) {
    return "found "
        + quoted(fault.found())
        + ", of another generation than the configuration's "
        + quoted(fault.configuration());
  }

  @Override
  public String notTogether(DocumentFault.NotTogether fault) {
    return "not together with " + fault.other();
  }

  @Override
  public String duplicate(DocumentFault.Duplicate fault) {
    return "network "
        + quoted(fault.network())
        + ", container "
        + quoted(fault.containerId())
        + " stands in "
        + fault.other()
        + " too, with other contents";
  }

  @Override
  public String notJson(DocumentFault.NotJson fault) {
    return json(fault.error());
  }

  @Override
  public String notOneDocument(DocumentFault.NotOneDocument fault) {
    return "expected one JSON document, found " + fault.found();
  }

  @Override
  public String anotherPlugin(DocumentFault.AnotherPlugin fault) {
    return "a configuration of plugin "
        + quoted(fault.found())
        + ", not of "
        + quoted(fault.ours());
  }

  @Override
  public String metaPlugin(DocumentFault.MetaPlugin fault) {
    return "a configuration of plugin "
        + quoted(fault.found())
        + ", which calls others; "
        + (fault.place().isEmpty()
            ? "none of those in it has "
                + quoted(fault.ours())
                + "; the records of those that it calls are below /var/lib/cni/multus"
            : fault.place()
                + " has "
                + quoted(fault.ours())
                + ": give that as a document of its own, or the records of those that it calls,"
                + " which are below /var/lib/cni/multus");
  }

  @Override
  public String noPlugin(DocumentFault.NoPlugin fault) {
    return "a configuration list without a plugin of type " + quoted(fault.ours());
  }

  @Override
  public String notAnObject(DocumentFault.NotAnObject fault) {
    return "expected a JSON object, found " + found(fault.found());
  }

  @Override
  public String plain(DocumentFault.Plain fault) {
    return switch (fault) {
      case NOT_BASE64 -> "not base64";
      case EMPTY -> "empty: expected a JSON document";
      case EMPTY_FOLDER ->
          "no usable file in this folder; expected network configurations, attachments or libcni"
              + " cache records";
      case NO_CONFIGURATION ->
          "not a network configuration: it has none of \"type\", \"plugins\", and \"config\" with"
              + " \"containerID\"";
      case BARE_RESULT ->
          "a CNI result alone, as older libcni kept it: it does not tell the container's mappings,"
              + " which were not looked at";
      case NO_MAPPINGS -> "an attachment without port mappings";
      case NOT_REGULAR -> "not a regular file";
      case NOT_FOUND -> "no such file or folder";
      case FORBIDDEN -> "cannot be read: permission denied";
    };
  }

  @Override
  public String unreadable(DocumentFault.Unreadable fault) {
    return "cannot be read: " + Printable.escaped(fault.system());
  }

  @Override
  public String otherLayout(DocumentFault.OtherLayout fault) {
    return "a field of layout " + fault.needed() + ", not of " + fault.used();
  }

  @Override
  public String conditionOfLayout(DocumentFault.ConditionOfLayout fault) {
    return fault.option()
        + " is not allowed in layout "
        + fault.layout()
        + ": its entries have one";
  }

  @Override
  public String unfitChain(DocumentFault.UnfitChain fault) {
    String chain = quoted(fault.chain());
    return switch (fault.why()) {
      case ABSENT ->
          "the "
              + fault.family().title()
              + " nat table has no chain "
              + chain
              + "; the kernel would refuse rules that jump to it";
      case BUILT_IN ->
          "found " + chain + ", a built-in chain; the kernel refuses rules that jump to it";
      case LOOP ->
          "found "
              + chain
              + ", which leads back to the container's chain; the kernel refuses loops";
    };
  }
}
