package io.portmapctl.view;

import io.portmapctl.fault.RulesetFault;

/** What is wrong with a saved ruleset; what it quotes of it are octets. */
final class RulesetFaultText implements RulesetFault.Visitor<String> {
  static final RulesetFaultText TEXT = new RulesetFaultText();

  /** What cannot show a rule that a newer one made. */
  static final String CANNOT_SHOW =
      "an iptables that cannot show all of it (\"[unsupported revision]\")";

  private RulesetFaultText() {}

  /** What a plan would have to do with such a rule. */
  static String byItsWords(String chain) {
    return ", and the plan would have to delete or write such a rule of chain "
        + Terminal.decoded(chain)
        + " by its words; ";
  }

  @Override
  public String badLine(RulesetFault.BadLine fault) {
    String text = Terminal.decoded(fault.text());
    if (fault.wrong() == RulesetFault.Wrong.OUTSIDE && text.isEmpty()) {
      return "no table in it: expected what iptables-save writes (\"*nat\")";
    }
    return "line "
        + fault.line()
        + ": "
        + switch (fault.wrong()) {
          case OUTSIDE -> "expected a table (\"*nat\"), found: " + text;
          case UNKNOWN -> "not of the save format: " + text;
          case CHAIN -> "not a chain of the save format: " + text;
          case RULE -> "not a rule of the save format: " + text;
          case QUOTE -> "a quote is not closed: " + text;
          case SECOND_TABLE -> "a second " + text + " table";
          case SECOND_SAVE ->
              "a second " + text + " table, of another save: give each save by itself";
          case BOTH_VARIANTS ->
              "a second "
                  + text
                  + " table: these look like the saves of both variants of iptables, nft and"
                  + " legacy; give each by itself";
          case SECOND_CHAIN -> "chain " + text + " stands twice";
          case TOO_MANY -> "more than " + RulesetFault.MOST + " chains and rules: " + text;
          case NO_CHAIN -> "chain " + text + " is not declared";
          case INCOMPATIBLE ->
              "the "
                  + text
                  + " table holds rules that iptables cannot show (\"Table `"
                  + text
                  + "' is incompatible\"); they were written by nft itself";
        };
  }

  @Override
  public String otherForm(RulesetFault.OtherForm fault) {
    String save = fault.family().program() + "-save -t nat";
    String list = fault.family().program();
    return "line "
        + fault.line()
        + ": "
        + switch (fault.form()) {
          case EXCERPT ->
              "this looks like an excerpt (grep) of a save: lines such as *nat and COMMIT are"
                  + " missing";
          case LISTING -> "this is a listing (" + list + " -L), which does not show all of a rule";
          case OTHER_TABLE -> "these are rules of another table (" + list + " -S without -t nat)";
          case NFT -> "this is what nft list ruleset prints";
          case JSON -> "this is JSON; what portmapctl snapshot writes goes with --host";
          case COMPRESSED -> "this is compressed: gunzip it first";
        }
        + (fault.form() == RulesetFault.Form.COMPRESSED
            ? ""
            : "; what is needed is printed by " + save);
  }

  @Override
  public String noLine(RulesetFault.NoLine fault) {
    return "rule "
        + fault.index()
        + " of chain "
        + Terminal.decoded(fault.chain())
        + " fits into no line that iptables-restore reads back as it is (a line break in its"
        + " comment, or more than 10,239 bytes), so that -o save would load something else";
  }

  @Override
  public String tooInvolved(RulesetFault.TooInvolved fault) {
    return "too involved: its rules tell packets apart in more ways than are followed, so that it"
        + " cannot be said what becomes of them";
  }

  @Override
  public String noCommit(RulesetFault.NoCommit fault) {
    return "line "
        + fault.line()
        + ": table "
        + fault.table()
        + " of line "
        + fault.begun()
        + " has no COMMIT"
        + (fault.ends() ? ": cut off?" : "");
  }

  @Override
  public String otherFamily(RulesetFault.OtherFamily fault) {
    return "line "
        + fault.line()
        + ": "
        + switch (fault.sign()) {
          case COMMENT -> "a comment of " + fault.text() + "-save";
          case ADDRESS -> "address " + fault.text();
          case WORDS -> Terminal.decoded(fault.text());
        }
        + " in a ruleset of "
        + fault.taken().title()
        + ": is the file that of the other family?";
  }

  @Override
  public String unshown(RulesetFault.Unshown fault) {
    return (fault.line().isPresent() ? "line " + fault.line().getAsInt() + ": " : "")
        + "this file was written by "
        + CANNOT_SHOW
        + byItsWords(fault.chain())
        + "take the save with the iptables that made the rules";
  }
}
