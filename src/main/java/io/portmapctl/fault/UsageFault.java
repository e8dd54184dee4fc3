package io.portmapctl.fault;

/**
 * What was asked cannot be: the command line's own words, since only it knows how it was asked.
 *
 * @param words what it says of it
 */
public record UsageFault(String words) implements Fault {

  @Override
  public String code() {
    return "usage";
  }

  @Override
  public <T> T accept(Visitor<T> visitor) {
    return visitor.usage(this);
  }
}
