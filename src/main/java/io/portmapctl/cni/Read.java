package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.List;
import java.util.function.Function;

/** What the reading of a document came to. */
sealed interface Read<T> {

  /** It is right as far as it was read. */
  record Usable<T>(T value) implements Read<T> {}

  /**
   * It cannot be used.
   *
   * @param errors what is wrong, at least one
   */
  record Wrong<T>(List<InputError> errors) implements Read<T> {}

  /**
   * It has nothing to do with port mappings of ours: no error in a folder.
   *
   * @param why what it is instead, or what it lacks
   */
  record OtherKind<T>(DocumentFault why) implements Read<T> {}

  /** Goes on with what is usable. */
  default <U> Read<U> then(Function<T, Read<U>> next) {
    if (this instanceof Usable<T> usable) {
      return next.apply(usable.value());
    }
    return this instanceof Wrong<T> wrong
        ? new Wrong<>(wrong.errors())
        : new OtherKind<>(((OtherKind<T>) this).why());
  }
}
