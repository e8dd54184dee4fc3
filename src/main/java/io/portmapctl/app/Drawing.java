package io.portmapctl.app;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes pictures of graphs, by Graphviz on the machine that this runs on.
 *
 * @param here that machine, whatever host is looked at
 * @param exec what starts its programs
 */
public record Drawing(Host here, Exec exec) {
  private static final String PROGRAM = "dot";

  /**
   * The picture.
   *
   * @param graph in the language of Graphviz, octets
   * @return the SVG document, octets
   * @throws Failure where Graphviz is not there, or does not draw
   */
  public String svg(String graph) throws Failure {
    Path dot = here.find(PROGRAM).orElseThrow(() -> failure(new HostFault.NotInstalled(PROGRAM)));
    try {
      Exec.Result result = exec.run(List.of(dot.toString(), "-Tsvg"), graph);
      if (result.exit() != 0) {
        throw failure(
            new HostFault.Program(
                HostFault.Ending.FAILED, PROGRAM, result.exit(), result.error().strip()));
      }
      return result.output();
    } catch (IOException e) {
      throw failure(
          new HostFault.Program(
              HostFault.Ending.NOT_RUN, PROGRAM, 0, String.valueOf(e.getMessage())));
    }
  }

  private static Failure failure(HostFault fault) {
    return new Failure(Failure.Kind.HOST, "host", fault);
  }
}
