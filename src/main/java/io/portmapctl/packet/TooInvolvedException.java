package io.portmapctl.packet;

/** The rules tell packets apart in too many ways: what becomes of them is not followed further. */
public final class TooInvolvedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooInvolvedException() {
    super("too involved", null, false, false);
  }
}
