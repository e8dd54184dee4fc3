package io.portmapctl.cni;

/**
 * Reads those fields of documents that options may replace. What an option replaces is not read at
 * all: it may be wrong in the document.
 */
record DocumentFields(Overrides overrides) {

  /** The type that our plugin has in configurations. */
  String pluginType() {
    return overrides.pluginType();
  }

  /** The network name in that field. */
  Value<String> network(Cursor holder, String field) {
    return overrides.network().isPresent() ? new Value.Absent<>() : holder.text(field);
  }

  /** The container ID in that field. */
  Value<String> containerId(Cursor holder, String field) {
    return overrides.containerId().isPresent() ? new Value.Absent<>() : holder.text(field);
  }

  /** The interface name in that field. */
  Value<String> ifName(Cursor holder, String field) {
    return overrides.ifName().isPresent() ? new Value.Absent<>() : holder.text(field);
  }

  /** The object in that field, which holds the port mappings. */
  Value<Cursor> mappings(Cursor holder, String field) {
    return overrides.mappings().isEmpty() ? holder.object(field) : new Value.Absent<>();
  }

  /** The result in that field, which holds the container's addresses. */
  Value<Cursor> result(Cursor holder, String field) {
    return overrides.addresses().isEmpty() ? holder.object(field) : new Value.Absent<>();
  }
}
