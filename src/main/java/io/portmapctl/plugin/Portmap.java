package io.portmapctl.plugin;

import io.portmapctl.app.LiveHost;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.host.live.ProcessExec;
import io.portmapctl.host.live.VariantChoice;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The plugin as a process: on this machine, with its streams and environment. */
public final class Portmap {
  private Portmap() {}

  /** The property that names another lock, for who may not write to the usual folder. */
  private static final String LOCK = "portmapctl.lock";

  /** Whether a runtime calls: it says what it wants in a variable of the environment. */
  public static boolean isAskedFor() {
    String command = System.getenv(Verb.COMMAND);
    return command != null && !command.isEmpty();
  }

  /** Does what the runtime asks, and ends the process with the answer's exit status. */
  public static void run() {
    Answer answer = answer(System.getenv());
    if (!answer.log().isEmpty()) {
      String log = String.join("\n", answer.log()) + "\n";
      write(FileDescriptor.err, log.getBytes(StandardCharsets.UTF_8));
    }
    boolean told = write(FileDescriptor.out, answer.out().getBytes(StandardCharsets.ISO_8859_1));
    System.exit(told ? answer.exit() : 1);
  }

  private static Answer answer(Map<String, String> environment) {
    if (!isAskedFor()) {
      return Plugin.introduction(); // a person who calls it would be waited for
    }
    byte[] input;
    try {
      input = SourceFiles.bytes(System.in);
    } catch (IOException e) {
      DocumentFault fault = new DocumentFault.Unreadable(String.valueOf(e.getMessage()));
      return Plugin.unread(List.of(new InputError("", "standard input", fault)));
    }
    try {
      Exec exec = new ProcessExec(Plugin.WAIT_SECONDS + 30L);
      LocalHost machine = LocalHost.of(environment.getOrDefault("PATH", ""), exec);
      return new Plugin(new Machine(machine, exec), System.getProperty(LOCK, Plugin.LOCK_FILE))
          .call(environment, input);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return Plugin.defect(e);
    }
  }

  /** This machine. */
  private record Machine(LocalHost machine, Exec exec) implements Plugin.Machine {
    @Override
    public LiveHost by(VariantChoice variant) {
      return LiveHost.of(machine, exec, variant, Plugin.WAIT_SECONDS, false);
    }
  }

  /** Writes to a stream and closes it, for all; whether the bytes could be written. */
  private static boolean write(FileDescriptor stream, byte[] bytes) {
    try (OutputStream out = new FileOutputStream(stream)) {
      out.write(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
