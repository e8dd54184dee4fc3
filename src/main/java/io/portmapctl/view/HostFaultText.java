package io.portmapctl.view;

import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import java.util.stream.Collectors;

/** Why the host did not give what was asked of it, and what helps where something does. */
final class HostFaultText implements HostFault.Visitor<String> {
  /** An exit status beyond it is that of a signal. */
  private static final int KILLED = 128;

  static final HostFaultText TEXT = new HostFaultText();

  private HostFaultText() {}

  private static String of(HostFault fault) {
    return fault.visit(TEXT);
  }

  @Override
  public String notInstalled(HostFault.NotInstalled fault) {
    String holder =
        switch (fault.program()) {
          case "unshare", "flock" -> "package util-linux";
          case "nft" -> "package nftables";
          case "conntrack" -> "package conntrack";
          case "dot" -> "package graphviz; -o dot needs it not";
          default -> "Debian: package iptables";
        };
    return fault.program() + " is not installed (" + holder + ")";
  }

  @Override
  public String program(HostFault.Program fault) {
    return switch (fault.ending()) {
      case NOT_RUN -> fault.program() + " could not be run: " + fault.said();
      case FAILED_BY_NAME -> Terminal.decoded(fault.said());
      case FAILED -> ended(fault, " failed with exit status " + fault.exit());
      case REFUSED -> ended(fault, " refused the change (exit status " + fault.exit() + ")");
      case NO_TABLE ->
          fault.program()
              + " -t nat printed no nat table"
              + (fault.said().isEmpty() ? "" : " (" + Terminal.decoded(fault.said()) + ")");
    };
  }

  /** A program that was killed said nothing of it. */
  private static String ended(HostFault.Program fault, String how) {
    if (fault.said().isEmpty() && fault.exit() > KILLED) {
      return fault.program() + " was killed by signal " + (fault.exit() - KILLED);
    }
    return fault.program()
        + how
        + (fault.said().isEmpty() ? "" : ": " + Terminal.decoded(fault.said()));
  }

  @Override
  public String badRuleset(HostFault.BadRuleset fault) {
    return fault.program() + " -t nat: " + fault.why().visit(RulesetFaultText.TEXT);
  }

  @Override
  public String forbidden(HostFault.Forbidden fault) {
    return "the live " + fault.family().title() + " ruleset cannot be read: permission denied";
  }

  @Override
  public String forbiddenFile(HostFault.ForbiddenFile fault) {
    return fault.file() + " cannot be read: permission denied";
  }

  @Override
  public String noAccess(HostFault.NoAccess fault) {
    return switch (fault.thing()) {
          case ROUTES -> "the routes cannot be read: ";
          case LOCAL_ROUTES -> "the local routes cannot be read: ";
          case ADDRESSES -> "this host's addresses cannot be read: ";
          case FILE -> fault.name() + " cannot be read: ";
          case WRITTEN_FILE -> fault.name() + " cannot be written: ";
        }
        + fault.system();
  }

  @Override
  public String unwritten(HostFault.Unwritten fault) {
    return switch (fault.file()) {
          case UNDO -> "--undo: ";
          case LOCK -> "--lock-file: ";
          case KEPT -> "the kept document ";
          case GUARD -> "--confirm: ";
        }
        + fault.name()
        + " "
        + fault.why().visit(FileFaultText.TEXT);
  }

  @Override
  public String keptByAnother(HostFault.KeptByAnother fault) {
    return fault.file()
        + " is the kept document of container "
        + fault.containerId()
        + " on network "
        + fault.network()
        + ": two attachments cannot have one file; name another folder (--keep-in)";
  }

  @Override
  public String notRead(HostFault.NotRead fault) {
    return of(fault.why())
        + "; run it with sudo, or plan on --ruleset empty or on a saved file (--ruleset FILE)";
  }

  @Override
  public String plain(HostFault.Plain fault) {
    return switch (fault) {
      case BOTH_VARIANTS ->
          "both iptables variants hold CNI chains; name one with --iptables nft or --iptables"
              + " legacy";
      case CHANGE_FORBIDDEN ->
          "the live ruleset cannot be changed: permission denied; run it with sudo";
      case LOCKED -> "another program holds the lock of iptables; --wait SECONDS waits longer";
      case GUARD_FAILED ->
          "not confirmed, and not all of it could be taken back; portmapctl confirm says why";
    };
  }

  @Override
  public String noFamily(HostFault.NoFamily fault) {
    Family other = fault.family() == Family.IPV6 ? Family.IPV4 : Family.IPV6;
    return "this kernel has no "
        + fault.family().title()
        + " (disabled?)"
        + (fault.needed()
            ? ", and the plan needs it; --family " + other.id() + " leaves it out"
            : "");
  }

