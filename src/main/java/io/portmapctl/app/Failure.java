package io.portmapctl.app;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.Fault;
import io.portmapctl.fault.UsageFault;
import java.util.List;

/** The end of a use case that did not work: whose fault it is, and what to say. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is. */
  public enum Kind {
    /** The caller's: what was asked cannot be. */
    USAGE,
    /** An input's: a document, a ruleset file. */
    INPUT,
    /** The host's: it did not give what was asked of it. */
    HOST,
    /** Nobody's: what was asked for is refused as things are. */
    REFUSED
  }

  private final Kind kind;
  private final transient List<InputError> errors;

  /** Of several errors of one kind; at least one. */
  public Failure(Kind kind, List<InputError> errors) {
    super(errors.get(0).fault().code());
    this.kind = kind;
    this.errors = List.copyOf(errors);
  }

  /** Of one error. */
  public Failure(Kind kind, String source, Fault fault) {
    this(kind, List.of(new InputError(source, fault)));
  }

  /** What was asked cannot be. */
  public static Failure usage(UsageFault fault) {
    return new Failure(Kind.USAGE, "command line", fault);
  }

  /** The same, where only the caller knows how it was asked, and says it. */
  public static Failure usage(String words) {
    return usage(new UsageFault.Words(words));
  }

  /** Whose fault it is. */
  public Kind kind() {
    return kind;
  }

  /** What to say; at least one. */
  public List<InputError> errors() {
    return errors;
  }
}
