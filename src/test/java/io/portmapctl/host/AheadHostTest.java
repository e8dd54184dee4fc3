package io.portmapctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.host.live.LocalHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs that are begun before they are asked for. */
@Tag("fast")
class AheadHostTest {
  private final List<String> done = new ArrayList<>();

  /** Says what is started, asked for and given up. */
  private final Exec exec =
      new Exec() {
        @Override
        public Result run(List<String> command, String input) throws IOException {
          return start(command, input).result();
        }

        @Override
        public Running start(List<String> command, String input) {
          String program = command.get(0);
          done.add("start " + program);
          return new Running() {
            @Override
            public Result result() throws IOException {
              done.add("result " + program);
              if (program.equals("missing")) {
                throw new IOException("no such program");
              }
              return new Result(0, program, "");
            }

            @Override
            public void close() {
              done.add("close " + program);
            }
          };
        }
      };

  private final AheadHost host = new AheadHost(new LocalHost(List.of(), Path.of("/proc"), exec));

  @Test
  void whatWasBegunAnswersOnce() throws Exception {
    host.ahead(List.of("ip"));
    host.ahead(List.of("ip"));
    host.ahead(List.of("nft"));
    assertThat(done).containsExactly("start ip", "start nft");
    assertThat(host.ask(List.of("nft")).output()).isEqualTo("nft");
    assertThat(host.begin(List.of("ip")).result().output()).isEqualTo("ip");
    host.close();
    assertThat(done).containsExactly("start ip", "start nft", "result nft", "result ip");
    done.clear();
    assertThat(host.ask(List.of("ip")).output()).isEqualTo("ip");
    assertThat(done).containsExactly("start ip", "result ip");
  }

  @Test
  void otherWordsAreAnotherQuestion() throws Exception {
    host.ahead(List.of("ip", "-4"));
    assertThat(host.ask(List.of("ip", "-6")).output()).isEqualTo("ip");
    assertThat(done).containsExactly("start ip", "start ip", "result ip");
  }

  @Test
  void whatNobodyAskedForIsGivenUp() {
    host.ahead(List.of("ip"));
    host.close();
    host.close();
    assertThat(done).containsExactly("start ip", "close ip");
  }

  @Test
  void aFailureIsOfWhoAsks() {
    host.ahead(List.of("missing"));
    assertThatThrownBy(() -> host.ask(List.of("missing"))).hasMessage("no such program");
  }
}
