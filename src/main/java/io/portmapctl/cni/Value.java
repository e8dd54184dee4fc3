package io.portmapctl.cni;

import java.util.Optional;
import java.util.function.Supplier;

/** What a field of a document holds. */
sealed interface Value<T> {

  /** A value of the field's type. */
  record Present<T>(T value) implements Value<T> {}

  /** No such field, or null. */
  record Absent<T>() implements Value<T> {}

  /** Something else than the field may hold, of which the {@link Diagnostics} know. */
  record Wrong<T>() implements Value<T> {}

  /** A value that may be absent. */
  static <T> Value<T> of(Optional<T> value) {
    return value.isPresent() ? new Present<>(value.get()) : new Absent<>();
  }

  /** The value where there is one. */
  default Optional<T> optional() {
    return this instanceof Present<T> present ? Optional.of(present.value()) : Optional.empty();
  }

  /** The value, or another where there is none. */
  default T orElse(T other) {
    return this instanceof Present<T> present ? present.value() : other;
  }

  /**
   * This value, or another where there is none. The other is read then only; where that has no
   * value either, one of both that is wrong makes the whole wrong.
   */
  default Value<T> or(Supplier<Value<T>> other) {
    if (this instanceof Present) {
      return this;
    }
    Value<T> second = other.get();
    return isWrong() && !(second instanceof Present) ? this : second;
  }

  /** Whether an error was found where the value should be. */
  default boolean isWrong() {
    return this instanceof Wrong;
  }
}
