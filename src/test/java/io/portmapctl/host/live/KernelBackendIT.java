package io.portmapctl.host.live;

import io.portmapctl.host.Backend;
import io.portmapctl.host.BackendContract;
import io.portmapctl.host.Exec;
import io.portmapctl.testing.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract, kept by real kernels in namespaces. */
@Tag("live")
class KernelBackendIT {

  /** One variant's programs, run in a namespace of the test's own. */
  abstract static class InNamespace implements BackendContract {
    private final VariantChoice variant;
    private Namespace host;
    private Process inside;

    InNamespace(VariantChoice variant) {
      this.variant = variant;
    }

    @BeforeEach
    void make() throws Exception {
      host = Namespace.make();
      inside = host.start("sleep", "600");
      Thread.sleep(200);
    }

    @AfterEach
    void remove() {
      if (inside != null) {
        inside.destroy();
      }
      if (host != null) {
        host.close();
      }
    }

    @Override
    public Backend backend() {
      Path proc = Path.of("/proc/" + inside.pid() + "/net");
      Exec real = new ProcessExec(30);
      Exec exec =
          (command, input) -> {
            List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", host.name()));
            all.addAll(command);
            return real.run(all, input);
          };
      return new IptablesBackend(
          exec, new LocalHost(LocalHost.of("", exec).programs(), proc, exec), variant, 5, false);
    }
  }

  @Nested
  class Nft extends InNamespace {
    Nft() {
      super(VariantChoice.NFT);
    }
  }

  @Nested
  class Legacy extends InNamespace {
    Legacy() {
      super(VariantChoice.LEGACY);
    }
  }
}
