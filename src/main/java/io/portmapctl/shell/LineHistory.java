package io.portmapctl.shell;

import java.time.Instant;
import org.jline.reader.impl.history.DefaultHistory;

/** The lines that were typed; of a pasted block each by itself. */
final class LineHistory extends DefaultHistory {

  @Override
  public void add(Instant time, String line) {
    Block.lines(line).forEach(l -> super.add(time, l));
  }
}
