package io.portmapctl.testing;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.portmapctl.cni.AddressFile;
import io.portmapctl.fault.Fault;
import io.portmapctl.host.HostException;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.view.FaultText;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What people are told of an exception that carries a fault. */
public final class Faults {
  private Faults() {}

  /** The sentence of what a call throws. */
  public static String told(ThrowingCallable call) {
    return FaultText.of(of(catchThrowable(call)));
  }

  private static Fault of(Throwable thrown) {
    if (thrown instanceof HostException e) {
      return e.fault();
    }
    if (thrown instanceof SaveFormat.FormatException e) {
      return e.fault();
    }
    if (thrown instanceof SnapshotFormat.FormatException e) {
      return e.fault();
    }
    if (thrown instanceof AddressFile.FormatException e) {
      return e.fault();
    }
    throw new AssertionError("no fault", thrown);
  }
}
