package io.portmapctl.plugin;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.Fault;
import io.portmapctl.fault.FileFault;
import io.portmapctl.fault.HostFault;
import io.portmapctl.fault.PluginFault;
import io.portmapctl.fault.RulesetFault;
import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.fault.SnapshotFault;
import io.portmapctl.fault.UsageFault;
import java.util.List;

/** The code of everything that can be wrong. */
final class ErrorCodes
    implements Fault.Visitor<ErrorCode>,
        HostFault.Visitor<ErrorCode>,
        PluginFault.Visitor<ErrorCode> {
  private static final ErrorCodes CODES = new ErrorCodes();

  private ErrorCodes() {}

  /** The code of several errors: of what is found out first, when an input is read. */
  static ErrorCode of(List<InputError> errors) {
    List<ErrorCode> codes = errors.stream().map(e -> e.fault().accept(CODES)).toList();
    for (ErrorCode first : List.of(ErrorCode.VERSION, ErrorCode.DECODING, ErrorCode.UNSUPPORTED)) {
      if (codes.contains(first)) {
        return first;
      }
    }
    return codes.get(0);
  }

  @Override
  public ErrorCode document(DocumentFault fault) {
    if (fault instanceof DocumentFault.UnknownValue unknown) {
      return switch (unknown.domain()) {
        case CNI_VERSION -> ErrorCode.VERSION;
        case BACKEND, LAYOUT -> ErrorCode.UNSUPPORTED;
        case PROTOCOL, CONDITION_PROTOCOL -> ErrorCode.CONFIGURATION;
      };
    }
    if (fault instanceof DocumentFault.Unreadable) {
      return ErrorCode.IO;
    }
    boolean undecoded =
        fault instanceof DocumentFault.NotJson
            || fault instanceof DocumentFault.NotOneDocument
            || fault instanceof DocumentFault.NotAnObject
            || fault instanceof DocumentFault.WrongType
            || fault == DocumentFault.Plain.EMPTY;
    return undecoded ? ErrorCode.DECODING : ErrorCode.CONFIGURATION;
  }

  @Override
  public ErrorCode file(FileFault fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode snapshot(SnapshotFault fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode savedPlan(SavedPlanFault fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode ruleset(RulesetFault fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode host(HostFault fault) {
    return fault.visit(this);
  }

  @Override
  public ErrorCode usage(UsageFault fault) {
    return ErrorCode.CONFIGURATION;
  }

  @Override
  public ErrorCode plugin(PluginFault fault) {
    return fault.visit(this);
  }

  @Override
  public ErrorCode notSet(PluginFault.NotSet fault) {
    return ErrorCode.ENVIRONMENT;
  }

  @Override
  public ErrorCode unknownCommand(PluginFault.UnknownCommand fault) {
    return ErrorCode.ENVIRONMENT;
  }

  @Override
  public ErrorCode notInVersion(PluginFault.NotInVersion fault) {
    return ErrorCode.VERSION;
  }

  @Override
  public ErrorCode notAsWanted(PluginFault.NotAsWanted fault) {
    return ErrorCode.NOT_AS_WANTED;
  }

  @Override
  public ErrorCode notInstalled(HostFault.NotInstalled fault) {
    return ErrorCode.UNAVAILABLE;
  }

  @Override
  public ErrorCode program(HostFault.Program fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode badRuleset(HostFault.BadRuleset fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode forbidden(HostFault.Forbidden fault) {
    return ErrorCode.UNAVAILABLE;
  }

  @Override
  public ErrorCode forbiddenFile(HostFault.ForbiddenFile fault) {
    return ErrorCode.UNAVAILABLE;
  }

  @Override
  public ErrorCode noAccess(HostFault.NoAccess fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode unwritten(HostFault.Unwritten fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode keptByAnother(HostFault.KeptByAnother fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode notRead(HostFault.NotRead fault) {
    return fault.why().visit(this);
  }

  @Override
  public ErrorCode noFamily(HostFault.NoFamily fault) {
    return ErrorCode.UNAVAILABLE;
  }

  @Override
  public ErrorCode overtaken(HostFault.Overtaken fault) {
    return ErrorCode.TRY_AGAIN;
  }

  @Override
  public ErrorCode notTakenBack(HostFault.NotTakenBack fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode notKnown(HostFault.NotKnown fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode stillUsed(HostFault.StillUsed fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode settingStays(HostFault.SettingStays fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode standing(HostFault.Standing fault) {
    return fault.isNotTakenBack() ? ErrorCode.REFUSED : fault.why().visit(this);
  }

  @Override
  public ErrorCode staleFlows(HostFault.StaleFlows fault) {
    return ErrorCode.IO;
  }

  @Override
  public ErrorCode notTried(HostFault.NotTried fault) {
    return fault.why().visit(this);
  }

  @Override
  public ErrorCode rehearsal(HostFault.Rehearsal fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode badReadBack(HostFault.BadReadBack fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode notTaken(HostFault.NotTaken fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode mispredicted(HostFault.Mispredicted fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode notApplied(HostFault.NotApplied fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode unshown(HostFault.Unshown fault) {
    return ErrorCode.REFUSED;
  }

  @Override
  public ErrorCode notLocked(HostFault.NotLocked fault) {
    return fault.why() == HostFault.Lock.HELD ? ErrorCode.TRY_AGAIN : ErrorCode.IO;
  }

  @Override
  public ErrorCode plain(HostFault.Plain fault) {
    return switch (fault) {
      case LOCKED -> ErrorCode.TRY_AGAIN;
      case GUARD_FAILED -> ErrorCode.IO;
      case CHANGE_FORBIDDEN, BOTH_VARIANTS -> ErrorCode.UNAVAILABLE;
    };
  }
}
