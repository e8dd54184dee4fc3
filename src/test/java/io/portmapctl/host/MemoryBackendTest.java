package io.portmapctl.host;

import java.util.List;
import org.junit.jupiter.api.Tag;

/** The contract, kept by tables in memory. */
@Tag("fast")
class MemoryBackendTest implements BackendContract {

  @Override
  public Backend backend() {
    return new MemoryBackend(List.of());
  }
}
