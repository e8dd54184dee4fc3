package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.InputError;
import java.util.List;

/** Hears what is noticed on the way, before there is a result or a failure. */
public interface Notes {

  /** Entries of folders that are none of ours, each with what it is. */
  void skipped(List<InputError> skipped);

  /** Cache records that are passed over because their containers are dead. */
  void dead(List<Attachment> dead);

  /** What is wrong with documents or attachments that are left out, where the others go on. */
  void leftOut(Failure.Kind kind, List<InputError> errors);
}