  @Override
  public String overtaken(HostFault.Overtaken fault) {
    String never =
        "somebody else changes the rules all the time: after "
            + fault.attempts()
            + " attempts they are not as planned";
    return never + (fault.made() ? "; what was made is taken back" : "");
  }

  @Override
  public String notTakenBack(HostFault.NotTakenBack fault) {
    return "the "
        + fault.family().title()
        + " rules were changed and could not be taken back: "
        + of(fault.why());
  }

  @Override
  public String notKnown(HostFault.NotKnown fault) {
    return "whether the "
        + fault.family().title()
        + " rules were changed is not known: "
        + of(fault.why());
  }

  @Override
  public String stillUsed(HostFault.StillUsed fault) {
    boolean one = fault.chains().size() == 1;
    return "others use the "
        + fault.family().title()
        + (one ? " chain " : " chains ")
        + String.join(", ", fault.chains())
        + " by now: "
        + (one ? "it stays" : "they stay");
  }

  @Override
  public String settingStays(HostFault.SettingStays fault) {
    String name = "route_localnet of " + fault.networkInterface();
    return fault
        .why()
        .map(why -> name + " was set and could not be given back: " + of(why))
        .orElse("another container needs " + name + " by now: it stays");
  }

  @Override
  public String standing(HostFault.Standing fault) {
    return of(fault.why())
        + fault.stands().stream().map(f -> "; " + of(f)).collect(Collectors.joining());
  }

  @Override
  public String staleFlows(HostFault.StaleFlows fault) {
    return "stale UDP connection-tracking entries may keep flows at their old destination: "
        + of(fault.why());
  }

  @Override
  public String notTried(HostFault.NotTried fault) {
    return "the " + fault.family().title() + " plan cannot be tried: " + of(fault.why());
  }

  @Override
  public String rehearsal(HostFault.Rehearsal fault) {
    return switch (fault.step()) {
      case NAMESPACE -> "no network namespace can be made: " + Terminal.decoded(fault.said());
      case TOO_MUCH -> "it is more than an ordinary user may send at once; root may";
      case MODULE -> "a match's module or set is missing there: " + Terminal.decoded(fault.said());
      case LOAD -> "the current rules cannot be loaded: " + Terminal.decoded(fault.said());
      case READ_BACK -> "the rules cannot be read back: " + Terminal.decoded(fault.said());
      case OTHER -> "exit status " + fault.exit() + ": " + Terminal.decoded(fault.said());
    };
  }

  @Override
  public String badReadBack(HostFault.BadReadBack fault) {
    return "what was read back is not of the format: " + fault.why().visit(RulesetFaultText.TEXT);
  }

  @Override
  public String notTaken(HostFault.NotTaken fault) {
    return "the kernel does not take the "
        + fault.family().title()
        + " plan: "
        + Terminal.decoded(fault.said());
  }

  @Override
  public String mispredicted(HostFault.Mispredicted fault) {
    return "what the kernel gives back of the "
        + fault.family().title()
        + " plan is not what was predicted: "
        + fault.differences().stream()
            .map(HostFaultText::difference)
            .collect(Collectors.joining("; "));
  }

  private static String difference(HostFault.Difference difference) {
    return "chain "
        + Terminal.decoded(difference.chain())
        + (difference.rule() == 0
            ? ""
            : ", rule "
                + difference.rule()
                + ": expected "
                + (difference.expected().isEmpty() ? "none" : difference.expected())
                + ", found "
                + (difference.found().isEmpty() ? "none" : difference.found()));
  }

  @Override
  public String notApplied(HostFault.NotApplied fault) {
    String chain = "chain " + Terminal.decoded(fault.chain());
    return switch (fault.refusal()) {
      case EXISTS -> chain + " exists";
      case NO_CHAIN -> "no " + chain;
      case IN_USE -> chain + " is in use";
      case NO_RULE -> "no such rule in " + chain;
      case POSITION -> "position too big in " + chain;
    };
  }

  @Override
  public String unshown(HostFault.Unshown fault) {
    return "the live "
        + fault.family().title()
        + " ruleset was read by "
        + RulesetFaultText.CANNOT_SHOW
        + RulesetFaultText.byItsWords(fault.chain())
        + "use the iptables that made the rules";
  }

  @Override
  public String notLocked(HostFault.NotLocked fault) {
    return fault.file()
        + " cannot be locked: "
        + switch (fault.why()) {
          case HELD ->
              "another portmapctl holds it; --wait SECONDS waits longer than " + fault.waited();
          case FORBIDDEN -> "permission denied; run it with sudo, or give another --lock-file";
          case NO_FOLDER -> "no such folder";
          case INTERRUPTED -> "interrupted";
          case SYSTEM -> fault.system();
        };
  }
}
