package io.portmapctl.app;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.HostFault;
import io.portmapctl.file.KeptFile;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.host.HostException;
import io.portmapctl.host.live.UndoScript;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The documents that one change keeps or removes, and what stood in their places before it. */
final class KeptChanges {
  private final Map<String, Optional<byte[]>> before = new LinkedHashMap<>();

  /** Keeps those that shall be kept, each once. */
  void keep(List<KeptDocument> documents) throws HostException {
    for (KeptDocument document : documents) {
      if (document.content().isPresent() && !before.containsKey(document.file())) {
        byte[] content = document.content().get().getBytes(StandardCharsets.ISO_8859_1);
        change(document.file(), () -> KeptFile.write(document.file(), content));
      }
    }
  }

  /**
   * Removes those that shall be gone.
   *
   * @throws Failure where one cannot be removed
   */
  void forget(List<KeptDocument> documents) throws Failure {
    List<InputError> errors = new ArrayList<>();
    for (KeptDocument document : documents) {
      if (document.content().isEmpty()) {
        try {
          change(document.file(), () -> KeptFile.remove(document.file()));
        } catch (HostException e) {
          errors.add(new InputError("apply", e.fault()));
        }
      }
    }
    if (!errors.isEmpty()) {
      throw new Failure(Failure.Kind.HOST, errors);
    }
  }

  /** Gives back what was there before; what cannot be is told. */
  List<InputError> takeBack() {
    List<InputError> errors = new ArrayList<>();
    before.forEach(
        (file, content) -> {
          try {
            if (content.isPresent()) {
              KeptFile.write(file, content.get());
            } else {
              KeptFile.remove(file);
            }
          } catch (UnwrittenException e) {
            errors.add(new InputError("apply", fault(file, e)));
          }
        });
    before.clear();
    return errors;
  }

  /** For each document what will be in its place, and what is there now. */
  List<UndoScript.Aside> files(List<KeptDocument> documents) throws HostException {
    List<UndoScript.Aside> files = new ArrayList<>();
    for (KeptDocument document : documents) {
      try {
        Optional<byte[]> now =
            before.containsKey(document.file())
                ? before.get(document.file())
                : KeptFile.content(document.file());
        files.add(
            new UndoScript.Aside(
                document.file(),
                now.map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)),
                document.content()));
      } catch (UnwrittenException e) {
        throw new HostException(HostException.Kind.FAILED, fault(document.file(), e));
      }
    }
    return files;
  }

  /** Something that changes a file. */
  private interface Writing {
    void run() throws UnwrittenException;
  }

  private void change(String file, Writing writing) throws HostException {
    try {
      Optional<byte[]> there = KeptFile.content(file);
      writing.run();
      before.put(file, there);
    } catch (UnwrittenException e) {
      throw new HostException(HostException.Kind.FAILED, fault(file, e));
    }
  }

  private static HostFault fault(String file, UnwrittenException e) {
    return new HostFault.Unwritten(HostFault.Aside.KEPT, file, e.fault());
  }
}
