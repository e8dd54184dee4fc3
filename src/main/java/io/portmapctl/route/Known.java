package io.portmapctl.route;

import java.util.Optional;
import java.util.function.Function;

/**
 * What is known of one thing.
 *
 * @param <T> its type
 * @param value it; empty where it is not known
 * @param missing what would tell it
 */
public record Known<T>(Optional<T> value, Missing missing) {

  /** It is known. */
  public static <T> Known<T> of(T value, Missing source) {
    return new Known<>(Optional.of(value), source);
  }

  /** It is not known. */
  public static <T> Known<T> not(Missing missing) {
    return new Known<>(Optional.empty(), missing);
  }

  /** What is made of it, where it is known. */
  public <R> Known<R> map(Function<T, R> function) {
    return new Known<>(value.map(function), missing);
  }
}
