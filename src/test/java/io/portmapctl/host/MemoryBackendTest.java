package io.portmapctl.host;

import java.util.List;

/** The contract, kept by tables in memory. */
class MemoryBackendTest implements BackendContract {

  @Override
  public Backend backend() {
    return new MemoryBackend(List.of());
  }
}
