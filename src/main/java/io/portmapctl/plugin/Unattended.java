package io.portmapctl.plugin;

import io.portmapctl.app.Apply;
import io.portmapctl.app.Failure;
import io.portmapctl.app.Notes;
import io.portmapctl.app.Report;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.InputError;
import io.portmapctl.host.HostNotice;
import io.portmapctl.net.Family;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Nobody is asked anything, and nobody watches. */
final class Unattended implements Apply.Attendant, Notes {
  static final Unattended NOBODY = new Unattended();

  private Unattended() {}

  /** Nothing is told of work that goes on. */
  private record Unwatched() implements Apply.Working {
    @Override
    public void close() {}
  }

  @Override
  public boolean asks() {
    return false;
  }

  @Override
  public void show(Report plan) {}

  @Override
  public boolean agrees() {
    return true;
  }

  @Override
  public void changedMeanwhile() {}

  @Override
  public void rehearsed(List<Family> families) {}

  @Override
  public Apply.Working working() {
    return new Unwatched();
  }

  @Override
  public String about(Report plan) {
    return "";
  }

  @Override
  public void keptElsewhere() {}

  @Override
  public boolean keeps(int seconds, BooleanSupplier decided) {
    return true;
  }

  @Override
  public void takenBack(List<HostNotice> stays) {}

  @Override
  public void notTakenBack(List<InputError> errors) {}

  @Override
  public void skipped(List<InputError> skipped) {}

  @Override
  public void dead(List<Attachment> dead) {}

  @Override
  public void leftOut(Failure.Kind kind, List<InputError> errors) {}
}
