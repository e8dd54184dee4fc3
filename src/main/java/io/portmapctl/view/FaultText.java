package io.portmapctl.view;

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
import io.portmapctl.text.Printable;
import java.util.List;

/** What is wrong, in a sentence: what was found and what is allowed. */
public final class FaultText implements Fault.Visitor<String> {
  private static final FaultText TEXT = new FaultText();

  /** Nobody reads more errors of one call than these. */
  private static final int MOST = 100;

  private FaultText() {}

  /** Those that are told. */
  public static List<InputError> first(List<InputError> errors) {
    return errors.size() <= MOST ? errors : errors.subList(0, MOST);
  }

  /** That there are more than were told. */
  public static String more(int errors) {
    return errors + (errors == 1 ? " more error" : " more errors");
  }

  /** The sentence. */
  public static String of(Fault fault) {
    return fault.accept(TEXT);
  }

  /** {@code SOURCE: PATH: SENTENCE}. */
  public static String of(InputError error) {
    return error.source()
        + ": "
        + (error.path().isEmpty() ? "" : error.path() + ": ")
        + of(error.fault());
  }

  @Override
  public String document(DocumentFault fault) {
    return fault.visit(DocumentFaultText.TEXT);
  }

  @Override
  public String file(FileFault fault) {
    return fault.visit(FileFaultText.TEXT);
  }

  @Override
  public String snapshot(SnapshotFault fault) {
    return fault.visit(SnapshotFaultText.TEXT);
  }

  @Override
  public String savedPlan(SavedPlanFault fault) {
    return fault.visit(SavedPlanFaultText.TEXT);
  }

  @Override
  public String ruleset(RulesetFault fault) {
    return Printable.escaped(fault.visit(RulesetFaultText.TEXT));
  }

  @Override
  public String host(HostFault fault) {
    return fault.visit(HostFaultText.TEXT);
  }

  @Override
  public String plugin(PluginFault fault) {
    return fault.visit(PluginFaultText.TEXT);
  }

  @Override
  public String usage(UsageFault fault) {
    return fault.visit(UsageFaultText.TEXT);
  }
}
