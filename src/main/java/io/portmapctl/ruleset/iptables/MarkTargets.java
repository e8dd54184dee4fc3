package io.portmapctl.ruleset.iptables;

import io.portmapctl.ruleset.Target;

/** Targets that change the mark of a packet or of its connection. */
final class MarkTargets {
  private MarkTargets() {}

  static Target mark(Options in) throws NotUnderstood {
    String option = in.take();
    Values.Masked mark = xmark(option, in.take());
    return new Target.SetMark(mark.value(), mark.mask());
  }

  /** The bits that are turned over and those that are cleared before. */
  private static Values.Masked xmark(String option, String value) throws NotUnderstood {
    return switch (option) {
      case "--set-xmark" -> Values.masked(value);
      case "--set-mark" -> {
        Values.Masked mark = Values.masked(value);
        yield new Values.Masked(mark.value(), mark.value() | mark.mask());
      }
      case "--and-mark" -> new Values.Masked(0, ~Values.bits(value) & Values.MOST);
      case "--or-mark" -> new Values.Masked(Values.bits(value), Values.bits(value));
      case "--xor-mark" -> new Values.Masked(Values.bits(value), 0);
      default -> throw new NotUnderstood();
    };
  }

  static Target connmark(Options in) throws NotUnderstood {
    Slots<String> mode = new Slots<>();
    Slots<Long> nfMask = new Slots<>();
    Slots<Long> ctMask = new Slots<>();
    while (in.hasNext()) {
      String word = in.take();
      switch (word) {
        case "--save-mark", "--restore-mark" -> mode.put(0, word);
        case "--nfmask" -> nfMask.put(0, Values.bits(in.take()));
        case "--ctmask" -> ctMask.put(0, Values.bits(in.take()));
        case "--mask" -> {
          long mask = Values.bits(in.take());
          nfMask.put(0, mask);
          ctMask.put(0, mask);
        }
        default -> {
          Values.Masked mark = xmark(word, in.take());
          in.end();
          if (!mode.all().isEmpty() || !nfMask.all().isEmpty() || !ctMask.all().isEmpty()) {
            throw new NotUnderstood();
          }
          return new Target.SetConnmark(mark.value(), mark.mask());
        }
      }
    }
    long nf = nfMask.all().isEmpty() ? Values.MOST : nfMask.all().get(0);
    long ct = ctMask.all().isEmpty() ? Values.MOST : ctMask.all().get(0);
    return mode.some().get(0).equals("--save-mark")
        ? new Target.SaveMark(nf, ct)
        : new Target.RestoreMark(nf, ct);
  }
}
